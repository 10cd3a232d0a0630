"""How the walker moves, from two images and the depth of the first, where no source knows it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.settings import EgoMotionSettings
from followme.values.camera import Camera
from followme.values.depth_map import DepthMap
from followme.values.motion import Motion

# Three levels bridge 44 px: a turn of 60 degrees a second at 10 Hz moves an image of 320 by 26.
_FLOW: dict[str, Any] = {
    "winSize": (11, 11),
    "maxLevel": 3,
    "criteria": (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 10, 0.03),
}
_CONFIDENCE = 0.99  # that one draw of RANSAC holds no moving point


@dataclass(frozen=True)
class _Seen:
    """What is kept of a frame until the next."""

    stamp_ns: int
    grey: NDArray[np.uint8]
    depth: DepthMap


class EgoMotion:
    """Follows corners from image to image; their depth says how far the camera came.

    The camera's step is the one that most corners agree on (perspective from points, RANSAC):
    corners on people who walk are outvoted. The floor plane makes forward and left level.

    Parameters
    ----------
    s : EgoMotionSettings
        How many corners, and when they are too few.
    """

    def __init__(self, s: EgoMotionSettings) -> None:
        self._s = s
        self._last: _Seen | None = None

    def reset(self) -> None:
        """Forget the last image: time jumped, or there was no depth."""
        self._last = None

    def estimate(self, bgr: NDArray[np.uint8], depth: DepthMap) -> Motion:
        """Return the motion since the frame before; NaN where it cannot be told.

        Parameters
        ----------
        bgr : (h, w, 3) uint8
            The image that the depth belongs to.
        depth : DepthMap
            In metres, with the attitude of the camera.
        """
        height, width = depth.depth_m.shape
        small = cv2.resize(bgr, (width, height), interpolation=cv2.INTER_AREA)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        before, self._last = self._last, _Seen(depth.stamp_ns, grey, depth)
        unknown = Motion(depth.stamp_ns, math.nan, math.nan, math.nan)
        # without a scale a step has no length; the turn alone helps nobody who needs the speed
        if before is None or not depth.status.scale_known:
            return unknown
        seconds = (depth.stamp_ns - before.stamp_ns) * 1e-9
        if not 0.0 < seconds <= self._s.longest_gap_s or np.array_equal(grey, before.grey):
            return unknown  # an image that repeats itself says nothing about standing still
        step = self._step(before, grey)
        return unknown if step is None else self._levelled(step, depth, seconds)

    def _step(
        self, before: _Seen, grey: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Return rotation vector (3,) and shift (3,) that take old optical points to new ones."""
        corners = self._corners(before)
        if len(corners) < self._s.least_corners:
            return None
        found, there, _ = cv2.calcOpticalFlowPyrLK(
            before.grey, grey, corners, np.empty_like(corners), **_FLOW
        )
        back, again, _ = cv2.calcOpticalFlowPyrLK(
            grey, before.grey, found, np.empty_like(corners), **_FLOW
        )
        astray_px = np.abs(back - corners).max(axis=(1, 2))
        kept = (there[:, 0] > 0) & (again[:, 0] > 0) & (astray_px < self._s.tolerance_px)
        if np.count_nonzero(kept) < self._s.least_corners:
            return None
        points = _lifted(corners[kept, 0], before.depth)
        return self._agreed(points, found[kept, 0], before.depth.camera)

    def _corners(self, before: _Seen) -> NDArray[np.float32]:
        """Return corners (n, 1, 2) of the old image that have depth within reach."""
        s = self._s
        usable = before.depth.depth_m < s.farthest_m  # NaN is not
        corners = cv2.goodFeaturesToTrack(
            before.grey, s.corners, s.quality, s.apart_px, mask=usable.astype(np.uint8)
        )
        return np.zeros((0, 1, 2), np.float32) if corners is None else np.asarray(corners)

    def _agreed(
        self, points: NDArray[np.float64], pixels: NDArray[np.float32], camera: Camera
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        s = self._s
        matrix = np.array([[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1.0]])
        ok, turn, shift, inliers = cv2.solvePnPRansac(
            points,
            pixels.astype(np.float64),
            matrix,
            None,
            iterationsCount=s.rounds,
            reprojectionError=s.tolerance_px,
            confidence=_CONFIDENCE,
            flags=cv2.SOLVEPNP_P3P,
        )
        if not ok or inliers is None:
            return None
        agree = inliers[:, 0]
        if len(agree) < max(s.least_corners, s.least_share * len(points)):
            return None
        turn, shift = cv2.solvePnPRefineLM(
            points[agree], pixels[agree].astype(np.float64), matrix, None, turn, shift
        )
        return np.asarray(turn[:, 0], np.float64), np.asarray(shift[:, 0], np.float64)

    def _levelled(
        self,
        step: tuple[NDArray[np.float64], NDArray[np.float64]],
        depth: DepthMap,
        seconds: float,
    ) -> Motion:
        level = depth.status.attitude.rotation()
        turn, shift = step
        way_m, turned_rad = level @ -shift, level @ -turn
        motion = Motion(
            depth.stamp_ns,
            forward_mps=float(way_m[0] / seconds),
            left_mps=float(way_m[1] / seconds),
            yaw_rate_radps=float(turned_rad[2] / seconds),
        )
        # not so: a step as NaN
        if not motion.speed_mps <= self._s.fastest_mps:
            return Motion(depth.stamp_ns, math.nan, math.nan, math.nan)
        return motion


def _lifted(pixels: NDArray[np.float32], depth: DepthMap) -> NDArray[np.float64]:
    """Return the optical-frame points (n, 3) of pixels (n, 2), metres."""
    camera = depth.camera
    column, row = np.rint(pixels).astype(np.intp).T
    z_m = depth.depth_m[row, column].astype(np.float64)
    x, y = (pixels[:, 0] - camera.cx) / camera.fx, (pixels[:, 1] - camera.cy) / camera.fy
    return np.column_stack([x * z_m, y * z_m, z_m])
