"""A walker who answers: what they do, and what they bump into."""

from __future__ import annotations

import numpy as np
import pytest

from followme.evaluation.floor_plan import Part
from followme.evaluation.simulated_walker import SimulatedWalker
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.obstacle import Kind, Side, Zone

STEP_S = 1.0 / 15.0
HIGH, LOW = (1.4, 1.8), (0.0, 0.4)


def a_walker(**more) -> SimulatedWalker:
    return SimulatedWalker(FloorPose(0.0, 0.0), 1.0, **more)


def a_thing(
    x_m: float,
    y_m: tuple[float, float] = (-0.2, 0.2),
    z_m: tuple[float, float] = LOW,
    kind: Kind = Kind.OBJECT,
    id: int = 1,
) -> Outline:
    corners = [(x_m, y_m[0]), (x_m + 0.3, y_m[0]), (x_m + 0.3, y_m[1]), (x_m, y_m[1])]
    return Outline(id, kind, "box", np.array(corners), *z_m)


def a_message(zone: Zone, side: Side = Side.AHEAD, distance_m: float = 3.0) -> Announcement:
    stop = zone is Zone.STOP
    return Announcement(
        0,
        "Stop. Box ahead" if stop else f"Box ahead, {distance_m:g} metres",
        "stop.object" if stop else "warn.object",
        Priority.STOP if stop else Priority.WARN,
        zone=zone,
        side=side,
        distance_m=distance_m,
        outcome=Outcome.STARTED,
    )


def walk(walker: SimulatedWalker, things=(), seconds: float = 8.0, says=()) -> list[FloorPose]:
    """Let a walker go; ``says`` holds seconds and messages."""
    poses, waiting = [], sorted(says, key=lambda said: said[0])
    for n in range(round(seconds / STEP_S)):
        while waiting and waiting[0][0] <= n * STEP_S:
            walker.hears(*waiting.pop(0))
        parts = [Part.of(seen_from(walker.pose, thing)) for thing in things]
        walker.walk(n * STEP_S, STEP_S, parts)
        poses.append(walker.pose)
    return poses


def seen_from(pose: FloorPose, o: Outline) -> Outline:
    corners = o.corners_m - (pose.x_m, pose.y_m)
    return Outline(o.id, o.kind, o.label, corners, o.bottom_m, o.top_m)


def test_in_an_empty_corridor_they_walk_straight_on():
    pose = walk(a_walker())[-1]
    assert pose.x_m == pytest.approx(8.0, abs=0.1)
    assert pose.y_m == 0.0


def test_a_cane_finds_low_things_and_passes_below_high_ones():
    low, high = a_walker(), a_walker()
    walk(low, [a_thing(4.0)])
    walk(high, [a_thing(4.0, z_m=HIGH)])
    assert low.contacts == []
    assert high.contacts == [1]


def test_a_cane_finds_a_drop_and_none_falls_into_it():
    walker = a_walker()
    pose = walk(walker, [a_thing(4.0, (-1.2, 1.2), (-1.0, 0.0), Kind.DROP_OFF)], 20.0)[-1]
    assert walker.contacts == []
    assert pose.x_m < 4.0


def test_what_is_above_the_head_is_no_contact():
    walker = a_walker()
    walk(walker, [a_thing(4.0, z_m=(1.9, 2.2))])
    assert walker.contacts == []


def test_who_hears_stop_in_time_does_not_touch_what_hangs():
    walker = a_walker()
    walk(walker, [a_thing(4.0, z_m=HIGH)], says=[(2.2, a_message(Zone.STOP))])
    assert walker.contacts == []


def test_who_hears_it_too_late_does():
    walker = a_walker()
    walk(walker, [a_thing(4.0, z_m=HIGH)], says=[(3.3, a_message(Zone.STOP))])
    assert walker.contacts == [1]


def test_who_does_not_listen_hears_nothing():
    walker = a_walker(listens=False)
    walk(walker, [a_thing(4.0, z_m=HIGH)], says=[(2.2, a_message(Zone.STOP))])
    assert walker.contacts == [1]


@pytest.mark.parametrize(("side", "way"), [(Side.AHEAD_LEFT, -1.0), (Side.AHEAD_RIGHT, 1.0)])
def test_they_step_away_from_the_side_that_was_said(side, way):
    walker = a_walker()
    poses = walk(walker, says=[(1.0, a_message(Zone.WARN, side))])
    farthest = max((p.y_m for p in poses), key=abs)
    assert way * farthest > 0.5


def test_swapped_sides_lead_into_the_thing():
    thing = a_thing(4.0, (-0.6, 0.15), HIGH)
    right, swapped = a_walker(), a_walker()
    walk(right, [thing], 10.0, [(0.5, a_message(Zone.WARN, Side.AHEAD_RIGHT, 4.0))])
    walk(swapped, [thing], 10.0, [(0.5, a_message(Zone.WARN, Side.AHEAD_LEFT, 4.0))])
    assert right.contacts == [] and swapped.contacts == [1]


def test_they_stay_aside_until_it_is_behind_them_and_come_back():
    walker = a_walker()
    poses = walk(walker, says=[(0.5, a_message(Zone.WARN, Side.AHEAD_LEFT, 4.0))], seconds=14.0)
    beside = [p for p in poses if 4.5 < p.x_m < 6.5]
    assert beside and all(p.y_m < -0.5 for p in beside)
    assert poses[-1].y_m == pytest.approx(0.0, abs=0.05)


def test_they_feel_what_is_beside_them_and_do_not_step_into_it():
    walker = a_walker()
    wall = a_thing(0.0, (-0.5, -0.4), (0.0, 2.5), id=0)
    long_wall = Outline(0, wall.kind, "wall", np.array([(-1.0, -0.45), (20.0, -0.45)]), 0.0, 2.5)
    poses = walk(walker, [long_wall], says=[(1.0, a_message(Zone.WARN, Side.AHEAD_LEFT))])
    assert min(p.y_m for p in poses) > -0.2


def test_a_person_who_walks_into_one_who_stands_is_no_contact():
    walker = SimulatedWalker(FloorPose(0.0, 0.0), 1.0)
    person = a_thing(1.3, z_m=(0.8, 1.7), kind=Kind.PERSON)
    walker.forward_mps, walker.speed_mps = 0.0, 0.0
    walk(walker, [a_thing(0.2, z_m=(0.8, 1.7), kind=Kind.PERSON)], 1.0)
    assert walker.contacts == []
    moving = a_walker()
    walk(moving, [person], 3.0)
    assert moving.contacts == [1]


def test_a_contact_counts_once():
    walker = a_walker()
    walk(walker, [a_thing(2.0, z_m=HIGH), a_thing(6.0, z_m=HIGH, id=2)], 12.0)
    assert walker.contacts == [1, 2]


def test_the_same_seed_walks_the_same_way():
    says = [(1.0, a_message(Zone.STOP))]
    first, second = (walk(a_walker(seed=3), says=says) for _ in range(2))
    assert first == second
