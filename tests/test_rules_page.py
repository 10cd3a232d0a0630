"""docs/rules.md and the code say the same: names and defaults of parameters, walks and pictures."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from followme.evaluation.evidence import Evidence
from followme.evaluation.mutations import MUTATIONS
from followme.evaluation.onset_log import RunResult, write_log
from followme.graph import NODES
from followme.outputs.files import part_path
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
        "unranged.",
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


class TestTheTablesOfAGrid:
    def written(self, folder: Path) -> Path:
        run = {"walk": "02_box", "speed_mps": 1.0, "pitch_deg": 0.0, "sway": "full"}
        evidence = Evidence({"missed": [0, 1]}, {"stale": [0.0, 0.5]}, {"lead": [2.5]})
        path = folder / "02_box_sensor_v1_p0_s0_full.jsonl"
        write_log(path, RunResult(run, (), evidence))
        return path

    def test_they_are_made_of_its_logs(self, tmp_path):
        self.written(tmp_path)
        text = the_tool().grid_tables(tmp_path)
        assert text.startswith("1 runs, 1 inside their windows.")
        assert "| C2 | lead, WARN heard to contact, p50 | >= 2.50 s | 2.50 s |" in text
        assert "| 02_box | 1 of 1 |" in text

    def test_a_log_that_was_being_written_when_its_program_was_killed_counts_nothing(
        self, tmp_path
    ):
        log = self.written(tmp_path)
        part_path(log).write_bytes(log.read_bytes()[:100])
        assert the_tool().grid_tables(tmp_path).startswith("1 runs, ")

    def test_a_folder_without_logs_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="there is no run in it"):
            the_tool().grid_tables(tmp_path)

    def test_they_are_put_where_the_page_has_a_place_for_them(self):
        page = the_tool().replaced(PAGE, "grid", r"| \1 |")
        assert "<!-- grid -->\n| \\1 |\n<!-- end -->" in page
        with pytest.raises(ValueError, match="no place for 'nothing'"):
            the_tool().replaced(PAGE, "nothing", "")


def test_every_fault_stands_in_the_table_of_faults_with_a_walk_that_notices_it():
    block = PAGE.split("<!-- mutations -->")[1].split("<!-- end -->")[0]
    caught = dict(re.findall(r"^\| ([^|]+?) \| (.*?) \|$", block, re.MULTILINE)[2:])
    assert set(caught) == {m.text for m in MUTATIONS}, "run tools/write_rules.py --mutations"
    names = {path.stem for path in walk_paths()}
    for walks in caught.values():
        assert set(walks.split(", ")) <= names
