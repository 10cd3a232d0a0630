"""Chosen points of a cloud as flat arrays, along and across the corridor."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.geometry.corridor import Corridor


@dataclass(frozen=True)
class Points:
    """Points that stand above the floor.

    Parameters
    ----------
    x_m, y_m, z_m, range_m : (N,) float32
        Walker frame; horizontal distance.
    ahead_m, aside_m : (N,) float32
        The same points along and across the corridor, left positive.
    pixel : (N,) int
        Flat index into the image, rising.
    """

    x_m: NDArray[np.float32]
    y_m: NDArray[np.float32]
    z_m: NDArray[np.float32]
    range_m: NDArray[np.float32]
    ahead_m: NDArray[np.float32]
    aside_m: NDArray[np.float32]
    pixel: NDArray[np.intp]

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Points:
        """Return the chosen ones."""
        return Points(
            self.x_m[chosen],
            self.y_m[chosen],
            self.z_m[chosen],
            self.range_m[chosen],
            self.ahead_m[chosen],
            self.aside_m[chosen],
            self.pixel[chosen],
        )


@dataclass(frozen=True)
class Split:
    """The points of a frame, split by the corridor.

    Parameters
    ----------
    inside : Points
        In the corridor: all of them.
    beside : Points
        Beside it: of every ``thinned``-th row and column.
    pixels : int
        How many pixels show something in the corridor, floor included.
    """

    inside: Points
    beside: Points
    pixels: int


def split(
    cloud: Cloud, corridor: Corridor, heading_rad: float, beside_m: float, thinned: int
) -> Split:
    """Split what stands in a cloud by the corridor.

    Parameters
    ----------
    cloud : Cloud
        Of one frame.
    corridor : Corridor
        Its width and length.
    heading_rad : float
        Its direction in the walker frame, left positive.
    beside_m : float
        Points farther from its middle are left out.
    thinned : int
        Beside the corridor, every how many rows and columns are enough.
    """
    c, s = np.float32(math.cos(heading_rad)), np.float32(math.sin(heading_rad))
    ahead_m = c * cloud.x_m + s * cloud.y_m
    aside_m = c * cloud.y_m - s * cloud.x_m
    off_m = np.abs(aside_m)
    within = off_m < corridor.half_width(ahead_m)
    within &= ahead_m > np.float32(0.0)  # NaN is not
    inside = within & cloud.stands
    thin = (slice(None, None, thinned), slice(None, None, thinned))
    beside = np.zeros_like(within)
    beside[thin] = cloud.stands[thin] & ~within[thin] & (off_m[thin] < np.float32(beside_m))
    seen = (cloud.stands | cloud.lies)[thin] & within[thin]
    seen &= ahead_m[thin] < np.float32(corridor.s.length_m)
    return Split(
        _taken(cloud, ahead_m, aside_m, inside),
        _taken(cloud, ahead_m, aside_m, beside),
        thinned**2 * int(np.count_nonzero(seen)),
    )


def _taken(
    cloud: Cloud,
    ahead_m: NDArray[np.float32],
    aside_m: NDArray[np.float32],
    chosen: NDArray[np.bool_],
) -> Points:
    pixel = np.flatnonzero(chosen)
    return Points(
        x_m=np.take(cloud.x_m, pixel),
        y_m=np.take(cloud.y_m, pixel),
        z_m=np.take(cloud.z_m, pixel),
        range_m=np.take(cloud.range_m, pixel),
        ahead_m=np.take(ahead_m, pixel),
        aside_m=np.take(aside_m, pixel),
        pixel=pixel,
    )
