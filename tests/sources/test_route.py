from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.sources.route import BRAKES_MPS2, Go, Route, Stand, Turn
from followme.sources.source import SourceError
from followme.sources.walker_path import FloorPose, WalkerPath


def _speeds(path: WalkerPath, step_s: float = 0.05) -> list[float]:
    count = int(path.seconds / step_s)
    return [path.motion_at(n * step_s, 0).forward_mps for n in range(count)]


def test_without_steps_they_walk_straight_on() -> None:
    path = Route(0.7, FloorPose(1.0, 0.2, math.pi / 2)).path(3.0)
    end = path.pose_at(3.0)
    assert (end.x_m, end.y_m) == pytest.approx((1.0, 0.2 + 2.1))


def test_a_way_begins_at_speed_and_ends_standing_where_it_shall() -> None:
    path = Route(1.0, steps=(Go((6.0, 0.0)),)).path(9.0)
    assert path.motion_at(0.0, 0).forward_mps == pytest.approx(1.0)
    assert path.motion_at(5.0, 0).forward_mps == pytest.approx(1.0)
    assert path.pose_at(99.0).x_m == pytest.approx(6.0)
    # braking from 1 m/s takes a third of a metre
    assert path.seconds == pytest.approx((6.0 - 1 / 3) + 2 / 3)
    assert path.motion_at(path.seconds + 0.1, 0).speed_mps == 0.0


def test_a_turn_is_as_far_and_as_fast_as_it_says() -> None:
    path = Route(steps=(Turn(math.pi / 2, math.radians(60)),)).path(1.0)
    rates = [path.motion_at(0.02 * n, 0).yaw_rate_radps for n in range(int(path.seconds / 0.02))]
    assert math.degrees(path.pose_at(9.0).yaw_rad) == pytest.approx(90.0)
    assert math.degrees(max(rates)) == pytest.approx(60.0)
    assert path.seconds == pytest.approx(1.6)
    assert path.pose_at(9.0).x_m == pytest.approx(0.0, abs=1e-9)


def test_who_looks_elsewhere_turns_first_standing() -> None:
    path = Route(1.0, steps=(Go((3.0, 0.0)), Go((3.0, -2.0)))).path(9.0)
    end = path.pose_at(99.0)
    assert (end.x_m, end.y_m, end.yaw_rad) == pytest.approx((3.0, -2.0, -math.pi / 2))
    turning = [
        t for t in (0.02 * n for n in range(400)) if abs(path.motion_at(t, 0).yaw_rate_radps) > 0.01
    ]
    assert all(path.motion_at(t, 0).speed_mps == pytest.approx(0.0, abs=1e-9) for t in turning)
    assert turning


def test_on_the_same_line_they_do_not_stop_between() -> None:
    path = Route(1.0, steps=(Go((3.0, 0.0)), Go((6.0, 0.0), 0.5))).path(9.0)
    speeds = _speeds(path)
    assert min(speeds[:40]) == pytest.approx(1.0)
    assert min(speeds[:100]) > 0.4
    assert path.pose_at(99.0).x_m == pytest.approx(6.0)


def test_standing_takes_its_time() -> None:
    path = Route(1.0, steps=(Stand(2.0), Go((3.0, 0.0)), Stand(1.5))).path(9.0)
    assert path.pose_at(2.0).x_m == 0.0
    assert path.motion_at(1.0, 0).speed_mps == 0.0
    last = path.seconds
    assert path.pose_at(last - 1.5).x_m == pytest.approx(3.0)


def test_who_cannot_go_where_they_are_is_told() -> None:
    with pytest.raises(SourceError, match="cannot go there"):
        Route(steps=(Go((0.0, 0.0)),)).path(1.0)


def test_a_faster_walker_keeps_the_way() -> None:
    route = Route(1.0, steps=(Go((4.0, 0.0), 0.5), Turn(1.0), Go((4.0, 3.0))))
    faster = route.faster(1.4)
    assert faster.steps[0] == Go((4.0, 0.0), 0.7)
    ends = [r.path(1.0).pose_at(99.0) for r in (route, faster)]
    assert (ends[0].x_m, ends[0].y_m) == pytest.approx((ends[1].x_m, ends[1].y_m))
    assert faster.path(1.0).seconds < route.path(1.0).seconds


def test_who_stands_stays_whatever_the_speed() -> None:
    route = Route(0.0, steps=(Stand(1.0),))
    assert route.faster(1.4).path(1.0).pose_at(1.0) == FloorPose(0.0, 0.0)


def test_a_way_beside_another_is_the_same_way() -> None:
    route = Route(1.0, FloorPose(0.0, 0.0), (Go((4.0, 0.0)), Turn(0.5)))
    moved = route.shifted(0.0, 0.03).path(1.0)
    assert moved.pose_at(99.0).y_m == pytest.approx(0.03)
    assert moved.seconds == pytest.approx(route.path(1.0).seconds)


_points = st.tuples(st.floats(-4, 4), st.floats(-4, 4))
_steps = st.one_of(
    st.builds(Go, _points, st.one_of(st.none(), st.floats(0.05, 3.0))),
    st.builds(
        Turn,
        st.floats(-6, 6).filter(lambda a: abs(a) > 1e-3),
        st.floats(0.1, 6.0),
    ),
    st.builds(Stand, st.floats(0.05, 3.0)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_steps, min_size=1, max_size=5), st.floats(0.1, 2.0))
def test_every_way_ends_where_its_last_step_leads(
    steps: list[Go | Turn | Stand], speed: float
) -> None:
    route = Route(speed, FloorPose(9.0, 9.0), tuple(steps))
    try:
        path = route.path(1.0)
    except SourceError:
        return
    goes = [step.to_m for step in steps if isinstance(step, Go)]
    end = path.pose_at(path.seconds + 1.0)
    # a walker who looks nearly there does not turn for half a degree
    assert math.dist((end.x_m, end.y_m), (goes or [(9.0, 9.0)])[-1]) < 0.2 * max(1, len(goes))
    fastest = max([speed, *(s.speed_mps or 0 for s in steps if isinstance(s, Go))])
    speeds = _speeds(path)
    assert max([0.0, *speeds]) <= fastest + 1e-6
    assert min([0.0, *speeds]) >= -1e-9
    changes = [abs(b - a) for a, b in pairwise(speeds)]
    # gently, except where a step is too short for that
    assert max([0.0, *changes]) < 40 * 0.05 * BRAKES_MPS2
