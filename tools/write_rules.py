"""Bring docs/rules.md up to date: its tables of parameters and its pictures in docs/rules.

Run it in the environment of tools/env.sh: `python tools/write_rules.py`. The text between
`<!-- parameters NODE: PATTERN ... -->` and `<!-- end -->` is written from the settings, so that
page and code cannot disagree; a test holds that. `--no-pictures` leaves the pictures, which need
the walks to be run. `--grid DIR` writes the tables of the grid whose logs lie there, `--mutations`
runs the walks with every fault and writes which walk notices which.
"""

from __future__ import annotations

import argparse
import os
import re
from fnmatch import fnmatch
from pathlib import Path

from followme.evaluation.catching import catches, catching_table
from followme.evaluation.evidence import summed
from followme.evaluation.grid import Run, runs_of
from followme.evaluation.grid_table import inside_table
from followme.evaluation.metrics import table
from followme.evaluation.one_run import run_one
from followme.evaluation.onset_log import read_log
from followme.evaluation.table import markdown_table
from followme.evaluation.timeline import timeline_svg
from followme.evaluation.top_view import top_view_svg
from followme.graph import NODES
from followme.outputs.files import write_bytes
from followme.settings.setting import settings_of
from followme.sources.scene_file import walk_paths

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "rules.md"
PICTURES = DOCS / "rules"
_BLOCK = re.compile(r"<!-- parameters (\w+): ([^>]*?) -->\n.*?<!-- end -->", re.DOTALL)
_PICTURE = re.compile(r"\(rules/walk_(\d+)\.svg\)")


def with_tables(page: str) -> str:
    """Return the page with its tables of parameters as the settings have them now.

    Raises
    ------
    ValueError
        When a pattern fits no parameter.
    """
    return _BLOCK.sub(_table, page)


def _table(block: re.Match[str]) -> str:
    node, patterns = block[1], block[2].split()
    (kind,) = (n.settings for n in NODES if n.name == node)
    lines = ["| parameter | default | what it is |", "| --- | --- | --- |"]
    for pattern in patterns:
        found = [s for s in settings_of(kind) if fnmatch(s.name, pattern)]
        if not found:
            raise ValueError(f"rules.md: {node} has no parameter {pattern!r}")
        for s in found:
            default = f"{s.default} {s.unit}".strip()
            lines.append(f"| `{node}` `{s.name}` | {default} | {s.text} |")
    return "\n".join([f"<!-- parameters {node}: {block[2]} -->", *lines, "<!-- end -->"])


def draw(page: str) -> None:
    """Draw every picture that the page shows."""
    PICTURES.mkdir(exist_ok=True)
    write_bytes(PICTURES / "top_view.svg", (top_view_svg() + "\n").encode())
    for number in sorted({int(n) for n in _PICTURE.findall(page)}):
        (path,) = (p for p in walk_paths() if int(p.stem.partition("_")[0]) == number)
        record = run_one(Run(path, contacts=False, pictures=1)).record
        assert record is not None
        write_bytes(PICTURES / f"walk_{number}.svg", (timeline_svg(record) + "\n").encode())


def grid_tables(folder: Path) -> str:
    """Return the tables of the grid whose logs lie in a folder.

    Raises
    ------
    ValueError
        When there is no log or one cannot be read.
    """
    # one that is still being written, or whose program was killed then, has .part in its name
    logs = [path for path in sorted(folder.glob("*.jsonl")) if not path.stem.endswith(".part")]
    results = [read_log(path) for path in logs]
    inside = inside_table(results)
    rows = table(summed(result.evidence for result in results))
    kept = sum(not result.shortfalls for result in results)
    count = f"{len(results)} runs, {kept} inside their windows.\n"
    return "\n".join([count, markdown_table(rows), "", inside])


def mutation_table() -> str:
    """Return which walk notices which fault."""
    runs = runs_of(walk_paths(), "ci", contacts=False)
    return catching_table(catches(runs, jobs=os.cpu_count() or 1))


def replaced(page: str, name: str, text: str) -> str:
    """Return the page with a text between ``<!-- NAME -->`` and ``<!-- end -->``.

    Raises
    ------
    ValueError
        When the page has no such place.
    """
    block = re.compile(f"<!-- {name} -->\n.*?<!-- end -->", re.DOTALL)
    if not block.search(page):
        raise ValueError(f"rules.md: it has no place for {name!r}, write <!-- {name} --> into it")
    return block.sub(lambda _: f"<!-- {name} -->\n{text}\n<!-- end -->", page)


def main() -> None:
    """Write page and pictures."""
    parser = argparse.ArgumentParser(description="Write tables and pictures of docs/rules.md.")
    parser.add_argument("--no-pictures", action="store_true", help="leave the pictures")
    parser.add_argument("--grid", type=Path, metavar="DIR", help="logs of a grid")
    parser.add_argument("--mutations", action="store_true", help="run every fault")
    given = parser.parse_args()
    page = with_tables(PAGE.read_text(encoding="utf-8"))
    if given.grid is not None:
        page = replaced(page, "grid", grid_tables(given.grid))
    if given.mutations:
        page = replaced(page, "mutations", mutation_table())
    write_bytes(PAGE, page.encode())
    if not given.no_pictures:
        draw(page)


if __name__ == "__main__":
    main()
