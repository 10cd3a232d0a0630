from __future__ import annotations

import math
from dataclasses import replace
from itertools import count

import pytest

from followme.geometry.motion_step import MotionStep
from followme.geometry.narrow_gap import GAP, NarrowGap
from followme.settings import ObstacleFusionSettings
from followme.values.obstacle import Kind, Obstacle, Zone
from tests.geometry.scene import Box, Walk

STEP = MotionStep(0.1, 1.0, known=True)


def side(id: int, inner_m: float, x_m: float = 2.0, **more) -> Obstacle:
    """A thing 0.4 m wide whose edge towards the way is at ``inner_m``."""
    outer_m = math.copysign(abs(inner_m) + 0.4, inner_m)
    made = Obstacle(
        track_id=id, kind=Kind.OBJECT, label="", confidence=0.9,
        nearest_m=(x_m, inner_m, 0.5), distance_m=math.hypot(x_m, inner_m), distance_std_m=0.1,
        bearing_rad=math.atan2(inner_m, x_m), angular_width_rad=0.2, bottom_m=0.0, top_m=1.0,
        y_min_m=min(inner_m, outer_m), y_max_m=max(inner_m, outer_m),
        velocity_mps=(-1.0, 0.0), zone=Zone.WARN, in_corridor=True,
    )  # fmt: skip
    return replace(made, **more)


def joined(sides, frames: int = 3, heading_rad: float = 0.0, gap: NarrowGap | None = None):
    gap = gap or NarrowGap(ObstacleFusionSettings(), count(100))
    for _ in range(frames):
        found = gap.join(sides, heading_rad, STEP)
    return found


def gaps(found):
    return [o for o in found if o.label == GAP]


@pytest.mark.parametrize("sides", [
    [], [side(1, 0.3)], [side(1, 0.3), side(2, 0.32)],
    [side(1, 0.28), side(2, -0.28)],
    [side(1, 0.32), side(2, -0.32, x_m=3.0)],
    [side(1, 0.32), side(2, -0.32, in_corridor=False)],
    [side(1, 0.32), side(2, -0.32, kind=Kind.PERSON)],
    [side(1, 0.32), side(2, -0.32, kind=Kind.DROP_OFF)],
    [side(1, 0.32), side(2, -0.32, velocity_mps=(-2.0, 0.0))],
])  # fmt: skip
def test_what_is_no_gap_stays_as_it_is(sides):
    assert joined(sides) == sides


@pytest.mark.parametrize("cm", range(50, 75, 5))
@pytest.mark.parametrize("mirrored", [1.0, -1.0])
def test_a_gap_that_one_can_pass_is_one_obstacle(cm, mirrored):
    half_m = cm / 200 + 1e-9
    found = joined([side(1, mirrored * half_m), side(2, -mirrored * half_m)])
    assert len(gaps(found)) == (cm >= 60)
    zones = [o.zone for o in found if o.label != GAP]
    assert zones == [Zone.INFORM if cm >= 60 else Zone.WARN] * 2


def test_a_gap_is_a_warning_at_most_and_lies_between_its_sides():
    found = joined([side(4, 0.4, zone=Zone.STOP), side(7, -0.3)])
    (gap,) = gaps(found)
    assert (gap.kind, gap.zone, gap.in_corridor) == (Kind.UNKNOWN, Zone.WARN, True)
    assert (gap.y_min_m, gap.y_max_m) == (-0.3, 0.4)
    assert gap.nearest_m[1] == pytest.approx(0.05)
    assert gap.track_id not in (4, 7)


@pytest.mark.parametrize("off_cm", range(0, 17, 2))
@pytest.mark.parametrize("mirrored", [1.0, -1.0])
def test_a_doorway_is_silent_as_long_as_no_side_reaches_the_corridor_that_never_widens(
    off_cm, mirrored
):
    """ADA 404.2.3: 0.815 m; B1: silent within 0.10 m of its middle."""
    left_m, right_m = 0.4075 + off_cm / 100, 0.4075 - off_cm / 100
    sides = [side(1, mirrored * left_m), side(2, -mirrored * right_m)]
    found = joined(sides)
    assert len(gaps(found)) == (off_cm > 10)
    assert [o.zone for o in found if o.label != GAP] == [Zone.INFORM] * 2
    # at once, not after some frames: a warning cannot be taken back
    first = joined(sides, frames=1)
    assert [o.zone for o in first] == [Zone.INFORM if off_cm <= 10 else Zone.WARN] * 2


