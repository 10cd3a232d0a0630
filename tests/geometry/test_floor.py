from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.geometry.floor import FloorFinder, FloorPrior
from followme.geometry.plane import Plane, plane_through, refine, upward_surfaces
from followme.settings import FloorSettings
from followme.values.camera import Attitude
from tests.geometry.scene import ATTITUDE, CAMERA, Box, box_at, render

PRIOR = FloorPrior(ATTITUDE, 40.0, 0.8, 2.2)
ROOM = (
    Box((-1.0, 9.0), (1.2, 1.3), (0.0, 2.5)),
    Box((-1.0, 9.0), (-1.3, -1.2), (0.0, 2.5)),
    Box((6.0, 6.1), (-1.3, 1.3), (0.0, 2.5)),
)


def noisy(depth_m, seed=0):
    rng = np.random.default_rng(seed)
    sigma = (0.005 + 0.003 * depth_m**2).astype(np.float32)
    return depth_m + sigma * rng.normal(size=depth_m.shape).astype(np.float32)


def find(depth_m, prior=PRIOR, finder=None):
    return (finder or FloorFinder(FloorSettings())).find(depth_m, CAMERA, prior)


def angle_deg(fit, attitude):
    cosine = float(np.dot(fit.plane.normal, attitude.floor_normal()))
    return math.degrees(math.acos(min(1.0, cosine)))


@pytest.mark.parametrize("depth_m", [np.full((240, 320), np.nan), np.full((240, 320), 2.0)])
def test_nothing_and_a_wall_are_no_floor(depth_m):
    assert find(depth_m.astype(np.float32)) is None


def test_a_lone_pixel_is_no_floor():
    depth_m = np.full((240, 320), np.nan, np.float32)
    depth_m[200, 160] = 2.0
    assert find(depth_m) is None


@settings(max_examples=25, deadline=None)
@given(st.floats(0.9, 1.6), st.floats(0, 40), st.floats(-8, 8), st.integers(0, 9))
def test_height_pitch_and_roll_are_read_off_the_floor(height_m, pitch, roll, seed):
    attitude = Attitude(height_m, math.radians(pitch), math.radians(roll))
    fit = find(noisy(render(ROOM, attitude=attitude), seed))
    assert fit is not None
    assert fit.plane.offset_m == pytest.approx(height_m, abs=0.05)
    assert angle_deg(fit, attitude) < 1.0
    assert fit.residual_m < 0.03


def test_the_same_frame_gives_the_same_floor_bit_by_bit():
    depth_m = noisy(render(ROOM))
    assert find(depth_m) == find(depth_m)


def test_a_warm_start_agrees_with_a_cold_one():
    finder = FloorFinder(FloorSettings())
    for i in range(5):
        attitude = Attitude(1.3, math.radians(10.0 + 4.0 * math.sin(1.13 * i)))
        depth_m = noisy(render(ROOM, attitude=attitude), i)
        warm = find(depth_m, FloorPrior(attitude, 15.0, 1.1, 1.5), finder)
        cold = find(depth_m)
        assert warm is not None and cold is not None
        assert angle_deg(warm, attitude) < 0.5
        np.testing.assert_allclose(warm.plane.normal, cold.plane.normal, atol=0.01)


def test_the_feet_of_walls_do_not_tilt_it():
    fit = find(render((*ROOM, box_at(1.5))))
    assert angle_deg(fit, ATTITUDE) < 0.1


STEEP = Attitude(1.3, math.radians(20.0))
BEFORE_WALL = FloorPrior(STEEP, 15.0, 1.0, 1.6, last_m=1.3)


def approached(surfaces, distances_m, attitude=STEEP, prior=BEFORE_WALL):
    """Return the last floor of a walk toward surfaces that stand at these distances."""
    finder, fit = FloorFinder(FloorSettings()), None
    for seed, at_m in enumerate(distances_m):
        depth_m = noisy(render(surfaces(at_m), attitude=attitude), seed)
        fit = find(depth_m, prior, finder)
    return fit


def wall(at_m):
    return (Box((at_m, at_m + 0.1), (-3.0, 3.0), (0.0, 2.5)),)


