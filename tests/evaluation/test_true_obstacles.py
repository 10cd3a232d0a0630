"""What is true of a walk, as obstacles."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import pytest

from followme.evaluation.true_obstacles import TrueObstacles
from followme.sources.scene_file import walk_of
from followme.sources.walk_source import WalkSource
from followme.values.obstacle import Kind, Obstacles, Side, Sight

EVERYTHING = range(1, 256)


def truth_of(
    things: list[dict[str, Any]],
    floor: list[dict[str, Any]] | None = None,
    visible: Collection[int] = EVERYTHING,
    turn_rad: float = 0.0,
) -> list[Obstacles]:
    """Return the truth of a second of a walk, ten times a second."""
    content = {"seconds": 1, "rate_hz": 10, "things": things, "floor": floor or []}
    source = WalkSource(walk_of(content), 16, 16)
    truth = TrueObstacles()
    for time_s in source.times_s:
        body = source.walk.scene.path.pose_at(time_s)
        truth.add(time_s, body, source.outlines_at(time_s), visible, turn_rad)
    return truth.all()


def test_a_box_ahead_is_exact() -> None:
    walk = truth_of([{"type": "box", "id": 7, "at_m": [4.0, 0.1], "size_m": [0.4, 0.6, 0.5]}])
    assert [o.stamp_ns for o in walk[:2]] == [0, 100_000_000]
    (box,) = walk[5].obstacles
    assert (box.track_id, box.kind, box.label) == (7, Kind.OBJECT, "box")
    assert box.distance_m == pytest.approx(3.8 - 0.5)
    assert box.bearing_rad == pytest.approx(0.0)
    assert (box.bottom_m, box.top_m) == pytest.approx((0.0, 0.5))
    assert (box.y_min_m, box.y_max_m) == pytest.approx((-0.2, 0.4))
    wide = math.atan2(0.4, 3.3) + math.atan2(0.2, 3.3)
    assert box.angular_width_rad == pytest.approx(wide)
    assert box.in_corridor
    assert box.velocity_mps == pytest.approx((-1.0, 0.0))
    assert box.time_to_contact_s == pytest.approx(3.3)
    assert (box.confidence, box.distance_std_m) == (1.0, 0.0)
    assert (walk[5].sight, walk[5].distances_known) == (Sight.SEEING, True)
    assert walk[5].walker_speed_mps == pytest.approx(1.0)


def test_a_person_who_crosses_has_their_speed() -> None:
    person = {"type": "person", "id": 3, "at_m": [4.0, 1.0], "heading_deg": -90}
    person["moves"] = {"way_m": [[4.0, -1.0]], "speed_mps": 1.2}
    (seen,) = truth_of([person])[5].obstacles
    assert seen.kind is Kind.PERSON
    assert seen.velocity_mps == pytest.approx((-1.0, -1.2), abs=0.15)


def test_the_edge_of_a_drop_is_its_nearest_point() -> None:
    (drop,) = truth_of([], [{"type": "drop", "id": 9, "from_m": 3.0, "depth_m": 0.17}])[0].obstacles
    assert drop.kind is Kind.DROP_OFF
    assert drop.distance_m == pytest.approx(3.0)
    assert (drop.bottom_m, drop.top_m) == pytest.approx((-0.17, 0.0))
    assert drop.in_corridor


def test_what_stands_aside_is_not_in_the_way() -> None:
    (bin_,) = truth_of([{"type": "bin", "id": 2, "at_m": [3.0, 1.0]}])[0].obstacles
    assert not bin_.in_corridor
    assert bin_.side is Side.LEFT


def test_a_turned_camera_has_the_thing_on_its_other_side() -> None:
    box = {"type": "box", "id": 2, "at_m": [3.0, 0.0]}
    (straight,) = truth_of([box])[0].obstacles
    (turned,) = truth_of([box], turn_rad=0.1)[0].obstacles
    assert turned.bearing_rad == pytest.approx(straight.bearing_rad - 0.1)
    assert turned.distance_m == pytest.approx(straight.distance_m)
    assert turned.velocity_mps[1] == pytest.approx(math.sin(0.1), abs=1e-6)


def test_what_is_unseen_or_far_is_left_out() -> None:
    things = [{"type": "box", "id": n, "at_m": [x, 0.0]} for n, x in ((1, 3.0), (2, 5.0), (3, 7.5))]
    assert [o.track_id for o in truth_of(things)[0].obstacles] == [1, 2]
    assert [o.track_id for o in truth_of(things, visible=(2, 3))[0].obstacles] == [2]


def test_no_frames_have_no_truth() -> None:
    assert TrueObstacles().all() == []


def test_a_wall_counts_where_it_is_in_the_way_only() -> None:
    content = {"seconds": 1, "rate_hz": 10, "corridor": {"length_m": 4.0}, "things": []}
    source = WalkSource(walk_of(content), 16, 16)
    truth = TrueObstacles()
    for time_s in source.times_s:
        body = source.walk.scene.path.pose_at(time_s)
        truth.add(time_s, body, source.outlines_at(time_s), EVERYTHING)
    (wall,) = truth.all()[5].obstacles
    assert wall.track_id < 0 and wall.label == "wall"
    assert wall.in_corridor
    assert wall.distance_m == pytest.approx(3.5, abs=0.2)
    assert wall.y_min_m < 0.0 < wall.y_max_m
    assert wall.bottom_m == pytest.approx(0.0) and wall.top_m > 2.0
