from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.obstacle_finder import FoundObstacles, ObstacleFinder
from followme.settings import ObstacleFusionSettings
from followme.values.obstacle import Side, Zone
from tests.geometry.scene import (
    Box,
    S,
    Walk,
    box_at,
    depth_map,
    in_the_way,
    walking,
)

LEFT_WALL = Box((-1.0, 12.0), (1.2, 1.3), (0.0, 2.5))
RIGHT_WALL = Box((-1.0, 12.0), (-1.3, -1.2), (0.0, 2.5))
CORRIDOR = (LEFT_WALL, RIGHT_WALL)
TENTH_NS = S // 10


def finder():
    return ObstacleFinder(ObstacleFusionSettings())


def zones(walk, boxes, frames, **more):
    """The zone of the nearest thing in the way, and its true distance, at each frame."""
    seen = []
    for _ in range(frames):
        distance_m = boxes[-1].x[0] - walk.way_m
        found = in_the_way(walk.look(boxes, **more))
        seen.append((found[0].zone if found else Zone.CLEAR, distance_m))
    return seen


def onset(seen, zone):
    return next((d for z, d in seen if z >= zone), None)


def test_an_empty_corridor_holds_nothing_and_is_seen_free():
    walk = Walk()
    for _ in range(30):
        found = walk.look(CORRIDOR)
        assert found.obstacles == ()
    assert found.observed_free >= 0.8


def test_a_depth_map_without_a_valid_pixel_holds_nothing_and_nothing_free():
    depth = depth_map()
    empty = replace(depth, depth_m=np.full_like(depth.depth_m, np.nan))
    assert finder().find(empty, None) == FoundObstacles((), 0.0)


@pytest.mark.parametrize(("speed", "warn", "stop"), [
    (1.0, (3.7, 2.8), (2.1, 1.5)), (0.5, (2.2, 1.7), (1.3, 0.9)), (1.4, (4.8, 3.8), (2.9, 1.9)),
])  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
def test_a_tall_box_warns_and_stops_in_its_windows(speed, warn, stop, known):
    walk = Walk(speed, known)
    seen = zones(walk, (*CORRIDOR, box_at(6.0, z=(0.0, 1.2))), int(50 / speed))
    assert warn[1] <= onset(seen, Zone.WARN) <= warn[0]
    assert stop[1] <= onset(seen, Zone.STOP) <= stop[0]


def test_what_a_cane_finds_stops_later():
    seen = zones(Walk(), (*CORRIDOR, box_at(6.0, z=(0.0, 0.4))), 50)
    assert 1.0 <= onset(seen, Zone.STOP) <= 1.6


@pytest.mark.parametrize("known", [True, False])
def test_the_zone_only_rises_on_the_way_to_a_wall(known):
    walk = Walk(1.0, known)
    wall = Box((6.0, 6.1), (-1.2, 1.2), (0.0, 2.5))
    seen = [z for z, d in zones(walk, (*CORRIDOR, wall), 55)]
    assert seen == sorted(seen) and seen[-1] is Zone.STOP


def test_left_is_left_and_right_is_right():
    for y_m, side in ((0.25, Side.AHEAD_LEFT), (-0.25, Side.AHEAD_RIGHT), (0.0, Side.AHEAD)):
        walk = Walk(0.0)
        for _ in range(3):
            (obstacle,) = in_the_way(walk.look((box_at(2.5, y_m, width=0.2),)))
        assert obstacle.side is side
        assert math.degrees(obstacle.bearing_rad) == pytest.approx(
            math.degrees(math.atan2(y_m, 2.5)), abs=3.0
        )
        assert obstacle.y_min_m < y_m < obstacle.y_max_m


@pytest.mark.parametrize(("y_m", "side"), [(1.0, Side.LEFT), (-1.0, Side.RIGHT)])
def test_things_beside_the_way_are_silent(y_m, side):
    walk = Walk(0.0)
    for _ in range(5):
        (obstacle,) = walk.look((box_at(2.0, y_m),)).obstacles
    assert (obstacle.in_corridor, obstacle.zone, obstacle.side) == (False, Zone.CLEAR, side)


def test_obstacles_come_nearest_first():
    found = Walk().look((box_at(4.0, 0.1), box_at(2.0, 1.0), box_at(1.5, -0.9)))
    distances = [o.distance_m for o in found.obstacles]
    assert len(distances) == 3 and distances == sorted(distances)


def test_a_standing_walker_is_not_warned_of_what_stands():
    seen = zones(Walk(0.0), (*CORRIDOR, box_at(0.9, z=(0.0, 1.5))), 20)
    assert max(z for z, _ in seen) is Zone.INFORM


def test_a_standing_walker_is_warned_of_what_comes():
    walk = Walk(0.0)
    worst = Zone.CLEAR
    for i in range(40):
        found = in_the_way(walk.look((*CORRIDOR, box_at(5.0 - 0.1 * i, z=(0.0, 1.7)))))
        worst = max([worst, *(o.zone for o in found)])
    assert worst is Zone.STOP


