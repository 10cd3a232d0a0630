"""Flying pixels: where a sensor saw an edge, and made one depth of near and far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followme.settings import DepthFusionSettings


def flying(depth_m: NDArray[np.float32], s: DepthFusionSettings) -> NDArray[np.bool_]:
    """Return which pixels hang between a nearer and a farther neighbour.

    One that is nearer than both of its neighbours is a thin thing and never flies; so the
    nearest pixel of a thing always stays.

    Parameters
    ----------
    depth_m : (h, w) float32
        Metres; NaN unknown.
    s : DepthFusionSettings
        How far from both.

    Returns
    -------
    (h, w) bool
        False on the rim, where one neighbour is missing, and beside unknown pixels.
    """
    found = np.zeros(depth_m.shape, bool)
    with np.errstate(invalid="ignore"):
        gap_m = np.float32(s.flying_m) + np.float32(s.flying_share) * depth_m
        for axis in (0, 1):
            middle, before, after = _beside(axis)
            step_m = np.diff(depth_m, axis=axis)
            here_m = gap_m[middle]
            up_m, down_m = step_m[before], step_m[after]
            falls = (up_m < -here_m) & (down_m < -here_m)
            found[middle] |= falls | ((up_m > here_m) & (down_m > here_m))
    return found


def _beside(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...], tuple[slice, ...]]:
    """Return the inner pixels of an axis, and their steps from the one before and to the next."""
    cut = (slice(1, -1), slice(None, -1), slice(1, None))
    if axis == 0:
        middle, before, after = ((c, slice(None)) for c in cut)
    else:
        middle, before, after = ((slice(None), c) for c in cut)
    return middle, before, after
