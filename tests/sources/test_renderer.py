from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from followme.sources.corridor_walk import HALF_WIDTH_M, a_corridor
from followme.sources.parts import CLASS_NAMES, Capsule
from followme.sources.renderer import Rendered, render
from followme.sources.scene import Scene, Thing
from followme.sources.source import SourceError
from followme.sources.things import a_box, a_person, a_pillar, a_shelf
from followme.sources.walker_path import FloorPose, walking
from followme.values.camera import Attitude, Camera
from followme.values.obstacle import Kind

_LENGTH_M = 9.0
_START = FloorPose(0.0, 0.0)
_CAMERA = Camera(48, 36, 30.0, 30.0, 23.5, 17.5)


def _look(
    scene: Scene,
    pose: FloorPose = _START,
    camera: Camera = _CAMERA,
    pitch_rad: float = 0.0,
    time_s: float = 0.0,
    roll_rad: float = 0.0,
) -> Rendered:
    return render(scene, camera, Attitude(1.30, pitch_rad, roll_rad), pose, time_s)


def _seen(rendered: Rendered, label: str) -> NDArray[np.bool_]:
    return np.asarray(rendered.labels == CLASS_NAMES.index(label))


def test_the_end_wall_is_as_far_as_it_stands() -> None:
    depth = _look(a_corridor(length_m=_LENGTH_M)).depth_m
    assert depth[17:19, 23:25] == pytest.approx(np.full((2, 2), 9.0), abs=1e-3)


@pytest.mark.parametrize("pitch_deg", [0.0, 10.0, 20.0])
def test_the_floor_is_where_geometry_says(pitch_deg: float) -> None:
    pitch = math.radians(pitch_deg)
    seen = _look(a_corridor(length_m=_LENGTH_M), pitch_rad=pitch)
    for row in (30, 33, 35):
        below = math.atan((row - _CAMERA.cy) / _CAMERA.fy)
        along_ray_m = 1.30 / math.sin(pitch + below)
        assert seen.depth_m[row, 23] == pytest.approx(along_ray_m * math.cos(below), abs=1e-3)
        assert _seen(seen, "floor")[row, 23]


def test_a_box_has_the_depth_of_its_front_and_its_own_id() -> None:
    scene = a_corridor([a_box(7, (4.0, 0.0), (1.0, 0.8, 2.0))], length_m=_LENGTH_M)
    seen = _look(scene)
    box = seen.ids == 7
    assert box.any()
    assert (_seen(seen, "box") == box).all()
    assert seen.depth_m[box] == pytest.approx(3.5, abs=1e-3)


def test_what_is_left_is_seen_left_and_what_is_high_is_seen_high() -> None:
    left = _look(a_corridor([a_pillar(1, (3.0, 0.6))], length_m=_LENGTH_M))
    assert np.nonzero(left.ids)[1].max() < 24
    right = _look(a_corridor([a_pillar(1, (3.0, -0.6))], length_m=_LENGTH_M))
    assert np.nonzero(right.ids)[1].min() >= 24
    high = _look(a_corridor([a_shelf(1, (3.0, 0.0))], length_m=_LENGTH_M))
    assert np.nonzero(high.ids)[0].max() < 18


def test_a_nearer_thing_hides_a_farther_one_in_any_order() -> None:
    near, far = a_box(1, (3.0, 0.0), (0.5, 0.5, 2.0)), a_box(2, (5.0, 0.0), (0.5, 0.5, 2.0))
    for things in ([near, far], [far, near]):
        ids = _look(a_corridor(things, length_m=_LENGTH_M)).ids
        assert ids[18, 24] == 1
        assert not (ids == 2).any()


def test_every_ray_in_a_room_meets_something() -> None:
    scene = a_corridor(length_m=_LENGTH_M)
    for yaw in np.linspace(-3.1, 3.1, 9):
        seen = _look(scene, FloorPose(1.0, 0.3, float(yaw)), pitch_rad=0.2, roll_rad=0.1)
        assert np.isfinite(seen.depth_m).all()
        assert (seen.labels > 0).all()


def test_without_a_room_rays_go_on_for_ever() -> None:
    scene = Scene(panels=(), things=(), path=walking((0.0, 1.0)))
    seen = _look(scene)
    assert np.isinf(seen.depth_m).all()
    assert not seen.labels.any()
    assert not seen.bgr.any()


def test_turning_left_moves_things_to_the_right() -> None:
    scene = a_corridor([a_pillar(1, (4.0, 0.0))], length_m=_LENGTH_M)
    middles = [
        np.nonzero(_look(scene, FloorPose(0.0, 0.0, yaw)).ids)[1].mean() for yaw in (-0.2, 0, 0.2)
    ]
    assert all(a < b for a, b in pairwise(middles))


def test_who_comes_nearer_grows() -> None:
    person = a_person(3, (6.0, 0.0), velocity_mps=(-1.0, 0.0))
    scene = a_corridor([person], length_m=_LENGTH_M)
    sizes = [np.count_nonzero(_look(scene, time_s=t).ids) for t in (0.0, 2.0, 4.0)]
    assert all(a < b for a, b in pairwise(sizes))
    near = _look(scene, time_s=4.0)
    assert near.depth_m[near.ids == 3].min() == pytest.approx(1.75, abs=0.2)


def test_an_arm_at_the_lens_is_seen_as_far_as_it_is_ahead() -> None:
    arm = Capsule((-0.5, 0.1, 1.3), (1.5, 0.1, 1.3), 0.05)
    scene = a_corridor([Thing(1, Kind.OBJECT, "box", (9, 9, 9), (arm,), (0.0, 0.0))])
    seen = _look(scene)
    assert (seen.ids[17, 10:22] == 1).all()
    assert seen.depth_m[17, 20] == pytest.approx(0.05 / (3.5 / 30), abs=0.05)


def test_doors_are_flush_with_their_wall() -> None:
    scene = a_corridor(length_m=_LENGTH_M)
    pose = FloorPose(2.4, 0.0, math.pi / 2)
    seen = _look(scene, pose)
    door = _seen(seen, "door")
    assert door.any()
    assert _seen(seen, "wall").any()
    assert seen.depth_m[door] == pytest.approx(HALF_WIDTH_M, abs=1e-3)


def test_the_picture_is_neither_dark_nor_bright_and_has_detail() -> None:
    scene = a_corridor([a_box(1, (3.0, 0.0))])
    bgr = render(scene, scene.mount.camera(160, 120), scene.mount.attitude(), _START, 0.0).bgr
    assert 60 < bgr.mean() < 200
    assert bgr.std() > 20


def test_more_surfaces_than_a_byte_can_name_are_refused() -> None:
    things = [a_box(i, (3.0, 0.0)) for i in range(1, 256)]
    with pytest.raises(SourceError, match="leave some out"):
        _look(a_corridor(things))