def test_what_is_wider_than_a_door_is_two_things():
    sides = [side(1, 0.38), side(2, -0.70)]
    assert joined(sides, frames=1) == sides


def test_the_last_side_of_a_doorway_stays_silent_when_the_other_left_the_image():
    gap = NarrowGap(ObstacleFusionSettings(), count(100))
    joined([side(1, 0.41), side(2, -0.41)], gap=gap)
    assert [o.zone for o in joined([side(2, -0.38)], gap=gap)] == [Zone.INFORM]
    # but not when it reaches in, and not for ever
    assert [o.zone for o in joined([side(2, -0.20)], gap=gap)] == [Zone.WARN]
    assert [o.zone for o in joined([side(2, -0.38)], gap=gap)] == [Zone.WARN]
    gap.reset()
    assert [o.zone for o in joined([side(1, 0.38)], gap=gap)] == [Zone.WARN]


def test_one_frame_makes_no_gap():
    assert not gaps(joined([side(1, 0.32), side(2, -0.32)], frames=1))


def test_a_width_that_wavers_does_not_flip_and_a_narrow_one_ends_at_once():
    gap = NarrowGap(ObstacleFusionSettings(), count(100))
    first = gaps(joined([side(1, 0.31), side(2, -0.31)], gap=gap))[0].track_id
    for half_m in (0.29, 0.31, 0.28, 0.30, 0.29):
        found = joined([side(1, half_m), side(2, -half_m)], 1, gap=gap)
        assert [g.track_id for g in gaps(found)] == [first]
    ended = joined([side(1, 0.27), side(2, -0.27)], 1, gap=gap)
    assert not gaps(ended) and all(o.zone is Zone.WARN for o in ended)
    again = joined([side(1, 0.31), side(2, -0.31)], 2, gap=gap)
    assert [g.track_id for g in gaps(again)] == [first]


def test_the_gap_is_measured_across_the_direction_of_travel():
    straight = [side(1, 0.32), side(2, -0.32)]
    assert not gaps(joined(straight, heading_rad=0.3))  # there the way leads into the left side


@pytest.mark.parametrize(("inner_m", "on"), [(0.27, True), (0.23, False)])
def test_a_side_that_stays_alone_in_the_way_is_an_obstacle_when_it_reaches_far(inner_m, on):
    gap = NarrowGap(ObstacleFusionSettings(), count(100))
    joined([side(1, 0.31), side(2, -0.31)], gap=gap)
    found = joined([side(1, inner_m), side(2, -0.45, in_corridor=False)], 1, gap=gap)
    assert bool(gaps(found)) is on
    assert found[0].zone is (Zone.INFORM if on else Zone.WARN)


def test_after_a_reset_a_gap_has_another_number():
    gap = NarrowGap(ObstacleFusionSettings(), count(100))
    first = gaps(joined([side(1, 0.32), side(2, -0.32)], gap=gap))[0].track_id
    gap.reset()
    assert gaps(joined([side(1, 0.32), side(2, -0.32)], gap=gap))[0].track_id != first


def seen_on_the_way(width_m: float, frames: int = 45):
    """Zones of gap and of sides on the way between two boxes."""
    half_m = 0.5 * width_m
    boxes = (
        Box((5.0, 5.3), (half_m, half_m + 0.5), (0.0, 1.2)),
        Box((5.0, 5.3), (-half_m - 0.5, -half_m), (0.0, 1.2)),
    )
    walk = Walk()
    gap, own = [], []
    for _ in range(frames):
        found = walk.look(boxes).obstacles
        gap.append(max((o.zone for o in found if o.label == GAP), default=Zone.CLEAR))
        own.append(max((o.zone for o in found if o.label != GAP), default=Zone.CLEAR))
    return gap, own


def test_between_two_boxes_the_gap_warns_alone():
    gap, own = seen_on_the_way(0.66)
    assert max(gap) is Zone.WARN and max(own) <= Zone.INFORM


def test_between_boxes_too_near_to_each_other_one_stops():
    gap, own = seen_on_the_way(0.46)
    assert max(gap) is Zone.CLEAR and max(own) is Zone.STOP


def test_a_wide_doorway_stays_silent():
    gap, own = seen_on_the_way(0.82)
    assert max(*gap, *own) <= Zone.INFORM
