from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.crossing import Crossing, is_gone_at_contact
from followme.geometry.motion_step import MotionStep
from followme.settings import TrackingSettings

S = TrackingSettings()
DT_S = 1 / 15


def step(forward_mps: float = 0.0, yaw_radps: float = 0.0, known: bool = True) -> MotionStep:
    return MotionStep(DT_S, forward_mps, 0.0, yaw_radps * DT_S, known=known)


def followed(
    right_mps: float, left_mps: float, frames: int = 20, moved: MotionStep | None = None
) -> Crossing:
    crossing = Crossing(S)
    right_m, left_m, x_m = 1.5, 2.0, 4.0
    for n in range(frames):
        crossing.take(x_m, right_m, left_m, DT_S if n else 0.0)
        crossing.carry(moved or step())
        right_m += right_mps * DT_S
        left_m += left_mps * DT_S
    return crossing


@pytest.mark.parametrize("speed_mps", [-1.2, -0.6, 0.6, 1.2])
def test_what_moves_with_both_edges_crosses(speed_mps):
    assert followed(speed_mps, speed_mps).mps == pytest.approx(speed_mps)


@pytest.mark.parametrize(
    ("right_mps", "left_mps"), [(0.0, 1.0), (-1.0, 0.0), (-1.0, 1.0), (0.5, -0.5)]
)
def test_what_comes_into_view_or_grows_does_not(right_mps, left_mps):
    assert followed(right_mps, left_mps).mps == 0.0


def test_what_is_new_does_not():
    assert followed(-1.2, -1.2, frames=S.crossing_frames).mps == 0.0
    assert followed(-1.2, -1.2, frames=S.crossing_frames + 1).mps != 0.0


def test_what_was_lost_or_seen_by_a_walker_of_unknown_motion_begins_anew():
    lost = followed(-1.2, -1.2)
    lost.lose()
    assert lost.mps == 0.0
    assert followed(-1.2, -1.2, moved=step(known=False)).mps == 0.0


def test_what_stands_does_not_cross_when_the_walker_turns():
    crossing, turn = Crossing(S), step(forward_mps=1.0, yaw_radps=0.5)
    right, left = (4.0, -0.3), (4.0, 0.3)
    for n in range(20):
        crossing.take(right[0], right[1], left[1], DT_S if n else 0.0)
        crossing.carry(turn)
        right, left = turn.carry(*right), turn.carry(*left)
    assert abs(crossing.mps) < 0.1


@pytest.mark.parametrize(
    ("span_m", "speed_mps", "contact_s", "gone"),
    [
        ((-0.7, -0.2), -1.2, 1.0, True),
        ((-0.2, 0.3), -1.2, 0.5, False),
        ((0.4, 0.9), -1.2, 1.0, False),  # it will just be in the middle
        ((0.4, 0.9), -1.2, 1.2, True),
        ((-0.2, 0.3), 0.0, 3.0, False),
    ],
)
def test_who_has_left_the_way_at_contact(span_m, speed_mps, contact_s, gone):
    assert is_gone_at_contact(span_m, speed_mps, contact_s, 0.5) is gone


@given(
    st.floats(-2.0, 2.0),
    st.floats(0.1, 1.0),
    st.floats(-3.0, 3.0),
    st.floats(0.0, 3.0),
)
def test_left_and_right_are_alike(middle_m, width_m, speed_mps, contact_s):
    right_m, left_m = middle_m - width_m, middle_m + width_m
    there = is_gone_at_contact((right_m, left_m), speed_mps, contact_s, 0.5)
    mirrored = is_gone_at_contact((-left_m, -right_m), -speed_mps, contact_s, 0.5)
    assert there == mirrored or speed_mps == 0.0
