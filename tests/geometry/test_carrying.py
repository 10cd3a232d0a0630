"""Things that are hidden or out of view (B5)."""

from __future__ import annotations

import numpy as np
import pytest

from followme.geometry.obstacle_finder import FoundObstacles, ObstacleFinder
from followme.settings import ObstacleFusionSettings
from followme.values.obstacle import Kind, Zone
from tests.geometry.scene import (
    Box,
    S,
    Walk,
    box_at,
    in_the_way,
)

LEFT_WALL = Box((-1.0, 12.0), (1.2, 1.3), (0.0, 2.5))
RIGHT_WALL = Box((-1.0, 12.0), (-1.3, -1.2), (0.0, 2.5))
CORRIDOR = (LEFT_WALL, RIGHT_WALL)
TENTH_NS = S // 10


def finder():
    return ObstacleFinder(ObstacleFusionSettings())


def onset(seen, zone):
    return next((d for z, d in seen if z >= zone), None)


def test_nothing_carried_before_anything_was_seen_is_nothing_free():
    assert finder().carry(0) == FoundObstacles((), 0.0)


def test_a_hidden_thing_keeps_its_number_and_its_warning():
    walk = Walk(1.0)
    box = box_at(5.0, z=(0.0, 1.2))
    screen = Box((1.3, 1.4), (-1.2, 1.2), (0.0, 2.5))
    ids = set()
    for i in range(40):
        hidden = (screen.moved(walk.way_m),) if 16 <= i < 24 else ()
        found = in_the_way(walk.look((*CORRIDOR, box, *hidden)))
        ids |= {o.track_id for o in found if abs(o.distance_m - (5.1 - walk.way_m)) < 0.3}
        if i > 20:
            assert any(o.zone >= Zone.WARN for o in found)
    assert len(ids) == 1


def test_what_lies_behind_the_feet_is_no_alarm():
    walk = Walk(1.0)
    pole = box_at(3.0, z=(0.0, 1.2))
    behind = []
    for _ in range(45):
        found = walk.look((*CORRIDOR, pole))
        behind += [o.zone for o in found.obstacles if o.nearest_m[0] <= 0.0]
    assert behind
    assert set(behind) == {Zone.CLEAR}


def test_one_sight_of_a_thing_that_is_carried_becomes_no_stop():
    walk = Walk(1.0)
    post = Box((2.4, 2.5), (-0.2, 0.2), (0.0, 1.2))
    worst = Zone.CLEAR
    for i in range(30):

        def below(depth_m):
            depth_m[60:] = np.nan
            return depth_m

        once = (post.moved(walk.way_m),) if i == 5 else ()
        found = walk.look((*CORRIDOR, *once), change=below if i > 5 else id_of)
        worst = max([worst, *(o.zone for o in in_the_way(found))])
    assert worst < Zone.STOP


def test_who_was_last_seen_beside_the_way_passes():
    walk = Walk(0.5)
    worst = Zone.CLEAR
    for i in range(40):
        who = Box((5.0 - 0.12 * i, 5.3 - 0.12 * i), (-0.95, -0.55), (0.0, 1.7))
        worst = max([worst, *(o.zone for o in in_the_way(walk.look((*CORRIDOR, who))))])
    assert worst < Zone.WARN


def test_an_overhang_that_leaves_the_view_stays_and_stops():
    walk = Walk(1.0)
    shelf = Box((5.0, 5.4), (-0.5, 0.5), (1.5, 1.9))
    seen, kinds = [], set()
    for _ in range(55):
        distance_m = 5.0 - walk.way_m

        def cut(depth_m):
            # a camera that looks far down loses it two metres before
            depth_m[:110] = np.nan
            return depth_m

        found = in_the_way(walk.look((*CORRIDOR, shelf), change=cut if distance_m < 2.2 else id_of))
        seen.append((max([o.zone for o in found], default=Zone.CLEAR), distance_m))
        kinds |= {o.kind for o in found if distance_m < 3.0}
    assert kinds == {Kind.OVERHANG}
    assert 2.8 <= onset(seen, Zone.WARN) <= 3.7
    assert 1.5 <= onset(seen, Zone.STOP) <= 2.1
    stopped = [z for z, d in seen if 0.2 < d < 1.5]
    assert stopped and set(stopped) == {Zone.STOP}


