"""Depth of a floor with a pit, a ramp or a patch without depth, for the tests of B11."""

from __future__ import annotations

import numpy as np

from tests.geometry.scene import ATTITUDE, CAMERA, render


def floor_hits(attitude=ATTITUDE):
    """Where each ray meets the floor: depth, x, y and the ray, (h, w) each; NaN above it."""
    ray = CAMERA.rays().astype(np.float64) @ attitude.rotation().T
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(ray[..., 2] < 0.0, attitude.height_m / -ray[..., 2], np.nan)
    return t, t * ray[..., 0], t * ray[..., 1], ray


def with_pit(from_m, depth_m, to_m=20.0, half_m=5.0, middle_m=0.0, attitude=ATTITUDE, boxes=()):
    """Floor with an upright-walled pit from one distance to another."""
    seen = render(boxes, attitude=attitude)
    t, x, y, ray = floor_hits(attitude)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = (x > from_m) & (x < to_m) & (abs(y - middle_m) < half_m) & np.isclose(seen, t, 1e-3)
        deep = t * (attitude.height_m + depth_m) / attitude.height_m
        wall = to_m / ray[..., 0]
    return np.where(over, np.minimum(deep, wall), seen).astype(np.float32)


def with_ramp(from_m, slope, attitude=ATTITUDE):
    """Floor that goes down evenly from one distance on."""
    seen = render(attitude=attitude)
    _, x, _, ray = floor_hits(attitude)
    # height + t z = -(t x - from) slope
    with np.errstate(divide="ignore", invalid="ignore"):
        ramp = (attitude.height_m - slope * from_m) / (-ray[..., 2] - slope * ray[..., 0])
    return np.where(x > from_m, np.where(ramp > 0.0, ramp, np.nan), seen).astype(np.float32)


def without_depth(depth_m, from_m, to_m, half_m=5.0, attitude=ATTITUDE):
    """The same depth without any on a patch of the floor: dark carpet, shiny tiles."""
    _, x, y, _ = floor_hits(attitude)
    return np.where((x > from_m) & (x < to_m) & (abs(y) < half_m), np.nan, depth_m).astype(
        np.float32
    )
