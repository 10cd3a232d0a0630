from __future__ import annotations

import pytest

from followme.evaluation.evidence import Evidence
from followme.evaluation.grid_table import inside_table
from followme.evaluation.onset_log import RunResult


def result(walk: str, speed_mps: float, *shortfalls: str) -> RunResult:
    return RunResult({"walk": walk, "speed_mps": speed_mps}, shortfalls, Evidence(), ())


def test_a_grid_without_runs_is_refused():
    with pytest.raises(ValueError, match="there is no run in it"):
        inside_table([])


def test_runs_are_counted_by_walk_and_speed():
    runs = [
        result("02_box", 1.0),
        result("02_box", 1.0, "too late"),
        result("02_box", 0.5),
        result("01_empty", 1.4, "said something", "and more"),
    ]
    assert inside_table(runs).splitlines() == [
        "| walk | 0.5 m/s | 1 m/s | 1.4 m/s |",
        "| --- | --- | --- | --- |",
        "| 01_empty | 0 of 0 | 0 of 0 | 0 of 1 |",
        "| 02_box | 1 of 1 | 1 of 2 | 0 of 0 |",
    ]
