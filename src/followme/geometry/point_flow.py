"""How fast a thing comes nearer by itself: whether its points are still where they were (B3).

The nearest point of a thing jumps from leg to leg, and slides along a wall while one turns. Its
points do not: one that stands is found again where the walker's own motion carries it, and one
that moves is found nearer or farther along the same ray.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.geometry.looking import pixels_of
from followme.geometry.measuring import Blob
from followme.geometry.motion_step import MotionStep
from followme.settings import DistanceSettings
from followme.values.depth_map import DepthMap

_SPOTS = 60  # more points of one thing say nothing more
_LEAST, _LEAST_SHARE = 6, 0.3  # so many must be found again
_STEEP_M = 0.05  # a surface that falls back more between two neighbours is seen edge-on
_NOISES = 3.0  # what is farther off by so many standard deviations is another surface
# So near to the end of the range noise hides far points, and the rest seems to come nearer: by
# 0.03 standard deviations of a median here, by 0.2 with one less.
_NOISES_TO_END = 2.0


@dataclass(frozen=True)
class Spots:
    """Points of things at one frame.

    Parameters
    ----------
    track : (N,) int
        Whose point each is.
    xyz_m : (N, 3) float64
        Walker frame of that frame.
    """

    track: NDArray[np.int64]
    xyz_m: NDArray[np.float64]


NO_SPOTS = Spots(np.empty(0, np.int64), np.empty((0, 3)))


def spots_of(cloud: Cloud, seen: Mapping[int, Blob], s: DistanceSettings) -> Spots:
    """Return points on the fronts of things, to be looked for in the next frame.

    Parameters
    ----------
    cloud : Cloud
        Of the frame.
    seen : mapping of track to Blob
        The things of it.
    s : DistanceSettings
        How deep a front is, and how far away things are followed.
    """
    ids, chosen = [], []
    for id, blob in seen.items():
        pixel = blob.pixel
        # noise must not choose the points: what it made seem near would seem to go away
        sigma_m = np.take(cloud.sigma_m, pixel)
        most_m = blob.distance_m + s.front_m + _NOISES * sigma_m
        front = pixel[(np.take(cloud.range_m, pixel) <= most_m) & _is_level(cloud, pixel)]
        end_m = blob.distance_m + s.front_m + _NOISES_TO_END * float(sigma_m.max(initial=0.0))
        if not front.size or end_m > s.max_m:
            continue
        if _falls_back(cloud, front):
            continue
        few = front[:: max(1, math.ceil(front.size / _SPOTS))]
        ids.append(np.full(few.size, id))
        chosen.append(few)
    if not ids:
        return NO_SPOTS
    pixel = np.concatenate(chosen)
    xyz_m = np.stack([np.take(a, pixel) for a in (cloud.x_m, cloud.y_m, cloud.z_m)], axis=1)
    return Spots(np.concatenate(ids), xyz_m.astype(np.float64))


def own_approach(
    spots: Spots, depth: DepthMap, cloud: Cloud, step: MotionStep, fastest_mps: float
) -> dict[int, float]:
    """Return how fast each thing came nearer by itself since the last frame, m/s.

    Parameters
    ----------
    spots : Spots
        Of the last frame.
    depth : DepthMap
        Of this frame.
    cloud : Cloud
        The same as points.
    step : MotionStep
        The walker's move between; it must be known.
    fastest_mps : float
        What would be faster is another surface.

    Returns
    -------
    dict of track to float
        Negative: it goes away. Things too few of whose points were found again are left out.
    """
    if not spots.track.size or step.dt_s <= 0.0:
        return {}
    there_m = _carried(spots.xyz_m, step)
    inside, row, column = pixels_of(depth, there_m)
    nearer_m = np.hypot(there_m[inside, 0], there_m[inside, 1]) - cloud.range_m[row, column]
    most_m = fastest_mps * step.dt_s + _NOISES * cloud.sigma_m[row, column]
    found = np.abs(nearer_m) <= most_m  # NaN is not
    track, nearer_m = spots.track[inside][found], nearer_m[found]
    ids, counts = np.unique(spots.track, return_counts=True)
    flows = {}
    for id, count in zip(ids.tolist(), counts.tolist(), strict=True):
        own_m = nearer_m[track == id]
        if own_m.size >= max(_LEAST, _LEAST_SHARE * count):
            flows[id] = float(np.median(own_m)) / step.dt_s
    return flows


def _is_level(cloud: Cloud, pixel: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which points lie on a surface that is not seen edge-on; there a pixel is a way."""
    width = cloud.range_m.shape[1]
    column = pixel % width
    right = pixel + (column < width - 1)
    left = pixel - (column > 0)
    step_m = np.abs(np.take(cloud.range_m, right) - np.take(cloud.range_m, left))
    return np.asarray(step_m <= 2 * _STEEP_M + _NOISES * np.take(cloud.sigma_m, pixel))


def _falls_back(cloud: Cloud, pixel: NDArray[np.intp]) -> bool:
    """Whether a front is mostly a level top: a slightly wrong pitch moves its points far."""
    up = -(pixel // cloud.range_m.shape[1]).astype(np.float64)
    up -= up.mean()
    spread = float(up @ up)
    fall_m = float(up @ np.take(cloud.range_m, pixel).astype(np.float64))
    return spread > 0.0 and abs(fall_m) / spread > _STEEP_M


def _carried(xyz_m: NDArray[np.float64], step: MotionStep) -> NDArray[np.float64]:
    """Return where standing points of the old walker frame lie in the new one."""
    x, y = step.carry(xyz_m[:, 0], xyz_m[:, 1])
    return np.stack([x, y, xyz_m[:, 2]], axis=1)
