"""Whether the camera looks through the place where a thing should stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.geometry.looking import pixels_of
from followme.values.depth_map import DepthMap

_MARGIN_M = 0.3  # farther behind than noise and drift explain
_UP = np.array([0.1, 0.3, 0.5, 0.7, 0.9])  # shares of its height
_ACROSS = np.array([-0.25, 0.0, 0.25])  # shares of its width: its edges may be bare
_LEAST = 0.25  # share of the samples that must be in view and have depth
_MOST = 0.6  # share of those that must lie behind


@dataclass(frozen=True)
class Place:
    """Where a thing should be.

    Parameters
    ----------
    x_m, y_m : float
        Its nearest point, walker frame.
    width_m : float
        Across.
    bottom_m, top_m : float
        Above the floor.
    sigma_m : float
        Standard deviation of its distance.
    """

    x_m: float
    y_m: float
    width_m: float
    bottom_m: float
    top_m: float
    sigma_m: float

    def samples(self) -> NDArray[np.float64]:
        """Return points spread over it, (15, 3), walker frame."""
        points = np.empty((len(_UP), len(_ACROSS), 3))
        points[..., 0] = self.x_m
        points[..., 1] = self.y_m + _ACROSS * self.width_m
        points[..., 2] = (self.bottom_m + _UP * (self.top_m - self.bottom_m))[:, None]
        return points.reshape(-1, 3)


def seen_through(depth: DepthMap, cloud: Cloud, place: Place) -> bool:
    """Return True where a thing's place is in view and what is seen lies behind it.

    Anything else (out of the image, hidden, no depth there, a guess where a sensor saw nothing)
    does not speak against the thing.

    Parameters
    ----------
    depth : DepthMap
        Of this frame.
    cloud : Cloud
        The same as points.
    place : Place
        Where the thing should be.
    """
    points = place.samples()
    _, row, column = pixels_of(depth, points)
    range_m = cloud.range_m[row, column]
    range_m = range_m[np.isfinite(range_m) & ~depth.guessed((row, column))]
    if range_m.size < _LEAST * len(points):
        return False
    margin_m = max(_MARGIN_M, 2.0 * place.sigma_m)
    behind = range_m > math.hypot(place.x_m, place.y_m) + margin_m
    return bool(np.mean(behind) >= _MOST)
