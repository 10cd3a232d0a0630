"""The table holds the page's figures, and says honestly what was not measured."""

from __future__ import annotations

from followme.evaluation.evidence import Evidence
from followme.evaluation.figures import FIGURES
from followme.evaluation.metrics import table
from followme.evaluation.scoring import evidence_of
from followme.evaluation.table import HEADS, cells, markdown_table, text_table
from tests.evaluation.records import a_record, heard


def test_every_figure_has_a_key_of_its_own_with_its_unit():
    keys = [f.key for f in FIGURES]
    assert len(set(keys)) == len(keys)
    assert all(f.group in ("C1", "C2", "C3") for f in FIGURES)


def test_the_table_has_a_line_a_figure_and_columns_in_line():
    rows = table(evidence_of(a_record([heard(2.6)], seconds=5.5)))
    lines = text_table(rows).splitlines()
    assert len(lines) == len(FIGURES) + 1
    at = lines[0].index("target")
    assert all(line[at - 2 : at] == "  " for line in lines)


def test_targets_are_those_of_the_page():
    shown = {row.figure.key: cells(row)[2] for row in table(Evidence())}
    assert shown["recall_obstacle"] == ">= 98.0 %"
    assert shown["false_alarms_per_minute"] == "<= 0.20 /min"
    assert shown["lead_p5_s"] == ">= 2.00 s"
    assert shown["missed"] == "<= 2.0 %"
    assert shown["stale"] == "0"
    assert shown["tone_p99_ms"] == "<= 300 ms"


def test_what_was_not_measured_is_a_dash_and_no_pass():
    for row in table(Evidence()):
        assert cells(row)[3] == "-" and row.verdict == "-"


def test_markdown_has_the_same_cells():
    rows = table(Evidence())
    text = markdown_table(rows)
    assert text.splitlines()[0].count("|") == len(HEADS) + 1
    assert len(text.splitlines()) == len(rows) + 2
