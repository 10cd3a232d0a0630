"""One page for a person who looks: the table, and each walk with pictures and timeline.

Everything is inside the file; it loads nothing from anywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from followme.evaluation.judge import counted
from followme.evaluation.metrics import PASS, SHORT, Row
from followme.evaluation.table import HEADS, cells
from followme.evaluation.timeline import timeline_svg, words
from followme.evaluation.walk_record import Heard, WalkRecord
from followme.outputs.files import write_bytes

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d1d1d;background:#fff;margin:2rem auto;
max-width:920px;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin:2.6rem 0 .2rem;border-top:1px solid #ccc;
padding-top:1rem}table{border-collapse:collapse;font-size:.82rem;width:100%}
th,td{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #e3e3e3;vertical-align:top}
.pass{color:#00703c}.short{color:#b3001b;font-weight:600}.strip{display:flex;flex-wrap:wrap;gap:8px}
figure{margin:0;width:452px;max-width:100%}figure img{width:100%;display:block}
figcaption{font-size:.78rem;color:#444}svg{max-width:100%;height:auto}
ul{margin:.3rem 0 .6rem;padding-left:1.2rem}.text{color:#444;margin:.1rem 0 .5rem}
"""

_LEGEND = (
    "White rings with a cross: where things really stand. Frames and map: what FollowMe believes. "
    "Timelines: lines are true distances (thick: in the way; grey, blue, amber, red: true zone "
    "none, INFORM, WARN, STOP), circles what was believed, crosses what was believed and is not "
    "there, dashed lines the first audible sample of a message. Bars are all that could be heard: "
    "the greeting at the start and the beeps after STOP too."
)


@dataclass(frozen=True)
class Chapter:
    """One walk on the page.

    Parameters
    ----------
    text : str
        What the walk is.
    record : WalkRecord
        With pictures.
    shortfalls : tuple of str
        Promises that were not kept.
    kept : str
        What is said where there are none.
    """

    text: str
    record: WalkRecord
    shortfalls: tuple[str, ...]
    kept: str = "inside its windows"


def write_page(
    path: Path,
    title: str,
    facts: Sequence[str],
    rows: Sequence[Row],
    chapters: Sequence[Chapter],
    blocks: Sequence[str] = (),
) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        HTML file.
    title : str
        Of the page.
    facts : sequence of str
        Sentences under the title: perception, runs, time of the rules.
    rows : sequence of Row
        The table.
    chapters : sequence of Chapter
        The walks.
    blocks : sequence of str
        HTML between the sentences and the table.

    Raises
    ------
    OutputError
        When the folder or the disk refuses.
    """
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(fact)}</p>" for fact in facts),
        *blocks,
        _figures_table(rows),
        f"<p>{escape(_LEGEND)}</p>",
        *(_chapter(chapter) for chapter in chapters),
        "</body></html>\n",
    ]
    write_bytes(path, "\n".join(parts).encode())


def _figures_table(rows: Sequence[Row]) -> str:
    """Return figures as a table: value, target, verdict in its colour."""
    return html_table(HEADS, [cells(row) for row in rows])


def html_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table; a cell that is a verdict has its colour."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in line)}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str) -> str:
    verdict = f" class='{text}'" if text in (PASS, SHORT) else ""
    return f"<td{verdict}>{escape(text)}</td>"


def _chapter(chapter: Chapter) -> str:
    record = chapter.record
    verdict = "short" if chapter.shortfalls else "pass"
    word = "short" if chapter.shortfalls else chapter.kept
    number = f"{record.number}. " if record.number else ""
    short = "".join(f"<li class='short'>{escape(text)}</li>" for text in chapter.shortfalls)
    said = "".join(f"<li>{escape(_line(h, record))}</li>" for h in counted(record.heard))
    return "\n".join(
        [
            f"<h2>{number}{escape(record.name)} <span class='{verdict}'>{word}</span></h2>",
            f"<p class='text'>{escape(chapter.text)}</p>",
            f"<ul>{short}</ul>" if short else "",
            f"<ul>{said}</ul>" if said else "<p>Nothing was said but the greeting.</p>",
            "<div class='strip'>",
            *(_figure(time_s, jpeg) for time_s, jpeg in sorted(record.pictures.items())),
            "</div>",
            timeline_svg(record),
        ]
    )


def _line(h: Heard, record: WalkRecord) -> str:
    about = ""
    if h.thing is not None:
        about = f", thing {h.thing} really at {record.distance_at(h.thing, h.onset_s):.2f} m"
    return f"{h.onset_s:.2f} s: {words(h)} ({h.outcome}, {h.latency_s * 1e3:.0f} ms old{about})"


def _figure(time_s: float, jpeg: bytes) -> str:
    data = base64.b64encode(jpeg).decode()
    return (
        f"<figure><img src='data:image/jpeg;base64,{data}' alt='What FollowMe saw at second "
        f"{time_s:.1f}, with truth'><figcaption>{time_s:.1f} s</figcaption></figure>"
    )
