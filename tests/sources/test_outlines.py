from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.sources.corridor_walk import a_corridor
from followme.sources.course import Moment
from followme.sources.fittings import a_cylinder, a_hole
from followme.sources.outlines import Outline, distance_m, outlines_of
from followme.sources.renderer import render
from followme.sources.scene import Scene
from followme.sources.scene_file import walk_of
from followme.sources.scene_truth import nearest_point, truth_of
from followme.sources.things import a_box, a_person
from followme.sources.walker_path import FloorPose, walking
from followme.values.camera import Attitude, Camera
from followme.values.obstacle import Kind
from tests.sources.every_type import EVERY_FLOOR, EVERY_THING

_CAMERA = Camera(80, 60, 40.0, 40.0, 39.5, 29.5)
_ATTITUDE = Attitude(1.3, 0.25)
_THINGS = [name for name in EVERY_THING if name != "window"]
_PITS = ["hole", "drop", "stairs_down"]


def _scene(name: str, **more: Any) -> Scene:
    """Return a corridor with one thing in it."""
    part = "things" if name in EVERY_THING else "floor"
    entry = {"type": name} | (EVERY_THING | EVERY_FLOOR)[name] | more
    return walk_of({"seconds": 1, part: [entry]}).scene


def _own(scene: Scene, pose: FloorPose = FloorPose(0, 0), when: float = 0.0) -> list[Outline]:  # noqa: B008
    return [outline for outline in outlines_of(scene, pose, when) if outline.id]


@pytest.mark.parametrize("name", [*_THINGS, *_PITS, "stairs_up"])
def test_the_nearest_point_of_a_thing_is_on_its_outline(name: str) -> None:
    scene = _scene(name)
    for pose in (FloorPose(0, 0), FloorPose(1.2, -0.5, 0.4), FloorPose(6.0, 0.3, 3.0)):
        x, y, _ = nearest_point(scene.things[0], pose)
        nearest = min(distance_m(outline, 0.0, 0.0) for outline in _own(scene, pose))
        assert math.hypot(x, y) == pytest.approx(nearest, abs=0.02)


