from __future__ import annotations

import math

import numpy as np
import pytest

from followme.geometry.blobs import BESIDE_THINNED, BlobFinder
from followme.geometry.cloud import cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.points import split
from followme.settings import CorridorSettings, DistanceSettings, WalkerSettings
from followme.values.depth_map import ImageHealth
from tests.geometry.scene import CAMERA, Box, box_at, depth_map, frame_of, metric_depth, render

S = DistanceSettings()
CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())
LEFT_WALL = Box((-1.0, 9.0), (0.9, 1.0), (0.0, 2.5))
RIGHT_WALL = Box((-1.0, 9.0), (-1.0, -0.9), (0.0, 2.5))
END_WALL = Box((4.0, 4.1), (-1.0, 1.0), (0.0, 2.5))


def blobs(*boxes, heading_rad=0.0):
    return found_in(depth_map(boxes), heading_rad)


def found_in(depth, heading_rad=0.0):
    cloud = cloud_of(depth, CORRIDOR, S)
    points = split(cloud, CORRIDOR, heading_rad, S.beside_m, BESIDE_THINNED)
    return BlobFinder(CORRIDOR, S, 1.0).find(cloud, points)


def in_the_way(*boxes, **more):
    return [b for b in blobs(*boxes, **more) if b.reach_m >= 0.05]


def test_an_empty_floor_holds_nothing():
    assert blobs() == []


@pytest.mark.parametrize("y_m", [-0.2, 0.0, 0.2])
@pytest.mark.parametrize("x_m", [1.2, 2.0, 3.0, 4.5])
def test_distance_and_bearing_are_true(x_m, y_m):
    (blob,) = in_the_way(box_at(x_m, y_m, width=0.2))
    assert blob.distance_m == pytest.approx(math.hypot(x_m, max(0.0, abs(y_m) - 0.1)), abs=0.05)
    assert blob.y_m == pytest.approx(y_m, abs=0.1)
    assert (blob.y_min_m, blob.y_max_m) == pytest.approx((y_m - 0.1, y_m + 0.1), abs=0.03)


def test_left_is_left_and_near_is_near():
    left, right = box_at(2.0, 0.2, width=0.2), box_at(3.0, -0.2, width=0.2)
    first, second = in_the_way(left, right)
    assert first.y_m > 0.05 and second.y_m < -0.05
    assert first.distance_m < second.distance_m
    mirrored = in_the_way(left.moved(0.0, -0.4), right.moved(0.0, 0.4))
    assert [b.y_m for b in mirrored] == pytest.approx([-first.y_m, -second.y_m], abs=0.01)
    swapped = in_the_way(left.moved(1.0), right.moved(-1.0))
    assert [b.y_m > 0 for b in swapped] == [False, True]


@pytest.mark.parametrize("distance_m", [1.2, 2.0, 3.0])
@pytest.mark.parametrize("step", range(21))
def test_a_pillar_is_in_the_way_only_if_it_reaches_in_by_five_centimetres(distance_m, step):
    middle_m, radius_m = 0.05 * step, 0.115
    inner_m = max(0.0, middle_m - radius_m)
    inside = inner_m < CORRIDOR.half_width_at(distance_m) - 0.05
    for sign in (-1.0, 1.0):
        pillar = box_at(distance_m, sign * middle_m, width=2 * radius_m, deep=0.25, z=(0.0, 2.0))
        assert bool(in_the_way(pillar)) is inside


@pytest.mark.parametrize("width_m", [0.80, 0.9, 1.2])
def test_doorways_that_one_fits_through_are_free(width_m):
    half_m = width_m / 2
    jambs = [Box((2.0, 2.1), (s * half_m, s * 1.5)[:: int(s)], (0.0, 2.5)) for s in (1.0, -1.0)]
    assert in_the_way(*jambs, Box((2.0, 2.1), (-1.5, 1.5), (2.0, 2.5))) == []


def test_walls_along_the_way_are_no_obstacles_and_the_wall_at_its_end_is():
    found = blobs(LEFT_WALL, RIGHT_WALL, END_WALL)
    (end,) = found
    assert end.reach_m >= 0.05
    assert end.distance_m == pytest.approx(4.0, abs=0.05)
    assert abs(end.y_m) < 0.05


def test_pieces_of_a_wall_that_a_shadow_cuts_off_are_wall_and_things_before_it_are_not():
    pillar = box_at(1.6, 0.6, width=0.2, deep=0.2, z=(0.0, 2.5))
    beside = [b for b in blobs(LEFT_WALL, pillar) if b.reach_m < 0.0]
    (found,) = beside
    assert found.distance_m == pytest.approx(math.hypot(1.6, 0.5), abs=0.1)


@pytest.mark.parametrize("z", [(0.0, 1.2), (0.0, 1.0)])
def test_a_level_top_seen_at_a_grazing_angle_is_part_of_its_thing(z):
    for i in range(20):
        (blob,) = in_the_way(box_at(1.9 + 0.05 * i, deep=0.6, z=z))
        assert blob.distance_m == pytest.approx(1.9 + 0.05 * i, abs=0.05)


def test_a_wall_that_closes_in_is_as_far_as_where_it_is_in_the_way():
    steps = [
        Box((1.0 + 0.1 * i, 1.1 + 0.1 * i), (0.35 - 0.01 * i, 0.6), (0.0, 2.0)) for i in range(30)
    ]
    first, *_ = in_the_way(*steps)
    assert first.distance_m == pytest.approx(math.hypot(1.5, 0.3), abs=0.12)


