"""B11: the floor right before the walker, which a step down beyond it must not tilt.

One plane through floor and a lower floor behind a kerb fits both badly: it leans over the edge,
and there is no hole. The nearest stretch in view is all floor, so the rest is held against that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.values.camera import Attitude

_THIN = 4
_BESIDE_M = 0.8
_STRETCH_M = 0.8  # so much floor tells its slope to 0.2 degrees
_FARTHEST_M = 3.5  # where it must begin at the latest
_LEVEL_M = 0.3  # what is farther off the plane of the whole image is no floor
_ROUNDS_M = (0.10, 0.04, 0.04)
_LEAST = 60  # points
_MOST_SHARE = 0.75  # of the stretch must lie on it; less, and it has an edge in it
_ROUGH_M = 0.02  # mean distance of its points


@dataclass(frozen=True)
class NearFloor:
    """Height of the near floor over the plane of the whole image: ``z = level + ahead x + left y``.

    Parameters
    ----------
    level_m : float
        Below the camera.
    ahead, left : float
        Slopes, metres a metre.
    """

    level_m: float
    ahead: float
    left: float

    def height_m(self, x_m: NDArray[np.floating], y_m: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return its height at points of the walker frame, metres."""
        return np.asarray(self.level_m + self.ahead * x_m + self.left * y_m, np.float64)

    def attitude(self, whole: Attitude) -> Attitude:
        """Return how the camera stands over it; ``whole`` is how over the plane of the image."""
        pitch_rad = whole.pitch_rad + math.atan(self.ahead)
        limit = 0.5 * math.pi
        return replace(
            whole,
            height_m=max(0.0, whole.height_m - self.level_m),
            pitch_rad=max(-limit, min(limit, pitch_rad)),
        )


def near_floor(cloud: Cloud) -> NearFloor | None:
    """Return the nearest floor in view; None where there is none, or an edge lies in it.

    Parameters
    ----------
    cloud : Cloud
        Of one frame.
    """
    thin = (slice(None, None, _THIN), slice(None, None, _THIN))
    x_m, y_m, z_m = (a[thin].ravel() for a in (cloud.x_m, cloud.y_m, cloud.z_m))
    with np.errstate(invalid="ignore"):
        level = (np.abs(z_m) < _LEVEL_M) & (np.abs(y_m) < _BESIDE_M) & (x_m > 0.0)
    x_m, y_m, z_m = x_m[level], y_m[level], z_m[level]
    if len(x_m) < _LEAST:
        return None
    begins_m = float(np.partition(x_m, _LEAST // 10)[_LEAST // 10])
    if begins_m > _FARTHEST_M:
        return None
    close = x_m < begins_m + _STRETCH_M
    points = np.stack([np.ones(close.sum()), x_m[close], y_m[close]], axis=1).astype(np.float64)
    heights_m = z_m[close].astype(np.float64)
    if len(points) < _LEAST:
        return None
    plane = np.array([float(np.median(heights_m)), 0.0, 0.0])
    for round_m in _ROUNDS_M:
        on = np.abs(heights_m - points @ plane) < round_m
        if np.count_nonzero(on) < _LEAST:
            return None
        plane = np.linalg.lstsq(points[on], heights_m[on], rcond=None)[0]
    off_m = np.abs(heights_m - points @ plane)
    on = off_m < _ROUNDS_M[-1]
    if np.mean(on) < _MOST_SHARE or float(np.mean(off_m[on])) > _ROUGH_M:
        return None
    return NearFloor(*(float(p) for p in plane))
