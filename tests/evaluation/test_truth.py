"""Truth of the way: what stands in it, and how urgent it really is."""

from __future__ import annotations

import math

import pytest

from followme.evaluation.truth import Snapshot, Truth, match, top_m
from followme.sources.corridor_walk import a_corridor
from followme.sources.things import a_box, a_person, a_pillar, a_shelf
from followme.sources.walker_path import FloorPose
from followme.values.obstacle import Kind, Zone
from followme.values.truth import TruthObject
from tests.evaluation.records import an_obstacle


def walk_toward(*objects: TruthObject, speed_mps: float = 1.0, count: int = 10, things=()):
    """Let things that stand come nearer as the walker goes."""
    walk = []
    for n in range(count):
        gone_m = n * 0.1 * speed_mps
        moved = tuple(
            TruthObject(o.id, o.kind, o.label, (o.nearest_m[0] - gone_m, *o.nearest_m[1:]))
            for o in objects
        )
        walk.append(Snapshot(n * 0.1, FloorPose(gone_m, 0.0), moved))
    return Truth(a_corridor(things, length_m=40.0)).things(walk)


def box_at(x_m: float, y_m: float = 0.0, z_m: float = 0.0) -> TruthObject:
    return TruthObject(1, Kind.OBJECT, "box", (x_m, y_m, z_m))


def test_an_empty_walk_has_nothing():
    assert Truth(a_corridor(length_m=40.0)).things([]) == []
    assert walk_toward() == [()] * 10


def test_speed_is_read_off_the_way():
    things = walk_toward(box_at(5.0), speed_mps=1.4)
    assert things[0][0].closing_mps == pytest.approx(1.4)
    assert things[-1][0].closing_mps == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("x_m", "zone"), [(6.0, Zone.CLEAR), (4.5, Zone.INFORM), (3.3, Zone.WARN), (1.8, Zone.STOP)]
)
def test_zones_are_those_of_b3(x_m, zone):
    assert walk_toward(box_at(x_m, z_m=0.8), count=2)[0][0].zone is zone


def test_the_wide_zone_grants_the_slack_of_leaving():
    (thing,) = walk_toward(box_at(3.8), count=2)[0]
    assert (thing.zone, thing.wide_zone) == (Zone.INFORM, Zone.WARN)


def test_what_a_cane_finds_stops_later():
    low = walk_toward(box_at(1.7), count=2, things=[a_box(1, (1.9, 0.0))])[0][0]
    high = walk_toward(box_at(1.7), count=2, things=[a_pillar(1, (1.9, 0.0))])[0][0]
    assert (low.zone, high.zone) == (Zone.WARN, Zone.STOP)


@pytest.mark.parametrize(
    ("y_m", "inside"), [(0.0, True), (0.29, True), (0.31, False), (-0.29, True), (-0.31, False)]
)
def test_the_way_is_as_wide_as_the_body(y_m, inside):
    assert walk_toward(box_at(1.4, y_m), count=1)[0][0].in_corridor is inside


def test_the_way_widens_farther_away():
    assert walk_toward(box_at(4.0, 0.38), count=1)[0][0].in_corridor


def test_what_hangs_above_the_head_is_not_in_the_way():
    assert not walk_toward(box_at(2.0, 0.0, 2.05), count=1)[0][0].in_corridor
    assert walk_toward(box_at(2.0, 0.0, 2.0), count=1)[0][0].in_corridor


def test_the_end_wall_is_a_thing_in_the_way():
    scene = a_corridor(length_m=6.0)
    walk = [Snapshot(n * 0.1, FloorPose(3.0 + n * 0.1, 0.0), ()) for n in range(3)]
    things = Truth(scene).things(walk)[0]
    assert things[0].distance_m == pytest.approx(3.0)
    assert things[0].zone is Zone.WARN and things[0].id < 0
    assert things[0].closing_mps == pytest.approx(1.0)


def test_the_walls_beside_are_not_in_the_way_until_one_turns_to_them():
    truth = Truth(a_corridor(length_m=40.0))
    ahead, turned = (
        truth.things([Snapshot(0.0, FloorPose(10.0, 0.0, yaw), ())])[0]
        for yaw in (0.0, math.radians(90))
    )
    assert ahead == ()
    assert turned[0].distance_m == pytest.approx(1.2)


def test_a_wall_passed_at_a_slant_is_met_where_the_body_meets_it():
    truth = Truth(a_corridor(length_m=40.0))
    (wall, *_) = truth.things([Snapshot(0.0, FloorPose(10.0, 0.0, math.radians(45)), ())])[0]
    # the shoulder at 0.30 m meets the wall at 1.2 m before the middle of the body does
    assert wall.nearest_m[0] == pytest.approx(1.2 * math.sqrt(2) - 0.30, abs=0.02)


def test_heights_of_things():
    assert top_m(a_box(1, (0.0, 0.0), (0.4, 0.4, 0.4))) == pytest.approx(0.4)
    assert top_m(a_shelf(1, (0.0, 0.0))) == pytest.approx(1.9)
    assert top_m(a_person(1, (0.0, 0.0))) == pytest.approx(1.74, abs=0.05)


def test_an_obstacle_is_the_nearest_real_thing_within_the_gate():
    (near, far) = walk_toward(box_at(2.0), TruthObject(2, Kind.OBJECT, "bin", (3.5, 0.3, 0.0)))[0]
    assert match(an_obstacle(far), (near, far)) == far
    assert match(an_obstacle(near, nearest_m=(2.7, 0.0, 0.0)), (near, far)) == near
    assert match(an_obstacle(near, nearest_m=(2.0, 1.5, 0.0)), (near, far)) is None
    assert match(an_obstacle(near), ()) is None
