from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.direction import TravelDirection
from followme.geometry.motion_step import MotionStep
from followme.settings import CorridorSettings
from followme.values.motion import Motion

UNKNOWN = Motion(0, math.nan, math.nan, math.nan)


@pytest.mark.parametrize("motion", [None, UNKNOWN])
def test_without_motion_nothing_moves_and_speed_is_unknown(motion):
    step = MotionStep.over(0.1, motion)
    assert not step.known and math.isnan(step.speed_mps)
    assert step.carry(2.0, 1.0) == (2.0, 1.0)


def test_an_unknown_turn_is_no_turn():
    step = MotionStep.over(1.0, Motion(0, 1.0, 0.0, math.nan))
    assert step.carry(3.0, 0.5) == pytest.approx((2.0, 0.5))


def test_walking_ahead_brings_things_nearer():
    assert MotionStep.over(1.0, Motion(0, 1.0, 0.0, 0.0)).carry(3.0, 0.5) == (2.0, 0.5)


def test_turning_left_moves_things_to_the_right():
    x, y = MotionStep.over(1.0, Motion(0, 0.0, 0.0, math.pi / 2)).carry(2.0, 0.0)
    assert (x, y) == pytest.approx((0.0, -2.0))


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-1.5, 1.5), st.floats(-5, 5), st.floats(-5, 5))
def test_distances_between_standing_things_stay(forward, left, rate, x, y):
    step = MotionStep.over(0.3, Motion(0, forward, left, rate))
    ax, ay = step.carry(x, y)
    bx, by = step.carry(x + 1.0, y)
    assert math.hypot(ax - bx, ay - by) == pytest.approx(1.0)


def direction(steps):
    d = TravelDirection(CorridorSettings())
    return [d.update(step) for step in steps]


def test_the_way_leads_where_the_camera_looks_while_motion_is_unknown():
    assert direction([MotionStep(0.1)] * 5) == [0.0] * 5


def test_sway_of_the_chest_hardly_turns_the_way():
    d = TravelDirection(CorridorSettings())
    before_rad, worst_rad = 0.0, 0.0
    for i in range(1, 100):
        yaw_rad = math.radians(4.0) * math.sin(2 * math.pi * 1.8 * 0.1 * i)
        rate = (yaw_rad - before_rad) / 0.1
        heading_rad = d.update(MotionStep.over(0.1, Motion(0, 1.0, 0.0, rate)))
        # in a frame that stands still the way should keep its direction
        worst_rad = max(worst_rad, abs(heading_rad + yaw_rad))
        before_rad = yaw_rad
    assert math.degrees(worst_rad) < 1.2


def test_a_fast_turn_is_followed_without_delay():
    turn = MotionStep.over(0.1, Motion(0, 1.0, 0.0, math.radians(90.0)))
    assert direction([turn] * 20)[-1] == 0.0


def test_a_slow_turn_is_followed_with_the_lag_of_its_time_constant():
    turn = MotionStep.over(0.1, Motion(0, 1.0, 0.0, math.radians(20.0)))
    assert math.degrees(direction([turn] * 50)[-1]) == pytest.approx(-9.0, abs=1.5)


def test_who_stands_and_turns_is_about_to_walk_where_the_camera_looks():
    """A turn of 24 degrees on the spot, too short to count as a fast one; then a first step."""
    turn = MotionStep.over(0.1, Motion(0, 0.0, 0.0, math.radians(60.0)))
    step = MotionStep.over(0.1, Motion(0, 0.3, 0.0, 0.0))
    assert (
        direction([MotionStep.over(0.1, Motion(0, 0.0, 0.0, 0.0))] * 5 + [turn] * 4 + [step])[-5:]
        == [0.0] * 5
    )
    # who turns as they walk is followed with a lag
    walking = MotionStep.over(0.1, Motion(0, 0.6, 0.0, math.radians(60.0)))
    assert math.degrees(direction([walking] * 3)[-1]) < -10.0


def test_it_never_leads_far_from_where_the_camera_looks():
    jerk = MotionStep.over(0.02, Motion(0, 1.0, 0.0, -math.radians(1500.0)))
    s = replace(CorridorSettings(), turn_degps=360.0)
    assert TravelDirection(s).update(jerk) == pytest.approx(math.radians(s.max_heading_deg))


def test_a_speed_that_turns_with_the_chest_tells_how_far_it_is_turned():
    """The chest looks aside from the first frame on; the walker goes straight."""
    d = TravelDirection(CorridorSettings())
    before, worst_rad = None, 0.0
    for i in range(60):
        phase = 2 * math.pi * 1.8 * i / 15 + 1.0
        yaw_rad = math.radians(5.0) * math.sin(phase)
        rate = math.radians(5.0) * 2 * math.pi * 1.8 * math.cos(phase)
        motion = Motion(0, math.cos(yaw_rad), -math.sin(yaw_rad), rate)
        step = MotionStep.over(0.0 if i == 0 else 1 / 15, motion, before)
        before = motion
        worst_rad = max(worst_rad, abs(d.update(step) + yaw_rad))
    assert math.degrees(worst_rad) < 0.9


@pytest.mark.parametrize("forward_mps", [0.0, 0.2, -1.0])
def test_who_hardly_walks_has_no_course(forward_mps):
    assert direction([MotionStep.over(0.1, Motion(0, forward_mps, 0.02, 0.0))] * 5) == [0.0] * 5


def test_the_velocity_of_an_interval_is_the_mean_of_its_ends():
    first, last = Motion(0, 0.0, 0.2, 0.0), Motion(1, 1.0, 0.0, 0.4)
    step = MotionStep.over(0.5, last, first)
    assert (step.forward_mps, step.left_mps) == (0.5, 0.1)
    assert step.yaw_rad == pytest.approx(0.1)
    unknown = replace(first, forward_mps=math.nan)
    assert MotionStep.over(0.5, last, unknown) == MotionStep.over(0.5, last)
    assert not MotionStep.over(0.5, unknown, last).known
    assert not MotionStep.over(0.5, None, last).known


def test_a_sidestep_does_not_turn_the_way():
    assert direction([MotionStep.over(0.1, Motion(0, 0.6, -0.2, 0.0))] * 20)[-1] == 0.0
