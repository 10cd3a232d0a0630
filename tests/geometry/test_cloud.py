from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.cloud import cloud_of, speckle
from followme.geometry.corridor import Corridor
from followme.settings import CorridorSettings, DistanceSettings, WalkerSettings
from tests.geometry.scene import Box, box_at, depth_map

CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())
S = DistanceSettings()


def cloud(*boxes, **more):
    return cloud_of(depth_map(boxes, **more), CORRIDOR, S)


def test_unknown_depth_neither_stands_nor_lies():
    depth = depth_map()
    empty = replace(depth, depth_m=np.full_like(depth.depth_m, np.nan))
    c = cloud_of(empty, CORRIDOR, S)
    assert not c.stands.any() and not c.lies.any()


def test_points_are_where_the_camera_says():
    depth = depth_map((box_at(2.0, 0.5),))
    expected = depth.status.attitude.to_walker(depth.camera.rays() * depth.depth_m[..., None])
    c = cloud_of(depth, CORRIDOR, S)
    np.testing.assert_allclose(np.stack([c.x_m, c.y_m, c.z_m], -1), expected, atol=1e-4)
    np.testing.assert_allclose(c.range_m, np.hypot(expected[..., 0], expected[..., 1]), atol=1e-4)


def test_bare_floor_lies_and_nothing_stands():
    c = cloud()
    assert not c.stands.any()
    assert c.lies[np.isfinite(c.x_m)].mean() > 0.99


def test_a_box_stands_and_what_is_above_the_head_does_not():
    assert cloud(box_at(2.0)).stands.sum() > 500
    assert not cloud(Box((2.0, 3.0), (-1.0, 1.0), (2.05, 2.5))).stands.any()


def test_what_is_too_far_is_not_followed():
    assert not cloud(box_at(8.5, width=3.0)).stands.any()


def test_depth_that_is_unsure_lifts_no_floor():
    depth = depth_map()
    rng = np.random.default_rng(0)
    sigma_m = np.float32(0.12) * depth.depth_m
    # a network is wrong in patches, not pixel by pixel
    patches = np.kron(rng.normal(size=(30, 40)), np.ones((8, 8))).astype(np.float32)
    noisy = depth.depth_m + sigma_m * patches
    sure = cloud_of(replace(depth, depth_m=noisy), CORRIDOR, S).stands.mean()
    unsure = cloud_of(replace(depth, depth_m=noisy, sigma_m=sigma_m), CORRIDOR, S).stands.mean()
    assert unsure < 0.2 * sure


def wall_with(pixels, distance_m=0.3, wall_m=3.0):
    depth = np.full((60, 80), wall_m, np.float32)
    for row, column in pixels:
        depth[row, column] = distance_m
    return depth


@pytest.mark.parametrize(
    ("pixels", "distance_m", "is_speckle"),
    [
        ([(20, 20)], 0.3, True),
        ([(20, 20), (20, 21)], 0.3, True),
        ([(20 + i, 20 + j) for i in range(3) for j in range(3)], 0.3, False),
        ([(20 + i, 20 + j) for i in range(30) for j in range(2)], 2.5, False),  # a far pole
        ([(20 + i, 20 + j) for i in range(30) for j in range(2)], 0.3, True),  # no near pole
        ([(20, 20)], 2.95, False),  # noise of the wall itself
    ],
)
def test_what_is_too_small_for_its_distance_is_speckle(pixels, distance_m, is_speckle):
    depth = wall_with(pixels, distance_m)
    found = speckle(depth, np.full_like(depth, 0.01), S)
    assert found[20, 20] == is_speckle
    assert found.sum() == (len(pixels) if is_speckle else 0)


def test_a_hole_in_a_surface_makes_no_speckle_beside_it():
    depth = wall_with([])
    depth[10:40:4, 10:40:4] = math.nan
    assert not speckle(depth, np.full_like(depth, 0.01), S).any()
