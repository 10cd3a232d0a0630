"""Depth of corners by the walker's own step: what stands near moves most in the image.

A network tells what it has learnt. A cupboard at head height, a chair whose back is thin: it may
know neither and look through both. Their corners still move as the corners of near things do.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.geometry.camera_step import WORST_SHARE, Step, step_between, triangulated
from followme.geometry.edge_depth import fitted_along, points_on
from followme.values.camera import Camera

_FLOW: dict[str, Any] = {
    # OpenCV takes eight columns at a time: eight cost half of eleven
    "winSize": (8, 12),
    "criteria": (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 15, 0.02),
    "flags": cv2.OPTFLOW_USE_INITIAL_FLOW,
}
# Levels of the pyramid: where nothing is known; where a corner goes on as it did; on the way back
_FIRST, _NEXT, _BACK = 3, 1, 1
_HOP_S = 0.08  # a camera of 30 images a second asks for no more hops than one of ten
_CORNERS, _QUALITY, _APART_PX = 400, 0.003, 5.0
_ASTRAY_PX = 0.7  # there and back again
_LONGEST_S = 0.35  # farther back corners look too different, and people have moved
_SHORTEST_S = 0.15
_LEAST_STEP_M = 0.08  # at 2 m and 60 pixels from where one walks to: two and a half pixels
_FARTHEST_M = 6.0
_NEAREST_M = 0.25
_STILL_PX = 0.5  # who stands sways less than this
_FASTEST_MPS = 3.0
_KEPT_S = 0.5  # corners without a step that tells where they are by now


@dataclass(frozen=True)
class Ranged:
    """Corners whose depth the walker's steps told.

    Parameters
    ----------
    pixel : (N, 2) float64
        Column and row.
    depth_m, sigma_m : (N,) float64
        Along the optical axis.
    """

    pixel: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    sigma_m: NDArray[np.float64]


_NONE = Ranged(np.zeros((0, 2)), np.zeros(0), np.zeros(0))


class Parallax:
    """Ranges corners while the walker walks, and keeps in view what it ranged while one stands."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all images: time jumped."""
        self._images: deque[tuple[int, NDArray[np.uint8]]] = deque()
        self._ranged = _NONE
        self._ranged_ns = 0

    def measure(
        self,
        stamp_ns: int,
        grey: NDArray[np.uint8],
        depth_m: NDArray[np.float32],
        camera: Camera,
        up: NDArray[np.float64],
        ends: NDArray[np.float64],
    ) -> Ranged:
        """Return the corners and points on edges of an image whose depth is known.

        Parameters
        ----------
        stamp_ns : int
            Of the image.
        grey : (h, w) uint8
            The image.
        depth_m : (h, w) float32
            As it is believed so far: most of it must be right, for it tells how far the step was.
        camera : Camera
            At this size.
        up : (3,) float64
            Unit vector, optical frame.
        ends : (N, 4) float64
            Of the straight edges of the image, see :func:`followme.geometry.uprights`.
        """
        before = self._images[-1][1] if self._images else grey
        self._images.append((stamp_ns, grey))
        while _seconds(self._images[0][0], stamp_ns) > _LONGEST_S + 1e-6:
            self._images.popleft()
        now, then = self._corners()
        if not len(now):
            return self._kept(before, grey, stamp_ns)
        if float(np.median(np.linalg.norm(now - then, axis=1))) < _STILL_PX:
            self._ranged_ns = stamp_ns
            return self._kept(before, grey, stamp_ns)
        column, row = np.rint(now).astype(np.intp).T
        step = step_between(now, then, depth_m[row, column].astype(np.float64), camera)
        seconds = _seconds(self._images[0][0], stamp_ns)
        if (
            step is None
            or not step.is_level(up)
            or not _LEAST_STEP_M <= step.length_m <= _FASTEST_MPS * seconds
        ):
            return self._kept(before, grey, stamp_ns)
        corners = _where_told(now, *triangulated(now, then, step, camera))
        along = self._along_edges(ends, step, camera)
        self._ranged = Ranged(*(np.concatenate(both) for both in zip(corners, along, strict=True)))
        self._ranged_ns = stamp_ns
        return self._ranged

    def _along_edges(
        self, ends: NDArray[np.float64], step: Step, camera: Camera
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return points on edges, their depth and its deviation: many things have few corners.

        Of a point on an edge only what it moves across the edge can be seen; the points of one
        edge have to agree, and inverse depth is linear along it.
        """
        points = points_on(ends)
        then, kept = _traced(self._trail(), points.pixel)
        points, then = points.where(kept), then[kept]
        found_m, share, _ = triangulated(points.pixel, then, step, camera, points.across)
        good = (share < WORST_SHARE) & (found_m > _NEAREST_M) & (found_m < _FARTHEST_M)
        found_m, good = fitted_along(points, found_m, good)
        return _where_told(points.pixel, found_m, share, good)

    def _kept(self, before: NDArray[np.uint8], grey: NDArray[np.uint8], now_ns: int) -> Ranged:
        """Return what was ranged before, where it is now; not for long while one may walk."""
        if _seconds(self._ranged_ns, now_ns) > _KEPT_S or not len(self._ranged.pixel):
            self._ranged = _NONE
            return self._ranged
        r = self._ranged
        pixel, there = _traced([before, grey], r.pixel)
        self._ranged = Ranged(pixel[there], r.depth_m[there], r.sigma_m[there])
        return self._ranged

    def _corners(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where corners are in the newest image and in the oldest, pixels (N, 2)."""
        none = np.zeros((0, 2))
        if _seconds(self._images[0][0], self._images[-1][0]) < _SHORTEST_S:
            return none, none
        found = cv2.goodFeaturesToTrack(self._images[-1][1], _CORNERS, _QUALITY, _APART_PX)
        if found is None:
            return none, none
        now = np.asarray(found, np.float64).reshape(-1, 2)
        then, kept = _traced(self._trail(), now)
        return now[kept], then[kept]

    def _trail(self) -> list[NDArray[np.uint8]]:
        """Return images from the newest to the oldest, a hop apart."""
        (oldest_ns, oldest), last_ns = self._images[0], self._images[-1][0]
        trail = [self._images[-1][1]]
        for stamp_ns, grey in reversed(self._images):
            if min(_seconds(stamp_ns, last_ns), _seconds(oldest_ns, stamp_ns)) >= _HOP_S - 1e-6:
                trail.append(grey)
                last_ns = stamp_ns
        return [*trail, oldest]


def _traced(
    images: list[NDArray[np.uint8]], pixel: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return where pixels (N, 2) of the first image are in the last, and which were found there.

    From image to image, each as far as the last time to begin with; what is found must lead back
    to where it came from, in one leap.
    """
    kept = np.ones(len(pixel), bool)
    if not len(pixel):
        return pixel, kept
    start: NDArray[np.float32] = pixel.astype(np.float32)[:, None]
    at = start
    guess, levels = start, _FIRST
    for one, other in pairwise(images):
        new, there, _ = cv2.calcOpticalFlowPyrLK(
            one, other, at, guess.copy(), maxLevel=levels, **_FLOW
        )
        kept &= there[:, 0] > 0
        found = np.asarray(new, np.float32)
        at, guess, levels = found, np.float32(2.0) * found - at, _NEXT
    back, there, _ = cv2.calcOpticalFlowPyrLK(
        images[-1], images[0], at, start.copy(), maxLevel=_BACK, **_FLOW
    )
    kept &= (there[:, 0] > 0) & (np.abs(back - start).max(axis=(1, 2)) < _ASTRAY_PX)
    kept &= (at[:, 0] >= 0.0).all(axis=1)
    kept &= (at[:, 0] <= np.array(images[0].shape[::-1]) - 1.0).all(axis=1)
    return at[:, 0].astype(np.float64), kept


def _seconds(begin_ns: int, end_ns: int) -> float:
    return (end_ns - begin_ns) * 1e-9


def _where_told(
    pixel: NDArray[np.float64],
    found_m: NDArray[np.float64],
    share: NDArray[np.float64],
    fits: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return pixels, depth and deviation where a step tells the depth well enough."""
    told = fits & (share < WORST_SHARE) & (found_m > _NEAREST_M) & (found_m < _FARTHEST_M)
    return pixel[told], found_m[told], (share * found_m)[told]