def test_someone_who_comes_head_on_is_warned_of_early():
    walk = Walk(1.0)
    seen = []
    for i in range(50):
        person = box_at(9.0 - 0.1 * i, z=(0.0, 1.7))  # 2 m/s together
        distance_m = person.x[0] - walk.way_m
        found = in_the_way(walk.look((*CORRIDOR, person)))
        seen.append((found[0].zone if found else Zone.CLEAR, distance_m))
    assert 5.2 <= onset(seen, Zone.WARN) <= 7.0
    assert 2.6 <= onset(seen, Zone.STOP) <= 3.7


def test_a_thing_that_appears_at_arms_length_stops_within_two_frames():
    walk = Walk(1.0)
    for _ in range(10):
        walk.look(CORRIDOR)
    door = box_at(walk.way_m + 0.9, width=0.8, deep=0.05, z=(0.0, 2.0))
    assert in_the_way(walk.look((*CORRIDOR, door)))[0].zone is Zone.STOP


def test_young_tracks_have_no_speed_where_motion_is_unknown():
    walk = Walk(1.0, motion_known=False)
    (young,) = in_the_way(walk.look((box_at(3.0),)))
    assert math.isnan(young.velocity_mps[0])
    assert young.time_to_contact_s == pytest.approx(2.6, abs=0.1)  # 1 m/s taken for granted
    for _ in range(10):
        (old,) = in_the_way(walk.look((box_at(3.0),)))
    assert old.velocity_mps[0] == pytest.approx(-1.0, abs=0.1)


def test_motion_that_is_too_old_is_unknown():
    depth = depth_map((box_at(3.0),), stamp_ns=10 * S)
    found = finder().find(depth, walking(0.0, stamp_ns=5 * S))
    assert math.isnan(in_the_way(found)[0].velocity_mps[0])


def test_an_unknown_scale_widens_the_zones():
    depth = depth_map((box_at(1.25, z=(0.0, 1.5)),))
    guessed = replace(depth, status=replace(depth.status, scale_known=False))
    results = []
    for d in (depth, guessed):
        f = finder()
        for i in range(3):
            stamped = replace(d, stamp_ns=i, status=replace(d.status, stamp_ns=i))
            found = f.find(stamped, walking(0.2))
        results.append(in_the_way(found)[0].zone)
    assert results == [Zone.WARN, Zone.STOP]


def test_a_wobbling_distance_changes_the_zone_once_at_most():
    walk = Walk(0.0, motion_known=False)
    ids, seen = set(), []
    for i in range(100):
        wobble_m = 0.15 * math.sin(2 * math.pi * 1.8 * 0.1 * i)
        found = in_the_way(walk.look((box_at(2.14 + wobble_m, z=(0.0, 1.2)),)))
        ids |= {o.track_id for o in found}
        seen.append(found[0].zone)
    settled = seen[5:]
    assert len(ids) == 1
    assert sum(a is not b for a, b in itertools.pairwise(settled)) <= 1


def test_time_that_runs_backwards_starts_anew():
    f = finder()
    f.find(depth_map((box_at(2.0),), stamp_ns=5 * S), None)
    before = f.find(depth_map((box_at(2.0),), stamp_ns=6 * S), None).obstacles
    after = f.find(depth_map((box_at(2.0),), stamp_ns=S), None).obstacles
    assert before[0].track_id == 1 and after[0].track_id == 2
    assert after[0].zone is Zone.CLEAR


def test_reset_forgets_all():
    f = finder()
    f.find(depth_map((box_at(2.0),)), None)
    f.reset()
    assert f.carry(S) == FoundObstacles((), 0.0)


def test_two_finders_agree_exactly():
    first, second = Walk(), Walk()
    scene = (*CORRIDOR, box_at(4.0, 0.1), box_at(3.0, 0.9))
    for _ in range(15):
        assert first.look(scene) == second.look(scene)


def test_a_turn_on_the_spot_takes_things_out_of_the_way():
    f = finder()
    box = box_at(2.0, z=(0.0, 1.2))
    zone = Zone.CLEAR
    for i in range(25):
        angle = -math.radians(6.0) * i
        c, s = math.cos(angle), math.sin(angle)
        x, y = c * 2.2, s * 2.2
        seen = Box((x - 0.2, x + 0.2), (y - 0.2, y + 0.2), box.z)
        motion = walking(0.0, i * TENTH_NS, math.radians(60.0))
        found = f.find(depth_map((seen,) if x > 0.3 else (), stamp_ns=i * TENTH_NS), motion)
        zone = max([o.zone for o in found.obstacles], default=Zone.CLEAR)
    assert zone is Zone.CLEAR


def test_near_and_far_or_left_and_right_do_not_change_places():
    near_left = Walk(0.0).look((box_at(1.5, 0.2, width=0.2), box_at(4.0, -0.2, width=0.2)))
    far_left = Walk(0.0).look((box_at(4.0, 0.2, width=0.2), box_at(1.5, -0.2, width=0.2)))
    signs = [[o.bearing_rad > 0 for o in found.obstacles] for found in (near_left, far_left)]
    assert signs == [[True, False], [False, True]]
