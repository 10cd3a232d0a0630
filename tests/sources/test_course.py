from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.sources.course import (
    AT_REST,
    STANDS,
    Course,
    Moment,
    Start,
    Straight,
    Swing,
    Way,
)
from followme.sources.source import SourceError

_WAY = Way(((2.0, 0.0), (2.0, 1.0)), 0.5)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Way((), 1.0), "points"),
        (lambda: Way(((math.nan, 0.0),), 1.0), "points"),
        (lambda: Way(((0.0, 0.0),), 1.0), "differ"),
        (lambda: Way(((1.0, 0.0), (1.0, 0.0)), 1.0), "differ"),
        (lambda: Way(((1.0, 0.0),), 0.0), "speed"),
        (lambda: Way(((1.0, 0.0),), math.nan), "speed"),
        (lambda: Swing(1.0, 0.0), "above 0"),
        (lambda: Swing(math.inf, 1.0), "finite"),
    ],
)
def test_a_course_that_makes_no_sense_is_refused(make: object, word: str) -> None:
    with pytest.raises(SourceError, match=word):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("course", [STANDS, Straight((1.0, 0.0)), _WAY, Swing(1.0, 2.0)])
@pytest.mark.parametrize("time_s", [-math.inf, -1.0, 0.0])
def test_before_its_time_a_thing_rests(course: Course, time_s: float) -> None:
    assert course.placed_at(time_s) == AT_REST


@pytest.mark.parametrize(
    ("time_s", "place"),
    [(1.0, (0.5, 0.0)), (4.0, (2.0, 0.0)), (5.0, (2.0, 0.5)), (6.0, (2.0, 1.0)), (99, (2.0, 1.0))],
)
def test_a_way_goes_from_point_to_point_and_ends(time_s: float, place: tuple[float, ...]) -> None:
    assert _WAY.seconds == 6.0
    assert _WAY.placed_at(time_s).shift_m == pytest.approx(place)


def test_who_faces_the_way_turns_with_it_and_keeps_the_last_heading() -> None:
    way = Way(((0.0, -2.0), (2.0, -2.0)), 1.0, heading_rad=math.pi)
    headings = [math.remainder(math.pi + way.placed_at(t).turn_rad, math.tau) for t in (1, 3, 9)]
    assert headings == pytest.approx([-math.pi / 2, 0.0, 0.0])
    assert _WAY.placed_at(5.0).turn_rad == 0.0


def test_limbs_swing_on_the_way_only() -> None:
    assert _WAY.placed_at(1.0).stride_rad > 0
    assert _WAY.placed_at(6.5).stride_rad == 0.0
    # at 1 m/s a way strides as a straight walk does
    assert Way(((5.0, 0.0),), 1.0).placed_at(2.0).stride_rad == pytest.approx(
        Straight((1.0, 0.0)).placed_at(2.0).stride_rad
    )


def test_a_door_swings_gently_as_far_as_it_shall() -> None:
    swing = Swing(-1.2, 2.0)
    angles = [swing.placed_at(t).turn_rad for t in (0.0, 0.2, 1.0, 1.8, 2.0, 7.0)]
    assert angles[0] == 0.0
    assert angles[2] == pytest.approx(-0.6)
    assert angles[4] == angles[5] == pytest.approx(-1.2)
    assert abs(angles[1]) < 0.2 * 0.6
    assert swing.placed_at(1.0).shift_m == (0.0, 0.0)


def test_a_start_is_a_time_or_waits_for_the_walker() -> None:
    assert Moment(5.0).since(1, Start(2.0)) == 3.0
    waits = Start(walker_within_m=2.0)
    assert Moment(5.0).since(1, waits) == -math.inf
    assert Moment(5.0, {1: 4.5}).since(1, waits) == 0.5
    assert Moment(5.0, {2: 4.5}).since(1, waits) == -math.inf


@given(st.floats(0.0, 20.0), st.floats(0.0, 0.2))
def test_no_course_jumps(time_s: float, step_s: float) -> None:
    for course, fastest in ((_WAY, 0.5), (Straight((0.6, -0.8)), 1.0)):
        a, b = course.placed_at(time_s).shift_m, course.placed_at(time_s + step_s).shift_m
        assert math.dist(a, b) <= fastest * step_s + 1e-9
