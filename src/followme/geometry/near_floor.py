"""B11: the floor right before the walker, which a step down beyond it must not tilt.

One plane through floor and a lower floor behind a kerb fits both badly: it leans over the edge,
and there is no hole. The nearest stretch in view is all floor, so the rest is held against that.
"""

from __future__ import annotations

import numpy as np

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


def over_near_floor(cloud: Cloud, whole: Attitude) -> Attitude | None:
    """Return how the camera stands over the nearest floor in view.

    Parameters
    ----------
    cloud : Cloud
        Of one frame.
    whole : Attitude
        How the camera stands over the plane of the whole image, in which the cloud is given.

    Returns
    -------
    Attitude or None
        None where no floor is near, or an edge lies in it.
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
    level_m, ahead, left = plane
    normal = np.array([-ahead, -left, 1.0])
    length = float(np.linalg.norm(normal))
    height_m = (whole.height_m - level_m) / length
    if height_m <= 0.0:
        return None
    return Attitude.from_floor(normal @ whole.rotation() / length, height_m)
