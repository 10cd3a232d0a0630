"""When faults are put in, what tells of them, and when that was on the monotonic clock."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from followme.evaluation.bag_run import drill_times
from followme.evaluation.fault_drills import (
    CAMERA_STALL,
    DEPTH_STALL,
    DRILLS,
    FROZEN,
    INVALID_DEPTH,
    Drill,
    Schedule,
    faulty,
    result_of,
    schedules_for,
    tried,
)
from followme.evaluation.graph_record import ImageTimes, sound_began_s
from followme.evaluation.walk_record import Heard
from followme.sources.walk_bag import WalkBag
from followme.values.frame import ColourImage, Frame
from followme.values.intent import Priority
from tests.sources.build_recordings import colour_msg, write_bag
from tests.sources.test_bag import COLOUR, a_walk, at

BY_NAME = {drill.name: drill for drill in DRILLS}
SCHEDULE = Schedule(2.0, 4.0)
STALL, DEPTH_FAULT = BY_NAME[CAMERA_STALL], BY_NAME[DEPTH_STALL]


def lost(onset_s: float, stamp_s: float = 1.9) -> Heard:
    return Heard(onset_s, stamp_s, "health.vision_lost", "Vision lost", Priority.LOST)


def limited(onset_s: float, stamp_s: float = 2.3) -> Heard:
    return Heard(onset_s, stamp_s, "health.view_limited", "View limited", Priority.WARN)


def stop(onset_s: float) -> Heard:
    return Heard(onset_s, onset_s - 0.1, "stop.object", "Stop. Obstacle ahead", Priority.STOP)


def back(onset_s: float) -> Heard:
    return Heard(onset_s, onset_s - 0.1, "health.vision_back", "Vision back", Priority.WARN_HAZARD)


def test_faults_come_while_nothing_is_in_the_way_and_well_apart():
    assert [s.from_s for s in schedules_for(9.0)] == [1.5, 3.5, 5.5]
    assert [s.from_s for s in schedules_for(9.0, busy_s=[1.0, 2.0, 3.0])] == [4.5, 6.5]
    assert schedules_for(4.0, busy_s=[1.0, 2.0, 3.0]) == [Schedule(1.5, 3.5)]


@pytest.mark.parametrize("seconds", [0.0, 3.4])
def test_a_walk_too_short_for_a_fault_is_refused(seconds):
    with pytest.raises(ValueError, match=rf"lasts {seconds:.1f} s, a fault needs 3.5 s to come"):
        schedules_for(seconds)


def test_what_is_recorded_around_the_images_makes_their_walk_no_longer(tmp_path):
    # the images last for 3 s, the bag for 20 s
    around = [("/odd", at(ms), colour_msg(at(ms))) for ms in (-9000, 11_000)]
    messages = sorted([*a_walk(31), *around], key=lambda m: m[1])
    bag = WalkBag(write_bag(tmp_path / "walk", messages), {f"{COLOUR}": "camera/image_raw"})
    assert bag.plan.duration_s == pytest.approx(20.0)
    with pytest.raises(ValueError, match=r"lasts 3.0 s"):
        drill_times(bag)


@pytest.mark.parametrize("drill", [STALL, BY_NAME[FROZEN], DEPTH_FAULT])
def test_lost_sight_tells_of_each_fault(drill: Drill):
    result = result_of(drill, SCHEDULE, [lost(1.0), back(2.1), lost(2.6), lost(3.9)])
    assert (result.audible_s, result.heard) == (pytest.approx(0.6), "Vision lost")
    assert result.kept and result.came_first == ""


def test_a_limited_view_tells_of_depth_that_is_gone_and_of_nothing_else():
    assert result_of(DEPTH_FAULT, SCHEDULE, [limited(2.4)]).audible_s == pytest.approx(0.4)
    stalled = result_of(STALL, SCHEDULE, [limited(2.4), lost(2.6)])
    assert stalled.audible_s == pytest.approx(0.6)
    assert math.isnan(result_of(STALL, SCHEDULE, [limited(2.4)]).audible_s)


def test_what_was_due_before_the_fault_tells_nothing_of_it():
    result = result_of(DEPTH_FAULT, SCHEDULE, [limited(2.2, stamp_s=1.9), limited(3.3, 3.1)])
    assert result.audible_s == pytest.approx(1.3) and not result.kept


@pytest.mark.parametrize("heard", [[], [back(2.5)], [lost(1.9)]])
def test_who_hears_nothing_of_it_waits_for_ever(heard):
    result = result_of(STALL, SCHEDULE, heard)
    assert not result.kept and result.waited_s == math.inf and result.after == "never"
    assert "came first" not in result.sentence


def test_a_stop_that_came_first_is_named():
    result = result_of(DEPTH_FAULT, SCHEDULE, [stop(2.3), lost(3.4)])
    assert not result.kept
    assert result.sentence == (
        "the depth sensor gives no more frames: heard after 1.40 s, within 1.00 s was asked for "
        "('Stop. Obstacle ahead' came first: give a bag in which nothing is in the way for longer)"
    )
    assert result.as_row()["came_first"] == "Stop. Obstacle ahead"


def test_a_warning_that_came_first_is_named_for_depth_alone():
    warning = replace(stop(2.3), key="warn.object", text="Obstacle ahead", priority=Priority.WARN)
    assert result_of(DEPTH_FAULT, SCHEDULE, [warning]).came_first == "Obstacle ahead"
    assert result_of(STALL, SCHEDULE, [warning]).came_first == "", "lost sight outranks it"


def test_a_stop_takes_nothing_from_a_warning_in_time():
    assert result_of(STALL, SCHEDULE, [lost(2.5), stop(2.7)]).came_first == ""


def test_after_a_stop_another_moment_is_tried_and_the_first_verdict_stays_where_none_is_free():
    schedules = [SCHEDULE, Schedule(6.0, 8.0)]
    said = {2.0: [stop(2.3)], 6.0: [lost(6.5)]}
    assert tried(STALL, schedules, lambda _, s: said[s.from_s]).from_s == 6.0
    said[6.0] = [stop(6.3)]
    assert tried(STALL, schedules, lambda _, s: said[s.from_s]).from_s == 2.0


def test_who_says_nothing_gets_no_second_try():
    asked: list[float] = []

    def run(_drill: Drill, schedule: Schedule) -> list[Heard]:
        asked.append(schedule.from_s)
        return []

    assert not tried(STALL, [SCHEDULE, Schedule(6.0, 8.0)], run).kept
    assert asked == [2.0]


def test_a_warning_that_came_first_is_no_excuse():
    warning = replace(stop(2.3), key="warn.object", text="Obstacle ahead", priority=Priority.WARN)
    said = {2.0: [warning], 6.0: [lost(6.5)]}
    result = tried(DEPTH_FAULT, [SCHEDULE, Schedule(6.0, 8.0)], lambda _, s: said[s.from_s])
    assert result.from_s == 2.0 and not result.kept and result.came_first == "Obstacle ahead"


def some_frames() -> list[Frame]:
    return [
        Frame(
            n * 500_000_000,
            np.full((2, 2, 3), n, np.uint8),
            None,
            np.full((2, 2), 1.0 + n, np.float32),
        )
        for n in range(10)
    ]


@pytest.mark.parametrize(
    ("name", "colours", "depths"),
    [
        (CAMERA_STALL, [0, 1, 2, 3], [1, 2, 3, 4]),
        (DEPTH_STALL, [0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, None, None, None, None]),
        (INVALID_DEPTH, [0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, "nan", "nan", "nan", "nan"]),
        (FROZEN, [0, 1, 2, 3, 3, 3, 3, 3], [1, 2, 3, 4, 4, 4, 4, 4]),
    ],
)
def test_frames_fail_while_the_fault_is_there_and_end_with_it(name, colours, depths):
    left = list(faulty(some_frames(), BY_NAME[name], SCHEDULE))
    assert [int(f.bgr[0, 0, 0]) for f in left] == colours
    found = [None if f.depth_m is None else float(f.depth_m[0, 0]) for f in left]
    assert ["nan" if d is not None and math.isnan(d) else d for d in found] == depths
    assert [f.stamp_ns for f in left] == [n * 500_000_000 for n in range(len(left))]


def test_a_fault_begins_when_the_graph_lived_it():
    """The last image before it came 0.2 s late: the fault cannot have been there earlier."""
    times = ImageTimes()
    assert math.isnan(times.fault_s(1.0))
    times.given_s = {10_000_000_000: 100.0, 10_900_000_000: 101.1, 11_400_000_000: 101.4}
    assert times.fault_s(1.0) == pytest.approx(101.2)
    assert times.fault_s(0.0) == pytest.approx(100.0)


def test_an_image_that_comes_again_was_given_when_it_came_first():
    times = ImageTimes()
    image = ColourImage(5, np.zeros((2, 2, 3), np.uint8))
    times.came(image)
    first_s = times.given_s[5]
    times.came(image)
    assert times.given_s == {5: first_s}


def test_the_log_of_a_track_tells_when_it_began(tmp_path: Path):
    log = tmp_path / "t.wav.jsonl"
    log.write_text('{"event": "onset", "monotonic_s": 12.5, "at_s": 2.25, "text": "a"}\n')
    assert sound_began_s(tmp_path / "t.wav") == 10.25
    log.write_text("")
    assert sound_began_s(tmp_path / "t.wav") == 0.0
