from __future__ import annotations

import pytest

from followme.evaluation.evidence import Evidence
from followme.evaluation.grid_table import inside_table
from followme.evaluation.onset_log import RunResult


def result(walk: str, speed_mps: float | None, *shortfalls: str, sway: str = "none") -> RunResult:
    run = {"walk": walk, "speed_mps": speed_mps, "pitch_deg": 10.0, "sway": sway}
    return RunResult(run, shortfalls, Evidence(), ())


def test_a_grid_without_runs_is_refused():
    with pytest.raises(ValueError, match="there is no run in it"):
        inside_table([])


def test_runs_that_were_not_varied_are_refused():
    with pytest.raises(ValueError, match="02_box ran with speed_mps as its file says"):
        inside_table([result("01_empty", 0.5), result("02_box", None)])


def test_runs_are_counted_by_walk_and_by_all_that_was_varied():
    runs = [
        result("02_box", 1.0),
        result("02_box", 1.0, "too late"),
        result("02_box", 0.5, sway="full"),
        result("01_empty", 1.4, "said something", "and more"),
    ]
    assert inside_table(runs).splitlines() == [
        "| walk | 0.5 m/s | 1 m/s | 1.4 m/s | 10 deg | sway none | sway full | all |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| 01_empty | 0 of 0 | 0 of 0 | 0 of 1 | 0 of 1 | 0 of 1 | 0 of 0 | 0 of 1 |",
        "| 02_box | 1 of 1 | 1 of 2 | 0 of 0 | 2 of 3 | 1 of 2 | 1 of 1 | 2 of 3 |",
    ]
