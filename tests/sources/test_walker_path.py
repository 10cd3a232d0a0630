from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.sources.source import SourceError
from followme.sources.walker_path import FloorPose, Knot, WalkerPath, walking


@pytest.mark.parametrize(
    ("knots", "word"),
    [
        ((), "no knot"),
        ((Knot(1.0, 1.0), Knot(1.0, 1.0)), "grow"),
        ((Knot(2.0, 1.0), Knot(1.0, 1.0)), "grow"),
        ((Knot(-1.0, 1.0),), "from 0"),
        ((Knot(math.nan, 1.0),), "from 0"),
    ],
)
def test_a_path_that_makes_no_sense_is_refused(knots: tuple[Knot, ...], word: str) -> None:
    with pytest.raises(SourceError, match=word):
        WalkerPath(knots)


def test_even_braking_goes_half_as_far() -> None:
    path = walking((0.0, 1.0), (2.0, 1.0), (4.0, 0.0))
    assert path.pose_at(2.0).x_m == pytest.approx(2.0)
    assert path.pose_at(4.0).x_m == pytest.approx(3.0)
    assert path.motion_at(3.0, 7).forward_mps == pytest.approx(0.5)
    assert path.motion_at(3.0, 7).stamp_ns == 7


def test_after_the_last_knot_the_walker_stands() -> None:
    path = walking((0.0, 1.0), (2.0, 1.0))
    assert path.pose_at(9.0) == path.pose_at(2.0)
    assert path.motion_at(9.0, 0).speed_mps == 0.0


def test_a_step_to_the_left_is_positive() -> None:
    path = WalkerPath((Knot(0.0, 0.0, 0.3), Knot(2.0, 0.0, 0.3)))
    assert path.pose_at(2.0).y_m == pytest.approx(0.6)


def test_a_quarter_turn_to_the_left_leads_to_the_left() -> None:
    turn = math.pi / 4
    path = WalkerPath((Knot(0.0, 1.0, 0.0, turn), Knot(2.0, 1.0, 0.0, turn)))
    pose, radius = path.pose_at(2.0), 1.0 / turn
    assert pose.yaw_rad == pytest.approx(math.pi / 2)
    assert (pose.x_m, pose.y_m) == pytest.approx((radius, radius), abs=1e-4)


@given(*[st.floats(-5, 5) for _ in range(5)])
def test_floor_plan_to_walker_and_back(
    x: float, y: float, yaw: float, px: float, py: float
) -> None:
    pose = FloorPose(x, y, yaw)
    assert pose.from_walker(*pose.to_walker(px, py)) == pytest.approx((px, py), abs=1e-9)


def test_what_is_left_of_a_walker_who_looks_left_lies_behind() -> None:
    assert FloorPose(1.0, 1.0, math.pi / 2).to_walker(0.0, 1.0) == pytest.approx((0.0, 1.0))
