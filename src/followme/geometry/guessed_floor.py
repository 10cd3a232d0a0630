"""Floor that a network filled in is not floor that was seen (B11).

A network fills holes in the floor, and looks through glass. So where its depth fills a sensor's,
it may add a thing that stands; it never makes floor free, and never shows that a thing is gone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from followme.values.depth_map import DepthMap, Provenance


def without_guessed_floor(depth: DepthMap) -> DepthMap:
    """Return a fused depth map that is unknown where a guess is all that speaks for the floor.

    What stands above the floor by more than two standard deviations stays.

    Parameters
    ----------
    depth : DepthMap
        Any; one that was not fused comes back as it is.
    """
    if depth.status.provenance is not Provenance.FUSED:
        return depth
    guessed = depth.guessed()
    attitude = depth.status.attitude
    up = attitude.rotation()[2].astype(np.float32)
    rays = depth.camera.rays()
    rise = up[0] * rays[:1, :, 0] + (up[1] * rays[:, :1, 1] + up[2])  # metres a metre of depth
    doubt_m = np.float32(2.0) * np.abs(rise) * depth.sigma_m
    height_m = np.float32(attitude.height_m) + rise * depth.depth_m
    guessed &= height_m <= doubt_m  # NaN is not
    if not guessed.any():
        return depth
    unknown = np.float32(np.nan)
    return replace(
        depth,
        depth_m=np.where(guessed, unknown, depth.depth_m),
        sigma_m=np.where(guessed, unknown, depth.sigma_m),
    )
