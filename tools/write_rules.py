"""Bring docs/rules.md up to date: its tables of parameters and its pictures in docs/rules.

Run it in the environment of tools/env.sh: `python tools/write_rules.py`. The text between
`<!-- parameters NODE: PATTERN ... -->` and `<!-- end -->` is written from the settings, so that
page and code cannot disagree; a test holds that. `--no-pictures` leaves the pictures, which need
the walks to be run.
"""

from __future__ import annotations

import re
import sys
from fnmatch import fnmatch
from pathlib import Path

from followme.evaluation.grid import Run
from followme.evaluation.one_run import run_one
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


def main(arguments: list[str]) -> None:
    """Write page and pictures."""
    page = PAGE.read_text(encoding="utf-8")
    write_bytes(PAGE, with_tables(page).encode())
    if "--no-pictures" not in arguments:
        draw(page)


if __name__ == "__main__":
    main(sys.argv[1:])
