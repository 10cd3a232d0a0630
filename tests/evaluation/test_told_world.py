"""The world that a bag tells: shapes from a few numbers, and things that left the image."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from followme.evaluation.floor_plan import nearest, parts_of
from followme.evaluation.told_world import ToldWorld, as_told, moved, outline_of
from followme.evaluation.truth import Truth
from followme.sources.bag_truth import BagTruth, ToldThing, by_images, truth_in
from followme.sources.source import SourceError
from followme.sources.walker_path import FloorPose
from followme.values.motion import Motion
from followme.values.obstacle import Kind, Zone


def told(
    x: float = 3.0, y: float = 0.0, half: float = 0.2, id: int = 1, kind: Kind = Kind.OBJECT
) -> ToldThing:
    return ToldThing(id, kind, "box", (x, y, 0.0), (y - half, y + half), 0.0, 1.0, True)


@given(st.floats(0.3, 6.0), st.floats(-1.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@example(0.375, 0.0, 0.0, 2.4e-9)
def test_the_nearest_point_of_an_outline_is_the_told_one(x, slope, right, left):
    y = slope * x  # an image shows no more than 45 degrees to each side
    thing = ToldThing(1, Kind.OBJECT, "", (x, y, 0.0), (y - right, y + left), 0.0, 1.0, False)
    (part,) = parts_of([outline_of(thing)])
    near = nearest(part.points)
    assert math.hypot(*near) == pytest.approx(math.hypot(x, y), abs=1e-6)
    assert part.y_m == pytest.approx((y - right, y + left), abs=1e-6)


def test_a_hole_is_below_the_floor_whatever_its_bottom_says():
    outline = outline_of(told(kind=Kind.DROP_OFF))
    assert outline.top_m == 0.0 and outline.bottom_m <= -0.10


def test_what_leaves_the_image_stands_on_until_it_is_passed():
    world = ToldWorld()
    world.outlines(0.0, FloorPose(0.0, 0.0), [told(3.0)])
    (still,) = world.outlines(2.0, FloorPose(2.0, 0.0), [])
    assert still.corners_m[:, 0].min() == pytest.approx(1.0)
    assert world.outlines(9.0, FloorPose(5.0, 0.0), []) == ()


def test_what_stands_on_turns_with_the_walker():
    world = ToldWorld()
    world.outlines(0.0, FloorPose(0.0, 0.0), [told(2.0, half=0.0)])
    (still,) = world.outlines(1.0, FloorPose(0.0, 0.0, math.pi / 2), [])
    assert still.corners_m[:, 1].max() == pytest.approx(-2.0)
    assert still.corners_m[:, 0] == pytest.approx(0.0, abs=1e-9)


def test_who_walks_is_not_believed_to_stand():
    world = ToldWorld()
    world.outlines(0.0, FloorPose(0.0, 0.0), [told(kind=Kind.PERSON)])
    assert len(world.outlines(0.9, FloorPose(0.0, 0.0), [])) == 1
    assert world.outlines(1.1, FloorPose(0.0, 0.0), []) == ()


def test_a_wall_is_where_it_was_told_for_a_moment_only():
    world = ToldWorld()
    assert len(world.outlines(0.0, FloorPose(0.0, 0.0), [told(id=-3)])) == 1
    assert len(world.outlines(0.9, FloorPose(0.0, 0.0), [])) == 1
    assert world.outlines(1.1, FloorPose(0.0, 0.0), []) == ()


def test_a_bag_knows_best_who_is_in_the_way():
    beside = outline_of(told(3.0, 1.5))
    true = Truth().snapshot(0.0, FloorPose(0.0, 0.0), [beside])
    assert not true.things[1].in_corridor
    thing = as_told(true, {1: True}).things[1]
    assert thing.in_corridor and math.isfinite(thing.bearing_error_rad(0.0))
    (judged,) = Truth().things([as_told(true, {1: True, 9: True})])[0]
    assert judged.zone is not Zone.CLEAR
    assert not as_told(as_told(true, {1: True}), {1: False}).things[1].in_corridor


def test_a_walker_moves_as_the_mean_of_both_images_says():
    slow, fast = Motion(0, 1.0, 0.0, 0.0), Motion(1, 2.0, 0.0, 0.0)
    assert moved(FloorPose(1.0, 0.0), 0.1, slow, fast).x_m == pytest.approx(1.15)
    assert moved(FloorPose(1.0, 0.0), 0.1, None, fast).x_m == pytest.approx(1.2)
    assert moved(FloorPose(1.0, 2.0, 0.3), 0.1, None, None) == FloorPose(1.0, 2.0, 0.3)


def test_a_quarter_turn_ends_at_a_quarter():
    pose, motion = FloorPose(0.0, 0.0), Motion(0, 1.0, 0.0, math.pi / 2)
    for _ in range(100):
        pose = moved(pose, 0.01, motion, motion)
    radius = 2.0 / math.pi
    assert (pose.x_m, pose.y_m) == pytest.approx((radius, radius), abs=1e-3)
    assert pose.yaw_rad == pytest.approx(math.pi / 2)


def a_bag(**changed: Any) -> Any:
    """Stand for an open bag with one truth message."""
    facts = {
        "track_id": 4,
        "kind": 0,
        "label": "chair",
        "nearest": SimpleNamespace(x=2.0, y=0.1, z=0.0),
        "bottom_m": 0.0,
        "top_m": 0.9,
        "y_min_m": -0.1,
        "y_max_m": 0.3,
        "angular_width_rad": 0.2,
        "in_corridor": True,
        **changed,
    }
    stamp = SimpleNamespace(sec=1, nanosec=5)
    message = SimpleNamespace(
        header=SimpleNamespace(stamp=stamp), obstacles=[SimpleNamespace(**facts)]
    )
    types = {"/truth/obstacles": facts.get("type", "followme_msgs/msg/ObstacleArray")}
    return SimpleNamespace(types=lambda: types, messages=lambda _: [("t", 0, message)])


def test_truth_is_read_by_the_stamp_of_its_image():
    found = truth_in(a_bag(), print)
    (thing,) = found.things[1_000_000_005]
    assert (thing.id, thing.kind, thing.label, thing.in_corridor) == (4, Kind.OBJECT, "chair", True)
    assert thing.span_m == (-0.1, 0.3)
    assert found.missing() == ("truth/depth_status",)


def test_a_width_that_nobody_told_is_read_off_the_angle():
    (thing,) = truth_in(a_bag(y_min_m=0.0, y_max_m=0.0), print).things[1_000_000_005]
    assert thing.span_m[1] - thing.span_m[0] == pytest.approx(0.4, abs=0.01)
    (pole,) = truth_in(a_bag(y_min_m=np.nan, angular_width_rad=np.nan), print).things[1_000_000_005]
    assert pole.span_m == pytest.approx((0.05, 0.15))


def test_a_thing_that_stands_nowhere_is_left_out_and_told():
    said: list[str] = []
    nowhere = SimpleNamespace(x=math.nan, y=0.0, z=0.0)
    assert truth_in(a_bag(nearest=nowhere), said.append).things[1_000_000_005] == ()
    assert said == ["truth/obstacles: thing 4 at 1000000005 stands nowhere; it is left out"]


def test_a_kind_that_there_is_not_is_refused():
    with pytest.raises(SourceError, match="thing 4 at 1000000005 has kind 77, the last one is 4"):
        truth_in(a_bag(kind=77), print)


def test_truth_of_another_type_is_refused():
    with pytest.raises(SourceError, match="its type is std_msgs/msg/String, truth is told as"):
        truth_in(a_bag(type="std_msgs/msg/String"), print)


IMAGES_NS = [n * 200_000_000 for n in range(10)]


def moved_by(offset_ns: int, *, without: int = 0) -> BagTruth:
    """Return truth beside ten images, 0.2 s apart, whose things are numbered after the images."""
    things = {at + offset_ns: (told(id=n),) for n, at in enumerate(IMAGES_NS)}
    return BagTruth(dict(list(things.items())[without:]), 1.3)


@pytest.mark.parametrize("offset_ns", [0, 1_000_000, -1_000_000, 99_000_000, -99_000_000])
def test_the_truth_of_an_image_is_the_nearest_one(offset_ns):
    found = by_images(moved_by(offset_ns), IMAGES_NS, print)
    assert {at: one.id for at, (one,) in found.things.items()} == dict(
        zip(IMAGES_NS, range(10), strict=True)
    )
    assert found.missing() == ()


@pytest.mark.parametrize("offset_ns", [3_000_000_000, -1_900_000_000])
def test_truth_of_another_clock_is_as_good_as_missing(offset_ns):
    found = by_images(moved_by(offset_ns), IMAGES_NS, print)
    assert not found.things
    (lack,) = found.missing()
    assert lack.startswith("truth/obstacles whose stamps fit its images (")
    assert lack.endswith(" of 10 have one)")


def test_an_image_without_truth_is_told_and_two_of_ten_are_too_many():
    said: list[str] = []
    assert len(by_images(moved_by(0, without=1), IMAGES_NS, said.append).things) == 9
    assert said == ["truth/obstacles: 1 of 10 images have none"]
    assert not by_images(moved_by(0, without=2), IMAGES_NS, said.append).things


def test_truth_of_one_image_is_that_of_its_stamp():
    assert by_images(moved_by(0), IMAGES_NS[:1], print).things == {0: (told(id=0),)}


def test_a_bag_without_truth_has_none_for_its_images():
    assert by_images(BagTruth(), IMAGES_NS, print) == BagTruth()