@pytest.mark.parametrize("name", [*_THINGS, "stairs_up"])
def test_no_pixel_of_a_thing_is_nearer_than_its_truth(name: str) -> None:
    scene = _scene(name)
    seen = render(scene, _CAMERA, _ATTITUDE, FloorPose(0, 0), 0.0)
    points = _ATTITUDE.to_walker((_CAMERA.rays() * seen.depth_m[..., None])[seen.ids == 1])
    assert len(points) > 10
    truth = math.hypot(*nearest_point(scene.things[0], FloorPose(0, 0))[:2])
    nearest = float(np.hypot(points[:, 0], points[:, 1]).min())
    assert truth - 2e-3 <= nearest <= truth + 0.3
    # and each pixel lies on some part
    for point in points[:: max(1, len(points) // 40)]:
        on = [
            o
            for o in _own(scene)
            if distance_m(o, point[0], point[1]) < 0.01
            and o.bottom_m - 0.01 < point[2] < o.top_m + 0.01
        ]
        assert on


@pytest.mark.parametrize("name", _PITS)
def test_where_a_pit_is_the_floor_is_missing(name: str) -> None:
    scene = _scene(name)
    seen = render(scene, _CAMERA, _ATTITUDE, FloorPose(0, 0), 0.0)
    points = _ATTITUDE.to_walker(_CAMERA.rays() * seen.depth_m[..., None])
    mine = seen.ids == 1
    assert mine.any()
    assert (points[mine][:, 2] < 2e-3 + 0.01).all()
    # no floor is seen within it, and what is seen of it lies within
    pit = next(o for o in _own(scene) if o.bottom_m < -0.1 and o.top_m == 0.0)
    floor = points[(seen.labels == 1) & ~mine]
    inside = [distance_m(pit, x, y) == 0.0 for x, y, _ in floor]
    edge = [abs(x - 3.0) < 0.01 for x, _, _ in floor]
    assert not any(i and not e for i, e in zip(inside, edge, strict=True))
    assert all(distance_m(pit, x, y) < 0.01 for x, y, _ in points[mine])


def test_the_truth_of_a_drop_is_its_edge() -> None:
    (drop,) = truth_of(_scene("drop"), FloorPose(0, 0), 0.0)
    assert drop.kind is Kind.DROP_OFF
    assert drop.nearest_m == pytest.approx((3.0, 0.0, 0.0))
    (stairs,) = truth_of(_scene("stairs_down"), FloorPose(0.5, 0.4), 0.0)
    assert (stairs.kind, stairs.label) == (Kind.DROP_OFF, "stairs")
    assert stairs.nearest_m[:2] == pytest.approx((2.5, 0.0))
    (up,) = truth_of(_scene("stairs_up"), FloorPose(0, 0), 0.0)
    assert (up.kind, up.label) == (Kind.OBJECT, "stairs")


def test_a_door_has_its_truth_where_it_has_swung() -> None:
    scene = _scene("door", open_deg=0, opens_to_deg=90, opening_s=1.0, when={"time_s": 2.0})
    before, after = (nearest_of(scene, t) for t in (1.0, 3.5))
    assert before[1] == pytest.approx(1.2, abs=0.1)
    assert after[1] == pytest.approx(0.3, abs=0.1)
    seen = render(scene, _CAMERA, _ATTITUDE, FloorPose(1.0, 0.0), 3.5)
    points = _ATTITUDE.to_walker((_CAMERA.rays() * seen.depth_m[..., None])[seen.ids == 1])
    ahead, left, _ = nearest_point(
        scene.things[0],
        FloorPose(1.0, 0.0),
        scene.things[0].placed_at(Moment(3.5)),  # type: ignore[arg-type]
    )
    assert float(points[:, 1].min()) == pytest.approx(left, abs=0.06)
    assert float(points[:, 0].min()) >= ahead - 0.01


def nearest_of(scene: Scene, time_s: float) -> tuple[float, float, float]:
    place = scene.things[0].placed_at(Moment(time_s))
    assert place is not None
    return nearest_point(scene.things[0], FloorPose(0, 0), place)


def test_what_is_not_there_yet_has_no_truth_no_outline_and_no_pixel() -> None:
    scene = _scene("box", when={"time_s": 2.0}, appears=True, stays_s=1.0)
    for time_s, there in ((1.9, False), (2.0, True), (3.0, True), (3.1, False)):
        assert bool(truth_of(scene, FloorPose(0, 0), time_s)) is there
        assert bool(_own(scene, when=time_s)) is there
        seen = render(scene, _CAMERA, _ATTITUDE, FloorPose(0, 0), time_s)
        assert bool((seen.ids == 1).any()) is there


@pytest.mark.parametrize("name", ["box", "pole", "person", "table", "bench", "shelf", "sign"])
def test_what_moves_is_where_its_truth_says(name: str) -> None:
    scene = _scene(name, moves={"way_m": [[4.0, -0.5], [5.0, 0.4]], "speed_mps": 1.0})
    place = scene.things[0].placed_at(Moment(2.0))
    assert place is not None
    x, y, _ = nearest_point(scene.things[0], FloorPose(0, 0), place)
    seen = render(scene, _CAMERA, _ATTITUDE, FloorPose(0, 0), 2.0)
    points = _ATTITUDE.to_walker((_CAMERA.rays() * seen.depth_m[..., None])[seen.ids == 1])
    nearest = float(np.hypot(points[:, 0], points[:, 1]).min())
    assert math.hypot(x, y) - 2e-3 <= nearest <= math.hypot(x, y) + 0.3


def test_walls_and_door_frames_are_outlines_without_an_id() -> None:
    scene = _scene("door")
    walls = [o for o in outlines_of(scene, FloorPose(5.0, 0.0), 0.0) if not o.id]
    assert {o.label for o in walls} == {"wall"}
    ahead = [o for o in walls if len(o.corners_m) == 2 and np.ptp(o.corners_m[:, 0]) < 1e-9]
    assert any(o.corners_m[0, 0] == pytest.approx(9.0) for o in ahead)


def test_left_is_left_in_the_frame_of_the_walker() -> None:
    scene = a_corridor([a_box(1, (3.0, 1.0), (0.4, 0.4, 0.4))])
    (box,) = _own(scene)
    assert box.corners_m[:, 1].min() == pytest.approx(0.8)
    (turned,) = _own(scene, FloorPose(6.0, 0.0, math.pi))
    assert turned.corners_m[:, 1].max() == pytest.approx(-0.8)
    assert turned.corners_m[:, 0].min() == pytest.approx(2.8)


@settings(max_examples=60, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-4, 4))
def test_distance_is_zero_inside_and_grows_evenly_outside(x: float, y: float, yaw: float) -> None:
    scene = Scene((), (a_box(1, (0.0, 0.0), (1.0, 0.6, 1.0), yaw),), walking((0.0, 1.0)))
    (box,) = _own(scene)
    cos, sin = math.cos(yaw), math.sin(yaw)
    u, v = abs(cos * x + sin * y) - 0.5, abs(cos * y - sin * x) - 0.3
    expected = math.hypot(max(u, 0.0), max(v, 0.0))
    assert distance_m(box, x, y) == pytest.approx(expected, abs=1e-6)


def test_round_things_are_round() -> None:
    pole, person = a_cylinder(1, (3.0, 0.0), 0.3, 1.0), a_person(2, (3.0, 2.0))
    things = (pole, person, a_hole(3, (5.0, 0.0), (1.0, 1.0), 1.0))
    outlines = _own(Scene((), things, walking((0.0, 1.0))))
    around = outlines[0].corners_m - (3.0, 0.0)
    assert np.hypot(around[:, 0], around[:, 1]) == pytest.approx(np.full(len(around), 0.3))
    assert all(o.bottom_m < o.top_m for o in outlines)
    # corners go around: the polygon is convex
    for outline in outlines:
        ways = np.roll(outline.corners_m, -1, axis=0) - outline.corners_m
        turns = ways[:, 0] * np.roll(ways[:, 1], -1) - ways[:, 1] * np.roll(ways[:, 0], -1)
        assert (turns > -1e-9).all() or (turns < 1e-9).all()


@pytest.mark.parametrize("name", _THINGS)
@pytest.mark.parametrize("within_m", [0.5, 2.0, 8.0])
def test_only_things_beyond_a_distance_are_left_out(name: str, within_m: float) -> None:
    scene = _scene(name)
    for x in (-6.0, 0.0, 2.0, 3.5):
        pose = FloorPose(x, 0.2)
        every, near = outlines_of(scene, pose, 0.0), outlines_of(scene, pose, 0.0, within_m)
        assert [o.label for o in near if not o.id] == [o.label for o in every if not o.id]
        kept = sum(o.id > 0 for o in near)
        wanted = any(o.id and distance_m(o, 0.0, 0.0) <= within_m for o in every)
        assert kept == sum(o.id > 0 for o in every) or not (kept or wanted)


def test_far_things_are_left_out() -> None:
    assert not any(o.id for o in outlines_of(_scene("box"), FloorPose(-20.0, 0.0), 0.0, 8.0))
