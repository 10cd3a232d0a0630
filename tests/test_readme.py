"""What the README and the pages beside it promise, exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from followme.graph import TOPICS

ROOT = Path(__file__).resolve().parents[1]
NAMED = ("README.md", "CONTRIBUTING.md", "QUALITY_DECLARATION.md")
PAGES = [*(ROOT / name for name in NAMED), *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LINK = re.compile(r"(?<!!)\[[^]]*\]\(([^)#:]+)\)")
TOPIC_ROW = re.compile(r"^\| `([\w/]+)` \| `(\w+/msg/\w+)` \|", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", text, re.MULTILINE))
    assert named <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_topics_have_the_types_of_the_graph() -> None:
    rows = TOPIC_ROW.findall(README)
    assert len(rows) > 5
    assert dict(rows) == {name: TOPICS[name].type for name, _ in rows}


def test_the_two_commands_are_those_that_ci_runs() -> None:
    assert "    make test" in README
    assert "exec make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_it_says_that_it_complements_cane_or_dog() -> None:
    assert "complements a cane or a dog" in README
    assert "never calls a path safe" in README
