"""Where points of the walker frame lie in a depth map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followme.values.depth_map import DepthMap


def pixels_of(
    depth: DepthMap, points_m: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return which points are in view, and where.

    Parameters
    ----------
    depth : DepthMap
        With the attitude of the camera.
    points_m : (N, 3) float64
        Walker frame.

    Returns
    -------
    index, row, column : (M,) int
        Of each point in view: its place among the points, and its pixel.
    """
    pixels = depth.camera.project(depth.status.attitude.to_optical(points_m))
    limits = (depth.camera.width - 1, depth.camera.height - 1)
    index = np.flatnonzero(np.all((pixels >= 0.0) & (pixels <= limits), axis=1))  # NaN is not
    column, row = np.rint(pixels[index]).astype(np.intp).T
    return index, row, column