def stairs(at_m):
    return tuple(
        Box((at_m + 0.28 * n, at_m + 5.0), (-3.0, 3.0), (0.17 * n, 0.17 * (n + 1)))
        for n in range(9)
    )


@pytest.mark.parametrize("surfaces", [wall, stairs])
@pytest.mark.parametrize("until_m", [1.7, 1.8, 2.0])
def test_neither_a_wall_nor_stairs_tilt_the_strip_of_floor_before_them(surfaces, until_m):
    fit = approached(surfaces, np.arange(until_m + 0.8, until_m - 0.01, -0.1))
    assert fit is not None
    assert angle_deg(fit, STEEP) < 4.0
    assert fit.plane.offset_m == pytest.approx(1.3, abs=0.07)


@pytest.mark.parametrize("surfaces", [wall, stairs])
def test_a_strip_that_tells_nothing_is_no_floor(surfaces):
    assert approached(surfaces, np.arange(2.4, 1.59, -0.1)) is None


def test_a_tread_is_no_floor_where_the_floor_before_it_left_the_view():
    ahead = Attitude(1.3, 0.0)
    prior = FloorPrior(ahead, 15.0, 1.0, 1.6, last_m=1.3)
    fit = approached(stairs, (2.2, 2.0, 1.8, 1.6), ahead, prior)
    assert fit is None or fit.plane.offset_m == pytest.approx(1.3, abs=0.08)


def test_a_table_top_is_no_floor_as_long_as_something_shows_below_it():
    table = Box((0.9, 2.0), (-0.4, 0.4), (0.70, 0.74))
    low = FloorPrior(ATTITUDE, 40.0, 0.25, 2.2)
    fit = find(noisy(render((*ROOM, table))), low)
    assert fit is None or fit.plane.offset_m == pytest.approx(1.3, abs=0.05)


def test_a_table_top_too_near_for_a_camera_that_is_worn_is_no_floor():
    table = Box((0.2, 3.0), (-2.0, 2.0), (0.0, 0.75))
    assert find(noisy(render((table,), floor=False))) is None


def test_a_floor_tilted_beyond_the_prior_is_none():
    steep = Attitude(1.3, math.radians(45.0))
    assert find(render(attitude=steep), FloorPrior(ATTITUDE, 15.0, 0.8, 2.2)) is None


def test_a_floor_can_be_lost_and_found_again():
    finder = FloorFinder(FloorSettings())
    assert find(render(ROOM), finder=finder) is not None
    assert find(np.full((240, 320), 1.0, np.float32), finder=finder) is None
    assert find(render(ROOM), finder=finder) is not None


def test_a_wall_has_no_patch_that_faces_up_and_a_floor_has():
    up = ATTITUDE.floor_normal().astype(np.float32)
    wall = CAMERA.rays()[::4, ::4] * np.float32(2.0)
    floor = CAMERA.rays()[::4, ::4] * render()[::4, ::4, None]
    assert len(upward_surfaces(wall, up, 40.0)) == 0
    assert len(upward_surfaces(floor, up, 40.0)) > 1000
    assert len(upward_surfaces(np.full_like(wall, np.nan), up, 40.0)) == 0


def test_planes_through_points_face_up_and_lines_have_none():
    up = np.array([0.0, -1.0, 0.0], np.float32)
    triples = np.array(
        [[[0, 1, 1], [1, 1, 1], [0, 1, 2]], [[0, 1, 1], [0, 1, 2], [0, 1, 3]]], np.float32
    )
    normals, offsets = plane_through(triples, up)
    np.testing.assert_allclose(normals[0], up)
    assert offsets[0] == pytest.approx(1.0)
    assert not normals[1].any()


@pytest.mark.parametrize("points", [np.empty((0, 3)), np.ones((2, 3)), np.ones((9, 3))])
def test_too_few_points_or_points_in_one_place_are_no_plane(points):
    points = points.astype(np.float32)
    tolerance = np.full(len(points), 9.0, np.float32)
    assert refine(points, tolerance, 1.0, Plane((0.0, -1.0, 0.0), 1.0)) is None
