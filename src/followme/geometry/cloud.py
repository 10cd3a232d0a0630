"""A depth map as points in the walker frame, with what of it stands above the floor."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.geometry.corridor import Corridor
from followme.settings import DistanceSettings
from followme.values.depth_map import DepthMap

_FAR = np.float32(1e3)  # stands for unknown where the nearest wins
_NEAR_M = 1.5  # to here 0.03 m are five pixels: single pixels are no thing


@dataclass(frozen=True)
class Cloud:
    """Points of one depth map, in image order.

    Parameters
    ----------
    x_m, y_m, z_m : (h, w) float32
        Walker frame; NaN unknown.
    range_m : (h, w) float32
        Horizontal distance from below the camera; NaN unknown.
    sigma_m : (h, w) float32
        Standard deviation of depth.
    stands : (h, w) bool
        Above the floor, below the head's limit, near enough, and no speckle.
    lies : (h, w) bool
        On the floor.
    pixel_rad : float
        Width of a pixel in the middle of the image.
    """

    x_m: NDArray[np.float32]
    y_m: NDArray[np.float32]
    z_m: NDArray[np.float32]
    range_m: NDArray[np.float32]
    sigma_m: NDArray[np.float32]
    stands: NDArray[np.bool_]
    lies: NDArray[np.bool_]
    pixel_rad: float


def cloud_of(depth: DepthMap, corridor: Corridor, s: DistanceSettings) -> Cloud:
    """Return the points of a depth map.

    What counts as floor grows with distance, as errors of pitch do, and with the noise of the
    map as far as it lifts a point of the floor.
    """
    rotation = depth.status.attitude.rotation().astype(np.float32)
    rays = depth.camera.rays()
    u, v = rays[:1, :, 0], rays[:, :1, 1]  # (1, w), (h, 1)
    depth_m = depth.depth_m
    # a rotated ray is a sum of a part of its column and a part of its row
    x_m, y_m, z_m = (
        depth_m * ((rotation[i, 0] * u) + (rotation[i, 1] * v + rotation[i, 2])) for i in range(3)
    )
    # not cv2.magnitude: its last bit depends on where the arrays lie in memory
    range_m = np.sqrt(x_m * x_m + y_m * y_m)
    lift = np.abs(rotation[2, 0] * u + (rotation[2, 1] * v + rotation[2, 2]))
    c = corridor.s
    limit_m = np.float32(c.floor_tolerance_m) + np.float32(c.floor_tolerance_per_m) * range_m
    np.maximum(limit_m, np.float32(c.foot_low_m), out=limit_m)
    np.maximum(limit_m, np.float32(2.0) * lift * depth.sigma_m, out=limit_m)
    z_m += np.float32(depth.status.attitude.height_m)
    stands = z_m > limit_m
    lies = ~stands & (z_m > -limit_m)
    stands &= z_m < np.float32(corridor.head_high_m)
    stands &= range_m < np.float32(s.max_m)
    stands &= ~speckle(depth_m, depth.sigma_m, s)
    return Cloud(x_m, y_m, z_m, range_m, depth.sigma_m, stands, lies, 1.0 / depth.camera.fx)


def speckle(
    depth_m: NDArray[np.float32], sigma_m: NDArray[np.float32], s: DistanceSettings
) -> NDArray[np.bool_]:
    """Return which pixels are nearer than all around them and too small to be a thing (B2).

    Grey closing with a small square: what is nearer than its surroundings and holds no such
    square is lifted to them. The square is larger near by, where even a pole is wide, so that
    chance neighbours among many speckles do not save each other.
    """
    filled = depth_m.copy()
    cv2.patchNaNs(filled, float(_FAR))
    closed = _closed(filled, 2)
    near = filled < np.float32(_NEAR_M)
    if near.any():
        closed = np.where(near, _closed(filled, 3), closed)
    gap_m = np.maximum(np.float32(s.speckle_m), np.float32(4.0) * sigma_m)
    return np.asarray(closed - filled > gap_m)


def _closed(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Grey closing with a square; an even one must be turned round for its second half."""
    square = np.ones((side, side), np.uint8)
    back = (side - 1 - side // 2,) * 2
    return np.asarray(cv2.erode(cv2.dilate(values, square), square, anchor=back), np.float32)