def test_a_wall_does_not_swallow_the_box_that_stands_against_it():
    box = Box((2.0, 2.4), (0.1, 0.9), (0.0, 0.8))
    first, _ = in_the_way(LEFT_WALL, RIGHT_WALL, END_WALL, box)
    assert first.distance_m == pytest.approx(2.0, abs=0.06)
    assert first.y_m > 0.05 and first.y_max_m < 0.5
    assert first.top_m == pytest.approx(0.8, abs=0.05)


def test_a_small_thing_against_a_large_one_keeps_its_own_distance():
    knob = Box((3.6, 4.0), (-0.05, 0.05), (0.9, 1.1))
    first, *_ = in_the_way(END_WALL, knob)
    assert first.distance_m == pytest.approx(3.6, abs=0.1)


def test_things_beside_the_way_are_kept_but_not_in_it():
    (blob,) = blobs(box_at(3.0, 1.0))
    assert blob.reach_m < 0.0
    assert blob.distance_m == pytest.approx(math.hypot(3.0, 0.8), abs=0.1)


def test_the_corridor_turns_with_the_way():
    box = box_at(3.0, 0.8)
    assert not in_the_way(box)
    (blob,) = in_the_way(box, heading_rad=math.atan2(0.8, 3.0))
    assert blob.y_m == pytest.approx(0.8, abs=0.2) and abs(blob.aside_m) < 0.2


@pytest.mark.parametrize("bottom_m", [2.2, 2.1, 2.0, 1.9, 1.4, 1.0, 0.75, 0.6])
def test_a_shelf_that_is_lowered_hangs_until_a_cane_finds_it(bottom_m):
    found = in_the_way(Box((2.5, 2.9), (-0.4, 0.4), (bottom_m, bottom_m + 0.4)))
    if bottom_m > 1.98:
        assert not found
        return
    (shelf,) = found
    assert shelf.overhang is (bottom_m >= 0.685)
    assert shelf.bottom_m == pytest.approx(bottom_m, abs=0.03)
    assert shelf.distance_m == pytest.approx(2.5, abs=0.08)


def test_a_table_top_with_legs_beside_the_way_hangs_and_one_with_legs_in_it_does_not():
    top = Box((2.5, 3.3), (-0.8, 0.8), (0.70, 0.74))
    beside = Box((2.5, 2.56), (0.7, 0.76), (0.0, 0.7))
    inside = Box((2.5, 2.56), (0.1, 0.16), (0.0, 0.7))
    (hangs,) = in_the_way(top, beside)
    (stands,) = in_the_way(top, inside)
    assert hangs.overhang is True and hangs.bottom_m > 0.65
    assert stands.overhang is False and stands.bottom_m == 0.0


def test_what_stands_half_hidden_or_out_of_the_image_is_no_overhang():
    hidden = in_the_way(box_at(1.5, z=(0.0, 0.8)), Box((4.0, 4.1), (-2.0, 2.0), (0.0, 2.5)))
    near = in_the_way(box_at(0.8, z=(0.0, 1.5)))
    assert hidden[-1].distance_m > 3.5 and hidden[-1].overhang is not True
    assert near[0].overhang is not True


@pytest.mark.parametrize(
    ("box", "found"),
    [
        (box_at(2.0, width=0.03, deep=0.03, z=(0.0, 1.8)), True),  # a pole
        (box_at(3.0, width=0.04, deep=0.8, z=(0.0, 2.0)), True),  # a door, edge on
        (box_at(2.0, width=0.3, deep=0.3, z=(0.0, 0.12)), True),  # a bag
        (box_at(2.0, width=0.5, deep=0.5, z=(0.0, 0.03)), False),  # a mat
    ],
)
def test_thin_and_low_things_count_by_their_size(box, found):
    assert bool(in_the_way(box)) is found


def test_two_things_one_behind_the_other_are_two():
    near, far = in_the_way(box_at(2.0, z=(0.0, 0.5)), box_at(3.5, width=0.6, z=(0.0, 1.8)))
    assert (near.distance_m, far.distance_m) == pytest.approx((2.0, 3.5), abs=0.08)


@pytest.mark.parametrize("seed", range(3))
def test_speckle_near_by_is_nothing(seed):
    camera = CAMERA.scaled(640, 480)
    depth_m = render((LEFT_WALL, RIGHT_WALL), camera=camera)
    spots = np.random.default_rng(seed).random(depth_m.shape) < 0.02
    depth_m[spots] = 0.3
    depth = metric_depth().estimate(frame_of(depth_m, camera=camera), None, ImageHealth())
    assert [b for b in found_in(depth) if b.distance_m < 1.0] == []


@pytest.mark.parametrize("x_m", [1.0, 2.0, 3.0])
def test_background_that_bleeds_through_two_fifths_of_a_thing_moves_it_by_less_than_sigma(x_m):
    camera = CAMERA.scaled(640, 480)
    depth_m = render((END_WALL, box_at(x_m, z=(0.0, 1.2))), camera=camera)
    bare_m = render((END_WALL,), camera=camera)
    bleeds = np.random.default_rng(0).random(depth_m.shape) < 0.4
    depth = metric_depth().estimate(
        frame_of(np.where(bleeds, bare_m, depth_m), camera=camera), None, ImageHealth()
    )
    first = found_in(depth)[0]
    assert abs(first.distance_m - x_m) <= first.sigma_m
