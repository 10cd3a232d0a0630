from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.sources.corridor_walk import a_corridor
from followme.sources.renderer import render
from followme.sources.scene import Scene
from followme.sources.scene_truth import nearest_point, truth_of
from followme.sources.things import a_box, a_chair, a_person, a_shelf
from followme.sources.walker_path import FloorPose, walking
from followme.values.camera import Attitude, Camera
from followme.values.obstacle import Kind


def test_an_empty_corridor_has_no_truth() -> None:
    assert truth_of(a_corridor(), FloorPose(0, 0), 0.0) == ()


def test_the_front_of_a_box_is_its_nearest_point() -> None:
    scene = a_corridor([a_box(4, (3.0, 0.1), (0.4, 0.4, 0.4))])
    (box,) = truth_of(scene, FloorPose(0.0, 0.0), 0.0)
    assert (box.id, box.kind, box.label) == (4, Kind.OBJECT, "box")
    assert box.nearest_m == pytest.approx((2.8, 0.0, 0.0))


def test_left_is_positive_and_turns_with_the_walker() -> None:
    left = a_box(1, (3.0, 1.0), (0.4, 0.4, 0.4))
    assert nearest_point(left, FloorPose(0, 0)) == pytest.approx((2.8, 0.8, 0.0))
    # from the other end of the corridor it lies right
    back = nearest_point(left, FloorPose(6.0, 0.0, math.pi))
    assert back == pytest.approx((2.8, -0.8, 0.0))


def test_an_overhang_begins_at_its_lower_edge() -> None:
    (shelf,) = truth_of(a_corridor([a_shelf(1, (3.0, 0.0))]), FloorPose(0, 0), 0.0)
    assert shelf.kind is Kind.OVERHANG
    assert shelf.nearest_m[2] == pytest.approx(1.5, abs=0.05)


def test_only_what_is_ahead_within_eight_metres_nearest_first() -> None:
    things = [
        a_box(1, (-2.0, 0.0)),
        a_box(2, (7.0, 0.0)),
        a_box(3, (9.0, 0.0)),
        a_box(4, (2.0, 0.9)),
    ]
    truth = truth_of(a_corridor(things), FloorPose(0, 0), 0.0)
    assert [o.id for o in truth] == [4, 2]


def test_a_thing_beside_the_walker_is_kept_until_it_is_passed() -> None:
    scene = a_corridor([a_box(1, (2.0, 0.8), (0.4, 0.4, 0.4))])
    assert len(truth_of(scene, FloorPose(2.1, 0.0), 0.0)) == 1
    assert len(truth_of(scene, FloorPose(2.3, 0.0), 0.0)) == 0


def test_who_walks_comes_nearer() -> None:
    scene = a_corridor([a_person(1, (6.0, 0.0), velocity_mps=(-1.0, 0.0))])
    before, after = (truth_of(scene, FloorPose(0, 0), t)[0] for t in (1.0, 3.0))
    assert before.kind is Kind.PERSON
    assert before.nearest_m[0] - after.nearest_m[0] == pytest.approx(2.0, abs=0.3)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([a_box, a_chair, a_person]),
    st.floats(2.0, 4.5),
    st.floats(-0.6, 0.6),
    st.floats(-3, 3),
)
def test_no_pixel_of_a_thing_is_nearer_than_its_truth(
    make: type, x: float, y: float, yaw: float
) -> None:
    thing = make(1, (x, y), yaw_rad=yaw)
    scene = Scene(panels=(), things=(thing,), path=walking((0.0, 1.0)))
    camera, attitude, pose = (
        Camera(80, 60, 45.0, 45.0, 39.5, 29.5),
        Attitude(1.3, 0.2),
        FloorPose(0, 0),
    )
    seen = render(scene, camera, attitude, pose, 0.0)
    points = attitude.to_walker((camera.rays() * seen.depth_m[..., None])[seen.ids == 1])
    distance = math.hypot(*nearest_point(thing, pose)[:2])
    nearest = min(math.hypot(px, py) for px, py, _ in points)
    assert distance - 2e-3 <= nearest <= distance + 0.25
