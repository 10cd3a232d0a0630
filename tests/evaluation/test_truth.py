"""Truth of the way: what stands in it, and how urgent it really is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from followme.evaluation.truth import Truth
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.values.obstacle import Kind, Zone
from tests.evaluation.records import a_part, an_obstacle

TRUTH = Truth()


def walk_toward(*parts: Outline, speed_mps: float = 1.0, count: int = 10):
    """Let things that stand come nearer as the walker goes."""
    walk = []
    for n in range(count):
        gone_m = n * 0.1 * speed_mps
        moved = [
            Outline(p.id, p.kind, p.label, p.corners_m - (gone_m, 0.0), p.bottom_m, p.top_m)
            for p in parts
        ]
        walk.append(TRUTH.snapshot(n * 0.1, FloorPose(gone_m, 0.0), moved))
    return TRUTH.things(walk)


def first(*parts: Outline):
    return walk_toward(*parts, count=2)[0][0]


def test_an_empty_walk_has_nothing():
    assert TRUTH.things([]) == []
    assert walk_toward() == [()] * 10


def test_speed_is_read_off_the_way():
    things = walk_toward(a_part(5.0), speed_mps=1.4)
    assert things[0][0].closing_mps == pytest.approx(1.4)
    assert things[-1][0].closing_mps == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("x_m", "zone"), [(6.0, Zone.CLEAR), (4.5, Zone.INFORM), (3.3, Zone.WARN), (1.8, Zone.STOP)]
)
def test_zones_are_those_of_b3(x_m, zone):
    assert first(a_part(x_m)).zone is zone


def test_the_wide_zone_grants_the_slack_of_leaving():
    thing = first(a_part(3.8))
    assert (thing.zone, thing.wide_zone) == (Zone.INFORM, Zone.WARN)
    beside = first(a_part(1.4, 0.38))
    assert (beside.zone, beside.wide_zone) == (Zone.CLEAR, Zone.STOP)


def test_what_a_cane_finds_stops_later_but_a_drop_does_not():
    assert first(a_part(1.7, top_m=0.4)).zone is Zone.WARN
    assert first(a_part(1.7, top_m=0.9)).zone is Zone.STOP
    pit = Outline(1, Kind.DROP_OFF, "hole", np.array([(1.7, -1.0), (1.7, 1.0)]), -0.3, 0.0)
    assert first(pit).zone is Zone.STOP


def test_a_high_part_beside_the_way_does_not_make_a_low_one_urgent():
    low_in_the_way, high_beside = a_part(1.7, top_m=0.4), a_part(1.7, 0.8, top_m=1.5)
    assert first(low_in_the_way, high_beside).zone is Zone.WARN


@pytest.mark.parametrize(
    ("y_m", "inside"), [(0.0, True), (0.29, True), (0.31, False), (-0.29, True), (-0.31, False)]
)
def test_the_way_is_as_wide_as_the_body(y_m, inside):
    near = a_part(1.0, y_m)
    assert first(near).in_corridor is inside


def test_the_way_widens_farther_away():
    assert first(a_part(4.0, 0.38)).in_corridor
    assert not first(a_part(1.0, 0.38)).in_corridor


def test_what_hangs_above_the_head_or_lies_flat_is_not_in_the_way():
    assert not first(a_part(2.0, 0.0, 2.05)).in_corridor
    assert first(a_part(2.0, 0.0, 2.0)).in_corridor
    mat = Outline(1, Kind.OBJECT, "box", np.array([(2.0, -0.5), (2.0, 0.5)]), 0.0, 0.02)
    assert not first(mat).in_corridor


def test_a_wide_thing_is_as_far_as_what_of_it_is_in_the_way():
    slanted = Outline(1, Kind.OBJECT, "table", np.array([(1.0, 1.0), (3.0, -1.0)]), 0.7, 0.75)
    thing = first(slanted)
    assert thing.in_corridor
    # of the line x + y = 2 the point nearest to the walker lies beside the way, at (1, 1)
    assert abs(thing.nearest_m[1]) < 0.36
    assert thing.distance_m == pytest.approx(1.7, abs=0.05)


def test_of_a_table_whose_legs_stand_outside_the_edge_is_met():
    legs = [a_part(2.0, y, top_m=0.7) for y in (-0.6, 0.6)]
    edge = Outline(1, Kind.OBJECT, "table", np.array([(2.0, -0.6), (2.0, 0.6)]), 0.71, 0.74)
    thing = first(*legs, edge)
    assert thing.nearest_m == pytest.approx((2.0, 0.0, 0.71))


def test_walls_and_fixtures_have_ids_of_their_own_below_zero():
    walls = [
        Outline(0, Kind.OBJECT, "wall", np.array(ends), 0.0, 2.5)
        for ends in ([(-3.0, 1.2), (5.0, 1.2)], [(3.0, -1.2), (3.0, 1.2)])
    ]
    things = walk_toward(*walls, count=2)[0]
    assert {t.id for t in things} == {-1, -2}
    end = next(t for t in things if t.id == -2)
    assert (end.in_corridor, end.zone) == (True, Zone.WARN)
    assert not next(t for t in things if t.id == -1).in_corridor


def test_sway_turns_the_sight_and_not_the_way():
    thing = TRUTH.snapshot(
        0.0, FloorPose(0.0, 0.0), [a_part(2.0)], sight_yaw_rad=math.radians(10)
    ).things[1]
    assert thing.nearest_m[1] == pytest.approx(0.0)
    assert np.degrees(thing.bearings_rad) == pytest.approx((-10.0, -10.0))
    assert math.degrees(thing.bearing_error_rad(0.0)) == pytest.approx(10.0)


def test_any_bearing_of_what_is_as_near_is_right():
    face = Outline(1, Kind.OBJECT, "box", np.array([(2.0, -0.2), (2.0, 0.2)]), 0.0, 1.0)
    thing = first(face)
    assert np.degrees(thing.bearings_rad) == pytest.approx((-5.7, 5.7), abs=0.1)
    assert thing.bearing_error_rad(math.radians(3)) == 0.0
    assert math.degrees(thing.bearing_error_rad(math.radians(9))) == pytest.approx(3.3, abs=0.1)


def test_who_turns_before_a_wall_does_not_come_nearer():
    wall = Outline(0, Kind.OBJECT, "wall", np.array([(-3.0, 1.2), (40.0, 1.2)]), 0.0, 2.5)
    walk = []
    for n in range(20):
        pose = FloorPose(0.0, 0.0, n * 0.08)
        corners = np.array([pose.to_walker(x, y) for x, y in wall.corners_m])
        turned = Outline(0, wall.kind, wall.label, corners, 0.0, 2.5)
        walk.append(TRUTH.snapshot(n * 0.1, pose, [turned]))
    zones = {t.zone for there in TRUTH.things(walk) for t in there}
    assert zones <= {Zone.CLEAR, Zone.INFORM}


def test_a_thing_begins_where_its_lowest_near_part_does():
    top, leg = a_part(2.0, z_m=0.71), a_part(2.1, top_m=0.7)
    assert first(top, leg).nearest_m[2] == 0.0
    far_leg = a_part(2.4, top_m=0.7)
    assert first(top, far_leg).nearest_m[2] == 0.71


class TestMatches:
    def matched(self, seen, *parts, sight_yaw_rad: float = 0.0):
        snapshot = TRUTH.snapshot(0.0, FloorPose(0.0, 0.0), parts, [seen], sight_yaw_rad)
        return snapshot.matches.get(seen.track_id)

    def seen_at(self, x_m: float, y_m: float = 0.0):
        return an_obstacle(first(a_part(2.0)), nearest_m=(x_m, y_m, 0.0), distance_m=x_m)

    def test_an_obstacle_is_the_nearest_real_thing_within_the_gate(self):
        parts = [a_part(2.0), a_part(3.5, 0.3, id=2)]
        assert self.matched(self.seen_at(1.9), *parts) == 1
        assert self.matched(self.seen_at(3.4), *parts) == 2
        assert self.matched(self.seen_at(2.0, 1.2), *parts) is None
        assert self.matched(self.seen_at(2.0)) is None

    def test_any_place_on_a_wide_thing_is_that_thing(self):
        shelf = Outline(1, Kind.OBJECT, "shelf", np.array([(2.0, -1.0), (2.0, 1.0)]), 0.0, 1.0)
        assert self.matched(self.seen_at(2.0, 0.9), shelf) == 1

    def test_a_swaying_sight_is_turned_back(self):
        turned = math.radians(20)
        spot = (3.0 * math.cos(-turned), 3.0 * math.sin(-turned))
        assert self.matched(self.seen_at(*spot), a_part(3.0), sight_yaw_rad=turned) == 1
        assert self.matched(self.seen_at(*spot), a_part(3.0)) is None


@pytest.mark.parametrize("seed", range(20))
def test_the_nearest_of_many_parts_is_that_of_each_looked_at_alone(seed):
    rng = np.random.default_rng(seed)
    parts = [a_part(x, y) for x, y in rng.uniform((1.0, -1.5), (6.0, 1.5), (12, 2))]
    own = [first(p) for p in parts]
    wanted = min([t for t in own if t.in_corridor] or own, key=lambda t: t.distance_m)
    assert first(*parts).nearest_m == wanted.nearest_m
