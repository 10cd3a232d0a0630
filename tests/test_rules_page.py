"""docs/rules.md and the code say the same: names and defaults of parameters, walks and pictures."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from followme.graph import NODES
from followme.settings.setting import settings_of
from followme.sources.scene_file import walk_paths

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` `([\w.]+)` \| (.*?) \| (.*) \|$", re.MULTILINE)
SETTINGS = {node.name: {s.name: s for s in settings_of(node.settings)} for node in NODES}
# parameters of rules, by node: each must stand on the page
OF_RULES = {
    "depth_estimator": ("depth.", "floor.", "image."),
    "obstacle_fusion": (
        "corridor.",
        "distance.",
        "zones.",
        "hysteresis.",
        "tracking.",
        "naming.",
        "sight.",
    ),
    "speech": ("scheduler.", "phrases."),
}


def the_tool():
    spec = importlib.util.spec_from_file_location("write_rules", ROOT / "tools" / "write_rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rule_has_its_section():
    assert re.findall(r"^## (B\d+) ", PAGE, re.MULTILINE) == [f"B{n}" for n in range(1, 13)]


def test_defaults_on_the_page_are_those_of_the_code():
    rows = ROW.findall(PAGE)
    assert len(rows) > 100
    for node, name, default, text in rows:
        s = SETTINGS[node][name]
        assert default == f"{s.default} {s.unit}".strip(), name
        assert text == s.text, name


def test_every_parameter_of_a_rule_stands_on_the_page():
    shown = {(node, name) for node, name, _, _ in ROW.findall(PAGE)}
    missing = [
        f"{node} {name}"
        for node, parts in OF_RULES.items()
        for name in SETTINGS[node]
        if name.startswith(parts) and (node, name) not in shown
    ]
    assert not missing, "add them to a section of docs/rules.md, then run tools/write_rules.py"


def test_the_tables_are_as_the_tool_writes_them():
    assert the_tool().with_tables(PAGE) == PAGE, "run tools/write_rules.py --no-pictures"


def test_a_parameter_that_is_none_is_refused():
    page = "<!-- parameters speech: scheduler.nothing -->\n<!-- end -->"
    with pytest.raises(ValueError, match=r"speech has no parameter 'scheduler\.nothing'"):
        the_tool().with_tables(page)


def test_pictures_and_walks_that_the_page_names_are_there():
    for name in re.findall(r"\((rules/[\w.]+)\)", PAGE):
        assert (ROOT / "docs" / name).is_file(), f"{name}: run tools/write_rules.py"
    numbers = {int(path.stem.partition("_")[0]) for path in walk_paths()}
    assert {int(n) for n in re.findall(r"rules/walk_(\d+)", PAGE)} <= numbers
