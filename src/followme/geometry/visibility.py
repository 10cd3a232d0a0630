"""Whether the camera looks through the place where a thing should stand."""

from __future__ import annotations

import numpy as np

from followme.geometry.cloud import Cloud
from followme.values.depth_map import DepthMap

_MARGIN_M = 0.3  # farther behind than noise and drift explain
_HEIGHTS = np.array([0.15, 0.5, 0.85])


def seen_through(
    depth: DepthMap,
    cloud: Cloud,
    place_m: tuple[float, float],
    heights_m: tuple[float, float],
    sigma_m: float,
) -> bool:
    """Return True where most of a thing's place is in view and what is seen lies behind it.

    Anything else (out of the image, hidden, no depth there) does not speak against the thing.

    Parameters
    ----------
    depth : DepthMap
        Of this frame.
    cloud : Cloud
        The same as points.
    place_m : tuple of two floats
        Nearest point of the thing, walker frame.
    heights_m : tuple of two floats
        Its bottom and top.
    sigma_m : float
        Standard deviation of its distance.
    """
    bottom_m, top_m = heights_m
    points = np.empty((len(_HEIGHTS), 3))
    points[:, :2] = place_m
    points[:, 2] = bottom_m + _HEIGHTS * (top_m - bottom_m)
    pixels = depth.camera.project(depth.status.attitude.to_optical(points))
    limits = (depth.camera.width - 1, depth.camera.height - 1)
    inside = np.all((pixels >= 0.0) & (pixels <= limits), axis=1)  # NaN is not
    if 2 * np.count_nonzero(inside) <= len(points):
        return False
    column, row = np.rint(pixels[inside]).astype(int).T
    range_m = cloud.range_m[row, column]
    margin_m = max(_MARGIN_M, 2.0 * sigma_m)
    behind = range_m > np.hypot(*place_m) + margin_m  # NaN is not
    return bool(2 * np.count_nonzero(behind) > len(points))
