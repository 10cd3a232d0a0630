from __future__ import annotations

import math

import numpy as np
import pytest

from followme.sources.corridor_walk import HALF_WIDTH_M, a_corridor, demonstration
from followme.sources.course import Moment
from followme.sources.parts import CLASS_NAMES
from followme.sources.renderer import render
from followme.sources.scene_truth import nearest_point
from followme.sources.things import a_door_frame
from followme.sources.walker_path import FloorPose

_BODY_M = 0.28
_TIMES = np.arange(0.0, 16.0, 0.1)


def _sides(name: str) -> list[tuple[float, float]]:
    """Return where a thing of the demonstration is before the walker, over time."""
    scene = demonstration()
    (thing,) = (t for t in scene.things if t.label == name)
    return [
        nearest_point(thing, scene.path.pose_at(t), thing.placed_at(Moment(t)))[:2]  # type: ignore[arg-type]
        for t in _TIMES
    ]


@pytest.mark.parametrize("name", ["chair", "pillar", "box", "shelf", "person"])
def test_the_walker_never_walks_through_a_thing(name: str) -> None:
    assert min(math.hypot(x, y) for x, y in _sides(name)) > _BODY_M


def test_the_walker_never_walks_through_a_wall() -> None:
    poses = [demonstration().path.pose_at(t) for t in _TIMES]
    assert max(abs(pose.y_m) for pose in poses) < HALF_WIDTH_M - _BODY_M
    assert 2.0 < 14.0 - max(pose.x_m for pose in poses) < 4.0


@pytest.mark.parametrize("name", ["chair", "pillar"])
def test_what_needs_no_word_stays_outside_of_the_corridor(name: str) -> None:
    for x, y in _sides(name):
        assert not 0.0 < x < 5.0 or abs(y) > 0.30 + 0.04 * max(0.0, x - 1.5)


def test_the_walker_stops_before_the_box_and_then_passes_it() -> None:
    scene, sides = demonstration(), _sides("box")
    ahead = min(math.hypot(x, y) for x, y in sides[: int(9.8 * 10)])
    assert 0.4 < ahead < 1.0
    assert scene.path.motion_at(9.6, 0).speed_mps == 0.0
    assert sides[-1][0] < -1.0


def test_the_shelf_reaches_into_the_way_and_hangs_free() -> None:
    assert any(2.0 < x < 3.4 and abs(y) < 0.30 for x, y in _sides("shelf"))
    scene = demonstration()
    (shelf,) = (t for t in scene.things if t.label == "shelf")
    assert nearest_point(shelf, FloorPose(0, 0))[2] >= 1.5


def test_the_person_comes_and_passes_on_the_right() -> None:
    sides = _sides("person")
    passing = [y for x, y in sides if abs(x) < 0.5]
    assert passing
    assert all(y < -_BODY_M for y in passing)
    assert sides[-1][0] < -0.5


def test_the_walk_ends_standing() -> None:
    path = demonstration().path
    assert path.seconds == pytest.approx(16.0)
    assert path.motion_at(path.seconds, 0).speed_mps == 0.0


def test_every_thing_and_a_door_is_seen_in_time() -> None:
    scene = demonstration()
    camera, attitude = scene.mount.camera(64, 48), scene.mount.attitude()
    seen: set[int] = set()
    for t in np.arange(0.0, 16.0, 0.8):
        labels = render(scene, camera, attitude, scene.path.pose_at(t), t).labels
        seen |= set(np.unique(labels).tolist())
    named = {CLASS_NAMES[i] for i in seen}
    assert named == {
        "floor",
        "wall",
        "ceiling",
        "door",
        "person",
        "box",
        "chair",
        "shelf",
        "pillar",
    }


def test_a_long_corridor_has_doors_all_along() -> None:
    scene = a_corridor(length_m=40.0)
    doors = sorted(p.low_m[0] for p in scene.panels if p.label == "door" and p.axis == 1)
    assert doors[-1] > 35.0
    assert scene.path.pose_at(scene.path.seconds).x_m == pytest.approx(38.0)


def test_a_door_frame_leaves_its_opening_free() -> None:
    scene = a_corridor([a_door_frame(1, (3.0, 0.0), clear_m=0.82)])
    camera, attitude = scene.mount.camera(80, 60), scene.mount.attitude()
    seen = render(scene, camera, attitude, FloorPose(0.0, 0.0), 0.0)
    points = attitude.to_walker(camera.rays() * seen.depth_m[..., None])[seen.ids == 1]
    low = points[points[:, 2] < 1.9]
    assert np.abs(low[:, 1]).min() == pytest.approx(0.41, abs=0.06)
