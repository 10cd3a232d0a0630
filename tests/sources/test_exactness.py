"""The renderer, held against a slow reference ray by ray."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.sources.corridor_walk import a_corridor
from followme.sources.course import STANDS, Course, Straight, Swing, Way
from followme.sources.doors import a_glass_door
from followme.sources.fittings import stairs_down, stairs_up
from followme.sources.parts import Box, Capsule, Cylinder, Part, Pit
from followme.sources.renderer import render
from followme.sources.scene import Scene, Thing
from followme.sources.scene_file import walk_of
from followme.sources.things import a_chair, a_person, an_office_chair
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera
from followme.values.obstacle import Kind
from tests.sources.every_type import EVERY_FLOOR, EVERY_THING
from tests.sources.reference import LENGTH_M, reference_m

_CAMERA = Camera(17, 13, 9.0, 9.0, 8.0, 6.0)
_ROOM = {"length_m": LENGTH_M, "doors": False}

_floats = st.floats
_places = st.tuples(_floats(-0.4, 0.4), _floats(-0.4, 0.4), _floats(0.2, 1.8))
_boxes = st.builds(
    Box,
    _places,
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
    _places,
    st.tuples(_floats(-3, 3), _floats(-1.5, 1.5)),
    _floats(0.02, 0.6),
    _floats(0.03, 0.25),
)
_cylinders = st.builds(
    lambda at, radius, bottom, height: Cylinder(at, radius, bottom, bottom + height),
    st.tuples(_floats(-0.4, 0.4), _floats(-0.4, 0.4)),
    _floats(0.03, 0.4),
    _floats(0.0, 1.8),
    _floats(0.05, 1.0),
)
_courses: st.SearchStrategy[Course] = st.one_of(
    st.just(STANDS),
    st.builds(Straight, st.tuples(_floats(-0.3, 0.3), _floats(-0.3, 0.3))),
    st.builds(Swing, _floats(-2, 2), _floats(0.5, 2)),
    st.builds(
        lambda x, y, speed, yaw: Way(((x, y), (y, x + 0.5)), speed, yaw),
        _floats(0.1, 0.5),
        _floats(-0.5, -0.1),
        _floats(0.1, 1.0),
        _floats(-3, 3),
    ),
)
_things = st.tuples(
    st.lists(st.one_of(_boxes, _capsules, _cylinders), min_size=1, max_size=3),
    st.tuples(_floats(2.5, 6.0), _floats(-0.8, 0.8)),
    _floats(-4, 4),
    _courses,
)
_pits = st.tuples(
    st.tuples(_floats(1.0, 6.0), _floats(-0.5, 0.5)),
    st.tuples(_floats(0.2, 2.0), _floats(0.2, 1.2)),
    _floats(0.05, 2.0),
)
_poses = st.builds(FloorPose, _floats(-0.5, 0.5), _floats(-0.7, 0.7), _floats(-3, 3))


def _hold(
    scene: Scene, pose: FloorPose, attitude: Attitude, time_s: float = 0.0, camera: Camera = _CAMERA
) -> None:
    seen = render(scene, camera, attitude, pose, time_s)
    depths = [(seen.depth_m, True)]
    if seen.behind_m is not seen.depth_m:
        depths.append((seen.behind_m, False))
    for depth, glass in depths:
        # both references move the surfaces by 1 mm: the truth lies between, at outlines too
        nearest, farthest = (
            reference_m(scene, camera, attitude, pose, by, time_s=time_s, glass=glass)
            for by in (1e-3, -1e-3)
        )
        assert (depth >= nearest - 1e-3).all()
        assert (depth <= farthest + 1e-3).all()


@settings(max_examples=30, deadline=None)
@given(
    things=st.lists(_things, max_size=2),
    pose=_poses,
    pitch=_floats(-0.4, 0.6),
    roll=_floats(-0.3, 0.3),
    time_s=_floats(0.0, 2.0),
)
def test_depth_is_that_of_a_slow_reference(
    things: list[tuple[list[Part], tuple[float, float], float, Course]],
    pose: FloorPose,
    pitch: float,
    roll: float,
    time_s: float,
) -> None:
    made = [
        Thing(i + 1, Kind.OBJECT, "box", (90, 90, 90), tuple(parts), at, yaw, course)
        for i, (parts, at, yaw, course) in enumerate(things)
    ]
    _hold(a_corridor(made, length_m=LENGTH_M), pose, Attitude(1.30, pitch, roll), time_s)


@settings(max_examples=15, deadline=None)
@given(_pits, _poses, _floats(0.0, 0.8), _floats(-0.3, 0.3))
def test_depth_into_a_pit_is_that_of_a_slow_reference(
    pit: tuple[tuple[float, float], tuple[float, float], float],
    pose: FloorPose,
    pitch: float,
    roll: float,
) -> None:
    at, size, depth = pit
    made = Thing(1, Kind.DROP_OFF, "hole", (90, 90, 90), (Pit((0.0, 0.0), size, depth),), at)
    _hold(a_corridor([made], length_m=LENGTH_M), pose, Attitude(1.30, pitch, roll))


@pytest.mark.parametrize("pitch_rad", [0.0, 0.35])
@pytest.mark.parametrize(
    "thing",
    [
        stairs_down(1, (2.0, 0.0), 2.4, landing_m=2.0),
        stairs_up(1, (2.0, 0.0), 2.4, landing_m=2.0),
        a_glass_door(1, (3.0, 0.0), (2.4, 2.5)),
        a_chair(1, (1.6, 0.1), yaw_rad=0.7),
        an_office_chair(1, (1.6, 0.1), yaw_rad=0.7),
        a_person(1, (2.0, 0.1), velocity_mps=(0.1, 0.0)),
    ],
    ids=["stairs down", "stairs up", "glass door", "chair", "office chair", "person"],
)
def test_things_of_many_parts_are_exact(thing: Thing, pitch_rad: float) -> None:
    camera = Camera(29, 21, 15.0, 15.0, 14.0, 10.0)
    scene = a_corridor([thing], length_m=LENGTH_M)
    _hold(scene, FloorPose(0.2, -0.1, 0.05), Attitude(1.3, pitch_rad, 0.04), 0.7, camera)


@pytest.mark.parametrize("name", [*EVERY_THING, *EVERY_FLOOR])
def test_every_type_of_a_scene_file_is_exact(name: str) -> None:
    entry: dict[str, Any] = {"type": name} | (EVERY_THING | EVERY_FLOOR)[name]
    if name == "door":  # one in a wall has a room behind it that the reference does not know
        entry = {"type": "door", "hinge_m": [3, 0.3], "along_deg": -90, "open_deg": 40}
    part = "things" if name in EVERY_THING else "floor"
    scene = walk_of({"seconds": 1, "corridor": _ROOM, part: [entry]}).scene
    camera = Camera(25, 19, 13.0, 13.0, 12.0, 9.0)
    _hold(scene, FloorPose(0.1, 0.1, -0.04), Attitude(1.3, 0.3, -0.05), camera=camera)


def test_through_an_opening_in_a_wall_the_room_behind_is_seen() -> None:
    door = {"type": "door", "wall": "left", "from_m": 2.0, "width_m": 1.0, "open_deg": -90}
    scene = walk_of({"seconds": 1, "corridor": _ROOM, "things": [door]}).scene
    seen = render(scene, _CAMERA, Attitude(1.0, 0.0), FloorPose(2.4, 0.0, math.pi / 2), 0.0)
    assert seen.depth_m[6, 8] == pytest.approx(2.4, abs=1e-3)
    beside = render(scene, _CAMERA, Attitude(1.0, 0.0), FloorPose(4.5, 0.0, math.pi / 2), 0.0)
    assert beside.depth_m[6, 8] == pytest.approx(1.2, abs=1e-3)


def test_glass_is_seen_through_and_still_there() -> None:
    camera, attitude, pose = (
        Camera(48, 36, 30.0, 30.0, 23.5, 17.5),
        Attitude(1.3, 0.0),
        FloorPose(0, 0),
    )
    glass = a_corridor([a_glass_door(1, (3.0, 0.0), (2.4, 2.5))], length_m=LENGTH_M)
    seen = render(glass, camera, attitude, pose, 0.0)
    assert seen.depth_m[17, 24] == pytest.approx(3.019, abs=2e-3)
    assert seen.behind_m[17, 24] == pytest.approx(9.0, abs=2e-3)
    assert seen.ids[17, 24] == 1
    bare = render(a_corridor(length_m=LENGTH_M), camera, attitude, pose, 0.0)
    # what is behind shines through, under a reflection
    here = (slice(14, 22), slice(20, 28))
    assert np.corrcoef(seen.bgr[here].ravel(), bare.bgr[here].ravel())[0, 1] > 0.7
    assert (seen.bgr[here] != bare.bgr[here]).any()


def _office(**front: Any) -> tuple[Any, FloorPose]:
    """Return a room to the left of a corridor behind a glass front, seen from its middle."""
    room = {"wall": "left", "from_m": 2.0, "width_m": 4.0, "length_m": 5.0}
    entry = {"type": "glass_door", "wall": "left", "from_m": 2.0, "width_m": 4.0, **front}
    scene = walk_of({"seconds": 1, "corridor": {"branches": [room]}, "things": [entry]}).scene
    return scene, FloorPose(4.0, 0.0, math.pi / 2)


def test_a_glass_front_in_a_wall_stands_on_the_side_of_the_room_and_may_be_open() -> None:
    camera, attitude = Camera(48, 36, 30.0, 30.0, 23.5, 17.5), Attitude(1.3, 0.0)
    shut, pose = _office()
    seen = render(shut, camera, attitude, pose, 0.0)
    # the corridor's half width to the wall, then half of the frame to the pane
    assert seen.depth_m[17, 24] == pytest.approx(1.219, abs=2e-3)
    assert seen.behind_m[17, 24] == pytest.approx(6.2, abs=2e-3)
    opened, _ = _office(open=True)
    free = render(opened, camera, attitude, pose, 0.0)
    assert free.depth_m[17, 24] == pytest.approx(6.2, abs=2e-3)
    # beside the door there is glass yet
    assert free.depth_m[17, 44] == pytest.approx(1.219, abs=2e-3)
