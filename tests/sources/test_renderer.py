from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from followme.sources.corridor_walk import HALF_WIDTH_M, HEIGHT_M, a_corridor
from followme.sources.parts import CLASS_NAMES, Box, Capsule
from followme.sources.renderer import Rendered, render
from followme.sources.scene import Scene, Thing
from followme.sources.source import SourceError
from followme.sources.surfaces import limbs_at
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


# A slow reference that shares nothing with the renderer: it walks along each ray by the distance
# to the nearest surface.


def _reference_m(
    scene: Scene, camera: Camera, attitude: Attitude, pose: FloorPose, grown_m: float
) -> NDArray[np.float64]:
    """Return the depth of each pixel with every surface moved toward the viewer."""
    rays = camera.rays().astype(np.float64).reshape(-1, 3)
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    level = rays @ attitude.rotation().T
    ways = np.stack(
        [cos * level[:, 0] - sin * level[:, 1], sin * level[:, 0] + cos * level[:, 1], level[:, 2]],
        axis=1,
    )
    origin = np.array([pose.x_m, pose.y_m, attitude.height_m])
    length = np.linalg.norm(ways, axis=1)
    depth = np.zeros(len(ways))
    for _ in range(300):
        depth += (
            np.maximum(_clearance_m(scene, origin + depth[:, None] * ways) - grown_m, 0) / length
        )
    return depth.reshape(camera.height, camera.width)


def _clearance_m(scene: Scene, points: NDArray[np.float64]) -> NDArray[np.float64]:
    room = [
        points[:, 2],
        HEIGHT_M - points[:, 2],
        HALF_WIDTH_M - np.abs(points[:, 1]),
        _LENGTH_M - points[:, 0],
        points[:, 0] + 3.0,
    ]
    parts = [_part_m(thing, part, points) for thing in scene.things for part in thing.parts]
    return np.asarray(np.min([*room, *parts], axis=0))


def _part_m(thing: Thing, part: Box | Capsule, points: NDArray[np.float64]) -> NDArray[np.float64]:
    if isinstance(part, Capsule):
        start, end = limbs_at(replace(thing, parts=(part,)))[0][0]
        line = end - start
        share = np.clip((points - start) @ line / (line @ line), 0, 1)
        return (
            np.asarray(np.linalg.norm(points - start - share[:, None] * line, axis=1))
            - part.radius_m
        )
    cos, sin = math.cos(thing.yaw_rad), math.sin(thing.yaw_rad)
    cx, cy, cz = part.centre_m
    centre = (thing.at_m[0] + cos * cx - sin * cy, thing.at_m[1] + sin * cx + cos * cy, cz)
    x, y, z = (points - centre).T
    cos, sin = math.cos(thing.yaw_rad + part.yaw_rad), math.sin(thing.yaw_rad + part.yaw_rad)
    local = np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=1)
    over = np.abs(local) - np.array(part.size_m) / 2
    outside = np.linalg.norm(np.maximum(over, 0), axis=1)
    return np.asarray(outside + np.minimum(over.max(axis=1), 0))


_floats = st.floats
_boxes = st.builds(
    Box,
    st.tuples(_floats(-0.4, 0.4), _floats(-0.4, 0.4), _floats(0.2, 1.8)),
    st.tuples(_floats(0.05, 0.9), _floats(0.05, 0.9), _floats(0.05, 0.9)),
    _floats(-4, 4),
)
_capsules = st.builds(
    lambda start, way, length, radius: Capsule(
        start,
        (
            start[0] + length * math.cos(way[0]) * math.cos(way[1]),
            start[1] + length * math.sin(way[0]) * math.cos(way[1]),
            start[2] + length * math.sin(way[1]),
        ),
        radius,
    ),
    st.tuples(_floats(-0.4, 0.4), _floats(-0.4, 0.4), _floats(0.2, 1.8)),
    st.tuples(_floats(-3, 3), _floats(-1.5, 1.5)),
    _floats(0.02, 0.6),
    _floats(0.03, 0.25),
)
_things = st.builds(
    lambda parts, at, yaw: (parts, at, yaw),
    st.lists(st.one_of(_boxes, _capsules), min_size=1, max_size=3),
    st.tuples(_floats(2.5, 6.0), _floats(-0.8, 0.8)),
    _floats(-4, 4),
)


@settings(max_examples=20, deadline=None)
@given(
    things=st.lists(_things, max_size=2),
    pose=st.builds(FloorPose, _floats(-0.5, 0.5), _floats(-0.7, 0.7), _floats(-3, 3)),
    pitch=_floats(-0.4, 0.6),
    roll=_floats(-0.3, 0.3),
)
def test_depth_is_that_of_a_slow_reference(
    things: list[tuple[list[Box | Capsule], tuple[float, float], float]],
    pose: FloorPose,
    pitch: float,
    roll: float,
) -> None:
    made = [
        Thing(i + 1, Kind.OBJECT, "box", (90, 90, 90), tuple(parts), at, yaw)
        for i, (parts, at, yaw) in enumerate(things)
    ]
    scene = a_corridor(made, length_m=_LENGTH_M)
    camera = Camera(17, 13, 9.0, 9.0, 8.0, 6.0)
    attitude = Attitude(1.30, pitch, roll)
    depth = render(scene, camera, attitude, pose, 0.0).depth_m
    # both references move the surfaces by 1 mm: the truth lies between, at outlines too
    nearest = _reference_m(scene, camera, attitude, pose, 1e-3)
    farthest = _reference_m(scene, camera, attitude, pose, -1e-3)
    assert (depth >= nearest - 1e-3).all()
    assert (depth <= farthest + 1e-3).all()


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
