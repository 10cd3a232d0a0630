"""The announcements as text, as they followed each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from followme.values.intent import Outcome, Priority


def transcript(rows: Iterable[Mapping[str, Any]]) -> str:
    """Write out what could be heard, a line each, and count what was not said.

    Parameters
    ----------
    rows : iterable of mapping
        Lines of ``announcements.jsonl``, in any order.

    Returns
    -------
    str
        Lines such as ``00:03.4  Obstacle ahead, 3 metres   (WARN, 320 ms)``: when it began on the
        sound track, the words, how urgent, how long after the image.
    """
    heard, unheard = [], Counter[str]()
    for row in rows:
        if row["onset_s"] is None:
            unheard[row["outcome"]] += 1
        else:
            heard.append(row)
    if not heard and not unheard:
        return "Nothing was said.\n"
    heard.sort(key=lambda row: row["onset_s"])
    width = max((len(_words(row)) for row in heard), default=0)
    lines = [f"{clock(row['onset_s'])}  {_words(row):<{width}}   ({_facts(row)})" for row in heard]
    if unheard:
        parts = (f"{count} {_outcome(name)}" for name, count in sorted(unheard.items()))
        lines.append(f"Not said: {', '.join(parts)}.")
    return "\n".join(lines) + "\n"


def clock(seconds: float) -> str:
    """Return seconds as minutes and tenths, "01:03.4"; hours go on as minutes."""
    tenths = max(0, round(seconds * 10))
    return f"{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _words(row: Mapping[str, Any]) -> str:
    return row["text"] or "[tone]"


def _facts(row: Mapping[str, Any]) -> str:
    about_obstacle = row["track_id"] >= 0 and row["zone"] != "CLEAR"
    facts = [row["zone"] if about_obstacle else Priority(row["priority"]).name]
    if row["latency_s"] is not None:
        facts.append(f"{row['latency_s'] * 1e3:.0f} ms")
    if row["outcome"] != Outcome.SPOKEN.value:
        facts.append(_outcome(row["outcome"]))
    return ", ".join(facts)


def _outcome(name: str) -> str:
    return name.replace("_", " ")