def id_of(depth_m):
    return depth_m


def test_what_was_taken_away_is_gone_within_a_second():
    walk = Walk(0.0)
    wall = Box((6.0, 6.1), (-3.0, 3.0), (0.0, 2.5))
    for _ in range(10):
        walk.look((wall, box_at(2.0)))
    for _ in range(10):
        found = walk.look((wall,))
    assert all(o.distance_m > 4.0 for o in found.obstacles)


def test_carrying_brings_things_nearer_and_clears_nothing():
    walk = Walk(1.0)
    for _ in range(20):
        seen = in_the_way(walk.look((*CORRIDOR, box_at(5.0, z=(0.0, 1.2)))))
    assert seen[0].zone is Zone.WARN
    carried = [walk.finder.carry(walk.stamp_ns + i * TENTH_NS) for i in range(18)]
    first, last = in_the_way(carried[0])[0], in_the_way(carried[-1])[0]
    assert first.track_id == last.track_id == seen[0].track_id
    assert last.distance_m == pytest.approx(first.distance_m - 1.7, abs=0.1)
    all_zones = [in_the_way(c)[0].zone for c in carried]
    assert all_zones == sorted(all_zones) and all_zones[-1] is Zone.STOP
    assert carried[-1].observed_free == 0.0


def test_carrying_without_motion_uses_the_speed_that_was_seen():
    walk = Walk(1.0, motion_known=False)
    for _ in range(20):
        before = in_the_way(walk.look((*CORRIDOR, box_at(5.0, z=(0.0, 1.2)))))[0]
    after = in_the_way(walk.finder.carry(walk.stamp_ns + 4 * TENTH_NS))[0]
    assert after.distance_m == pytest.approx(before.distance_m - 0.5, abs=0.08)


@pytest.mark.parametrize(("frames", "warned"), [(1, False), (2, True)])
def test_what_one_frame_alone_showed_warns_nobody(frames, warned):
    """A floor that was guessed wrong once shows a low thing that is not there."""
    walk = Walk(0.5)
    box = box_at(3.2, z=(0.0, 1.2))
    for _ in range(8):
        walk.look(CORRIDOR)
    zones = []
    for i in range(25):
        shown = (*CORRIDOR, box.moved(-1.2)) if i < frames else CORRIDOR

        def blind(depth_m, shows=i < frames):
            return depth_m if shows else np.full_like(depth_m, np.nan)

        zones += [o.zone for o in in_the_way(walk.look(shown, change=blind))]
    assert zones and (max(zones) >= Zone.WARN) is warned


def test_depth_that_comes_after_a_word_without_any_is_no_jump_of_time():
    """At five images a second the clock speaks between two; so it does when one is dropped."""
    walk = Walk(1.0, hz=5.0)
    box = box_at(4.0, z=(0.0, 1.2))
    zones, ids = [], set()
    for _ in range(17):
        stamp_ns = walk.stamp_ns
        there = in_the_way(walk.look((*CORRIDOR, box)))
        ids |= {o.track_id for o in there}
        zones += [o.zone for o in there]
        # the next image is worked through a tenth of a second after its stamp
        walk.finder.carry(stamp_ns + 2 * TENTH_NS + TENTH_NS // 2)
    assert len(ids) == 1
    assert max(zones) is Zone.STOP


def test_depth_from_before_the_last_depth_is_a_jump_of_time():
    walk = Walk(0.0)
    box = box_at(3.0, z=(0.0, 1.2))
    walk.stamp_ns = 50 * S
    (first,) = in_the_way(walk.look((box,)))
    walk.finder.carry(50 * S + TENTH_NS)
    walk.stamp_ns = 50 * S - 1
    (again,) = in_the_way(walk.look((box,)))
    assert again.track_id != first.track_id
