"""The gate: every scripted walk keeps what it promises, but for those listed here with the reason.

It is `followme simulate --grid ci --no-contacts`. The list is strict: a walk on it that begins to
keep its promises fails until it is taken off.
"""

from __future__ import annotations

import os

import pytest

from followme.evaluation.evidence import summed
from followme.evaluation.grid import runs_of
from followme.evaluation.metrics import table
from followme.evaluation.runner import run_all
from followme.sources.scene_file import walk_paths

EXPECTED_SHORTFALLS = {}


def cases():
    for path in walk_paths():
        reason = EXPECTED_SHORTFALLS.get(path.stem)
        marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
        yield pytest.param(path.stem, id=path.stem, marks=marks)


@pytest.fixture(scope="module")
def results():
    runs = runs_of(walk_paths(), "ci", contacts=False)
    finished = run_all(runs, jobs=min(2, os.cpu_count() or 1))
    return {f.run.path.stem: f.result for f in finished}


@pytest.mark.parametrize("walk", list(cases()))
def test_a_walk_is_inside_its_windows(results, walk):
    assert results[walk].shortfalls == ()


def test_the_list_names_walks_that_are_there():
    assert set(EXPECTED_SHORTFALLS) <= {path.stem for path in walk_paths()}


def test_there_are_the_twenty_walks_of_the_specification(results):
    assert len(results) == 20


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("recall_obstacle", 0.98, 1.0),
        ("recall_frame", 0.95, 1.0),
        ("overhang", 0.98, 1.0),
        ("bearing_deg", 0.0, 3.0),
        ("label", 0.90, 1.0),
        ("stale", 0.0, 0.0),
        ("contradictory", 0.0, 0.0),
        ("clear_on_unknown", 0.0, 0.0),
        ("tone_p99_ms", 0.0, 300.0),
        ("speech_p99_ms", 0.0, 400.0),
        ("fault_to_audible_s", 0.0, 1.0),
    ],
)
def test_what_already_keeps_its_target_goes_on_to(results, key, least, most):
    rows = table(summed(result.evidence for result in results.values()))
    value = next(row.value for row in rows if row.figure.key == key)
    assert least <= value <= most
