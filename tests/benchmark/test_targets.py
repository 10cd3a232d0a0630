"""Limits: what passes, what is short, what was not measured."""

from __future__ import annotations

import pytest

from followme.benchmark.soak import with_growth
from followme.benchmark.suite import ratio
from followme.benchmark.targets import Target, growth_target, over_stages_alone, targets

from .reports import a_graph, a_report, a_soak


@pytest.mark.parametrize(
    ("value", "most", "verdict"),
    [
        (4.0, True, "pass"),
        (4.1, True, "short"),
        (4.0, False, "pass"),
        (3.9, False, "short"),
        (None, True, "not measured"),
        (None, False, "not measured"),
    ],
)
def test_a_figure_on_its_limit_passes(value, most, verdict):
    assert Target("x", value, 4.0, "ms", most=most).verdict == verdict


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (40.0, 9.0, "pass"),
        (45.0, 9.0, "cannot tell"),
        (55.0, 9.0, "cannot tell"),
        (60.0, 9.0, "short"),
        (float("nan"), float("nan"), "not measured"),
    ],
)
def test_a_slope_that_is_no_surer_than_its_limit_tells_nothing(value, error, verdict):
    assert Target("growth", value, 50.0, "MB", error=error).verdict == verdict


def verdicts(report):
    return {t.name: t.verdict for t in targets(report)}


def test_every_target_of_the_design_is_looked_at():
    report = a_report()
    one = report["graph"]["one_process"]
    report["ratio"] = ratio(report["chain"]["stages"], one["stages"])
    found = {t.name: t for t in targets(report)}
    assert found["images lost between processes"].verdict == "pass"
    assert found["hop between processes, p50"].verdict == "pass"
    assert found["hop between processes, p50 (aim)"].verdict == "short"
    assert found["hand-over in a process, p50"].verdict == "pass"
    assert found["one process: stamp to obstacles, p50"].value == 30.0
    assert found["processes: stamp to sound of a STOP, p50"].verdict == "short"
    over = found["one process over depth, metres and fusion, each alone"]
    assert (over.value, over.verdict) == (pytest.approx(1.5), "short"), "without the own motion"
    assert found["one process: memory"].verdict == "pass"
    chain = found["straightforward chain over one process, stamp to obstacles, p50"]
    assert (chain.value, chain.verdict) == (4.5, "pass")


def test_the_ratio_with_the_own_motion_stands_beside_that_of_the_target():
    graph = a_report()["graph"]
    over = over_stages_alone(graph)
    assert over == {
        "sum_of_p50_ms": pytest.approx(1.5),
        "sum_of_p50_with_ego_motion_ms": pytest.approx(1.2),
    }
    graph["stages_alone"]["sum_of_p50_ms"] = 0.0
    assert over_stages_alone(graph)["sum_of_p50_ms"] is None


def test_images_that_were_lost_are_short():
    report = a_report()
    report["graph"]["processes"]["frames_lost"] = 1
    assert verdicts(report)["processes: images lost"] == "short"
    assert verdicts(report)["one process: images lost"] == "pass"


def test_parts_that_were_not_measured_have_no_targets():
    assert targets({}) == []
    only = {"graph": {"processes": a_graph(30, 70)}}
    assert all(name.startswith("processes") for name in verdicts(only))


def test_a_stage_that_did_not_run_has_no_ratio():
    ours, theirs = a_graph(10, 20)["stages"], a_graph(40, 20)["stages"]
    ours["stamp_to_stop_sound"] = dict.fromkeys(ours["stamp_to_stop_sound"]) | {"n": 0}
    found = ratio(theirs, ours)
    assert found["stamp_to_obstacles"]["p50"] == 4.0
    assert found["stamp_to_stop_sound"]["p50"] is None


@pytest.mark.parametrize(("grown_mb", "verdict"), [(12.0, "pass"), (51.0, "short")])
def test_growth_in_eight_hours_is_read_from_the_slope(grown_mb, verdict):
    report = with_growth(a_soak(grown_mb))
    growth = report["growth_8h"]["memory_mb"]
    assert growth["growth"] == pytest.approx(grown_mb) and growth["error_95"] < 0.01
    assert growth_target(report).verdict == verdict
    short = with_growth(a_soak(grown_mb, seconds=1700.0))
    assert growth_target(short).verdict == "cannot tell", "half an hour is the least"
    assert report["growth_8h"]["threads"]["growth"] == 0.0
