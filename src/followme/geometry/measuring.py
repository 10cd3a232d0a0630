"""What is said about the points of one thing: where it is, how large, how far in the way (B1, B2).

Everything but its top is measured on its front, where the walker would touch it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.geometry.corridor import Corridor, Extent
from followme.geometry.distance import near_part, percentiles, robust_distance
from followme.geometry.points import Points
from followme.geometry.walls import Span
from followme.settings import DistanceSettings
from followme.values.obstacle import Kind, Zone

_UNDER = 3  # rows below the lowest pixel of a thing: clear of its blurred edge
_EDGE = 8  # rows: nearest points in these lowest ones, two degrees, are cut off by the image
_MANY = 3000  # more points say nothing more


def _no_pixels() -> NDArray[np.intp]:
    return np.zeros(0, np.intp)


@dataclass(frozen=True)
class Blob:
    """One thing of one frame.

    Parameters
    ----------
    x_m, y_m, z_m : float
        Its nearest point, walker frame.
    distance_m, sigma_m : float
        Horizontal distance by B2 and its standard deviation.
    angular_width_rad : float
        Between its leftmost and rightmost points.
    bottom_m, top_m : float
        Above the floor.
    y_min_m, y_max_m : float
        Lateral span, walker frame.
    aside_m, aside_min_m, aside_max_m : float
        Across the corridor: its nearest point and its span, left positive.
    reach_m, reach_narrow_m : float
        How far it reaches into the corridor, and into one that does not widen; negative: outside.
    overhang : bool or None
        Whether nothing below it stands on the floor; None where that cannot be seen.
    near_pixels : int
        How many of its pixels are near enough for an instant STOP (B6).
    cut : bool
        Whether its nearest points lie on the lower edge of the image: it may reach nearer.
    pixel : (N,) int
        Flat indices of its pixels in the depth map, thinned where there are many.
    pixel_weight : int
        For how many pixels each of them stands.
    kind : Kind
        DROP_OFF and UNKNOWN come from the floor, everything else is an OBJECT.
    at_most : Zone
        The most urgent zone that it may come into.
    """

    x_m: float
    y_m: float
    z_m: float
    distance_m: float
    sigma_m: float
    angular_width_rad: float
    bottom_m: float
    top_m: float
    y_min_m: float
    y_max_m: float
    aside_m: float
    aside_min_m: float
    aside_max_m: float
    reach_m: float
    reach_narrow_m: float
    overhang: bool | None
    near_pixels: int
    cut: bool = False
    pixel: NDArray[np.intp] = field(default_factory=_no_pixels, compare=False, repr=False)
    pixel_weight: int = 1
    kind: Kind = Kind.OBJECT
    at_most: Zone = Zone.STOP


class Ruler:
    """Measures things.

    Parameters
    ----------
    corridor : Corridor
        What they may reach into.
    s : DistanceSettings
        Percentile, depth of the front.
    instant_m : float
        What is nearer counts towards an instant STOP.
    """

    def __init__(self, corridor: Corridor, s: DistanceSettings, instant_m: float) -> None:
        self._corridor = corridor
        self._s = s
        self._instant_m = instant_m

    def span(self, points: Points) -> Span:
        """Return the stretch of floor that a thing takes."""
        right_m, left_m = percentiles(points.aside_m, 1.0, 99.0)
        near_m, far_m = percentiles(points.ahead_m, 1.0, 99.0)
        return Span(right_m, left_m, near_m, far_m)

    def measure(self, cloud: Cloud, points: Points, thinned: int = 1) -> Blob | None:
        """Measure one thing; None where it is too small to count (B1).

        Parameters
        ----------
        cloud : Cloud
            Of the frame.
        points : Points
            Of the thing.
        thinned : int
            Of how many pixels one is among them.
        """
        whole = points
        step = math.ceil(len(points.pixel) / _MANY)
        points = points.where(slice(None, None, step))
        map_sigma_m = float(np.median(np.take(cloud.sigma_m, points.pixel)))
        least = max(1, self._s.min_pixels // step)
        part = self._part_that_matters(points, least)
        is_front = near_part(part.range_m, map_sigma_m, least, self._s)
        front = part.where(np.flatnonzero(is_front))
        distance_m, sigma_m = robust_distance(front.range_m, map_sigma_m, self._s)
        bottom_m, top_m = self._heights(points, front, distance_m)
        if not self._counts(points, bottom_m, top_m, distance_m * cloud.pixel_rad):
            return None
        bearings_rad = np.arctan2(front.y_m, front.x_m)
        right_rad, left_rad = percentiles(bearings_rad, 1.0, 99.0)
        y_min_m, y_max_m = percentiles(front.y_m, 1.0, 99.0)
        aside_min_m, aside_max_m = percentiles(front.aside_m, 1.0, 99.0)
        nearest = front.range_m <= distance_m
        (bearing_rad,) = percentiles(bearings_rad[nearest], 50.0)
        (z_m,) = percentiles(front.z_m[nearest], 50.0)
        (aside_m,) = percentiles(front.aside_m[nearest], 50.0)
        reach_m, narrow_m = self._reach(front)
        return Blob(
            x_m=distance_m * math.cos(bearing_rad),
            y_m=distance_m * math.sin(bearing_rad),
            z_m=z_m,
            distance_m=distance_m,
            sigma_m=sigma_m,
            angular_width_rad=left_rad - right_rad,
            bottom_m=bottom_m,
            top_m=top_m,
            y_min_m=y_min_m,
            y_max_m=y_max_m,
            aside_m=aside_m,
            aside_min_m=aside_min_m,
            aside_max_m=aside_max_m,
            reach_m=reach_m,
            reach_narrow_m=narrow_m,
            overhang=self._overhang(whole, float(front.range_m.max()), cloud, bottom_m),
            near_pixels=step * int(np.count_nonzero(points.range_m <= self._instant_m)),
            cut=_is_cut(front.pixel[nearest], cloud),
            pixel=points.pixel,
            pixel_weight=step * thinned,
        )

    def _counts(self, points: Points, bottom_m: float, top_m: float, pixel_m: float) -> bool:
        right_m, left_m = percentiles(points.aside_m, 1.0, 99.0)
        near_m, far_m = percentiles(points.range_m, 1.0, 99.0)
        # from centre to centre a thing is one pixel narrower than it is
        extent = Extent(left_m - right_m + pixel_m, far_m - near_m, bottom_m, top_m)
        return self._corridor.big_enough(extent)

    def _part_that_matters(self, points: Points, least: int) -> Points:
        """Return what reaches far enough into the corridor to count, else all of it.

        A wall that closes in slowly is as far away as where it begins to be in the way.
        """
        reach_m = self._corridor.half_width(points.ahead_m) - np.abs(points.aside_m)
        deep = np.flatnonzero(reach_m >= self._corridor.s.intrusion_m)
        return points.where(deep) if deep.size >= least else points

    def _reach(self, front: Points) -> tuple[float, float]:
        """Return how far a front reaches into the corridor as it is, and as it never widens."""
        off_m = np.abs(front.aside_m)
        (reach_m,) = percentiles(self._corridor.half_width(front.ahead_m) - off_m, 90.0)
        (off_least_m,) = percentiles(off_m, 10.0)
        return reach_m, self._corridor.s.half_width_m - off_least_m

    def _heights(self, points: Points, front: Points, distance_m: float) -> tuple[float, float]:
        """Return lowest point of the front, 0 where it stands on the floor, and highest of all."""
        c = self._corridor.s
        below = front.z_m[front.range_m <= distance_m + c.support_m]
        (bottom_m,) = percentiles(below, 2.0)
        (top_m,) = percentiles(points.z_m, 98.0)
        floor_m = c.floor_tolerance_m + c.floor_tolerance_per_m * distance_m
        grounded = bottom_m < max(floor_m, c.foot_low_m) + c.foot_low_m
        return 0.0 if grounded else bottom_m, top_m

    def _overhang(
        self, points: Points, front_m: float, cloud: Cloud, bottom_m: float
    ) -> bool | None:
        """Whether a cane passes below; None where the space below is hidden or out of the image."""
        if bottom_m == 0.0:
            return False
        pixel = points.pixel[points.range_m <= front_m]
        height, width = cloud.range_m.shape
        lowest = np.full(width, -1)
        # pixels rise, so the lowest row of each column is written last and stays
        lowest[pixel % width] = pixel // width
        column = np.flatnonzero(lowest >= 0)
        below_m = cloud.range_m[:, column]
        seen = np.isfinite(below_m)
        seen &= np.arange(height)[:, None] >= lowest[column] + _UNDER
        # where depth is missing the next known pixel tells: floor before a thing that stands,
        # floor behind a thing that hangs
        first_m = below_m[np.argmax(seen, axis=0), np.arange(len(column))]
        farther = seen.any(axis=0) & (first_m > front_m)
        many = 2 * np.count_nonzero(farther) > len(column)
        return self._corridor.cane_blind(bottom_m) if many else None


def _is_cut(nearest: NDArray[np.intp], cloud: Cloud) -> bool:
    """Whether most of the nearest pixels lie on the lower edge of the image.

    A face that is cut off has as near points higher up; a level top, seen from above, has not.
    """
    height, width = cloud.range_m.shape
    return bool(2 * np.count_nonzero(nearest >= (height - _EDGE) * width) > nearest.size)
