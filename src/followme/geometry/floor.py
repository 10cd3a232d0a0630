"""B11: the floor plane of each frame, by RANSAC with a gravity prior."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followme.geometry.plane import (
    Plane,
    plane_through,
    refine,
    upward_surfaces,
)
from followme.settings import FloorSettings
from followme.values.camera import Attitude, Camera
from followme.values.depth_map import FloorPlane

_GRID = 80  # points across the image that the floor is sought in
_FAR_M = 6.0  # farther floor says more about noise than about pitch
_WARM_ROUNDS = (3.0, 1.5, 1.0)  # tolerances, coarse to fine: a chest sways 5 degrees a frame
_COLD_ROUNDS = (1.0, 1.0)
_TIGHT_ROUNDS = 3
_OUTLIER = 2.5 * 1.4826  # standard deviations by the median (Rousseeuw and Leroy, 1987)
_LEAST_TIGHT = 0.1
_LOOSE = 0.4  # median misfit in tolerances: 0.5 is what points strewn at random have
_DOUBTFUL = 0.2  # and what two planes at an angle have between them; a floor has 0.13
_LEAST_STRIP = 40  # points that face up: fewer leave the tilt of a strip to noise
_MAX_BELOW = 0.5  # as many points below a plane, per point on it: a table top, no floor


@dataclass(frozen=True)
class FloorFit:
    """A floor and how well it fits.

    Parameters
    ----------
    plane : FloorPlane
        Optical frame.
    residual_m : float
        Median distance of its points from it.
    """

    plane: FloorPlane
    residual_m: float


@dataclass(frozen=True)
class FloorPrior:
    """What is known about the floor before one looks.

    Parameters
    ----------
    attitude : Attitude
        How the camera is expected to stand.
    max_tilt_deg : float
        How far the floor may be tilted from that.
    low_m, high_m : float
        Lowest and highest camera height that is believed.
    last_m : float
        Camera height over the last floor; NaN where none is remembered.
    """

    attitude: Attitude
    max_tilt_deg: float
    low_m: float
    high_m: float
    last_m: float = math.nan

    def up(self) -> NDArray[np.float32]:
        """Return the expected direction of up in the optical frame, (3,)."""
        return np.asarray(self.attitude.floor_normal().astype(np.float32))

    def near_last(self, step_m: float) -> FloorPrior:
        """Return one that believes no floor farther above or below the last one."""
        low_m, high_m = self.last_m - step_m, self.last_m + step_m
        return replace(self, low_m=max(self.low_m, low_m), high_m=min(self.high_m, high_m))

    @property
    def least_cosine(self) -> float:
        """Cosine of the largest tilt."""
        return math.cos(math.radians(self.max_tilt_deg))


class FloorFinder:
    """Finds the floor, starting from the last one where there is one.

    Parameters
    ----------
    s : FloorSettings
        Tolerances, prior, RANSAC.
    """

    def __init__(self, s: FloorSettings) -> None:
        self._s = s
        self._last: FloorPlane | None = None

    def reset(self) -> None:
        """Forget the last floor."""
        self._last = None

    def find(
        self,
        depth_m: NDArray[np.float32],
        camera: Camera,
        prior: FloorPrior,
    ) -> FloorFit | None:
        """Return the floor of one frame, or None where none can be trusted.

        Parameters
        ----------
        depth_m : (h, w) float32
            Metres along the optical axis; NaN unknown.
        camera : Camera
            At this size.
        prior : FloorPrior
            Gravity and height.
        """
        step = max(1, round(camera.width / _GRID))
        grid = (camera.rays()[::step, ::step] * depth_m[::step, ::step, None]).astype(np.float32)
        points = grid[np.isfinite(grid[..., 2])]  # (N, 3)
        useful = _useful(points, prior)
        least = max(12, int(self._s.min_inliers * len(points)))
        fit = None
        if len(useful) >= least:
            fit = self._warm(useful, prior, least)
            if fit is None:
                fit = self._cold(grid, useful, prior, least)
            remembered = not math.isnan(prior.last_m)
            if remembered and (fit is None or self._is_doubtful(useful, fit[0])):
                fit = self._facing_up(grid, useful, prior)
        if fit is None:
            self._last = None
            return None
        plane, residual_m, on = fit
        floor = FloorPlane(plane.normal, plane.offset_m, on / len(points))
        self._last = floor
        return FloorFit(floor, residual_m)

    def _warm(
        self,
        points: NDArray[np.float32],
        prior: FloorPrior,
        least: int,
    ) -> tuple[Plane, float, int] | None:
        """Follow the last floor: no draws, a few sums."""
        if self._last is None:
            return None
        start = Plane(self._last.normal, self._last.offset_m)
        return self._settled(points, start, _WARM_ROUNDS, prior, least)

    def _cold(
        self,
        grid: NDArray[np.float32],
        points: NDArray[np.float32],
        prior: FloorPrior,
        least: int,
    ) -> tuple[Plane, float, int] | None:
        """Draw planes from points whose surroundings face up, and keep the best."""
        up = prior.up()
        candidates = _useful(upward_surfaces(grid, up, prior.max_tilt_deg), prior)
        if len(candidates) < 12:
            return None
        rng = np.random.default_rng(self._s.seed)
        draws = rng.integers(0, len(candidates), (self._s.iterations, 3))
        normals, offsets = plane_through(candidates[draws], up)  # (K, 3), (K,)
        fits = normals @ up >= prior.least_cosine
        fits &= (offsets >= prior.low_m) & (offsets <= prior.high_m)
        if not fits.any():
            return None
        normals, offsets = normals[fits], offsets[fits]
        thinned = points[:: max(1, len(points) // 1500)]
        misfit = (thinned @ normals.T + offsets) / self._tolerance(thinned)[:, None]  # (M, K)
        # near points count more than those that just agree (Torr and Zisserman, MSAC, 2000);
        # what lies below a plane speaks against it: below a floor there is nothing
        agree = np.maximum(np.float32(1.0) - misfit * misfit, np.float32(0.0))
        score = agree.sum(axis=0) - np.count_nonzero(misfit < -2.0, axis=0)
        best = int(np.argmax(score))
        normal = normals[best]
        start = Plane((float(normal[0]), float(normal[1]), float(normal[2])), float(offsets[best]))
        return self._settled(points, start, _COLD_ROUNDS, prior, least)

    def _settled(
        self,
        points: NDArray[np.float32],
        start: Plane,
        rounds: tuple[float, ...],
        prior: FloorPrior,
        least: int,
    ) -> tuple[Plane, float, int] | None:
        """Refine a plane and say whether it can be the floor."""
        tolerance_m = self._tolerance(points)
        plane: Plane | None = start
        for widen in rounds:
            plane = refine(points, tolerance_m, widen, plane) if plane is not None else None
        for _ in range(_TIGHT_ROUNDS if plane is not None else 0):
            plane = plane and self._tightened(points, tolerance_m, plane)
        if plane is None or not prior.low_m <= plane.offset_m <= prior.high_m:
            return None
        if float(plane.vector() @ prior.up()) < prior.least_cosine:
            return None
        off_m = plane.over(points)
        on = np.abs(off_m) <= tolerance_m
        count = int(np.count_nonzero(on))
        if count and float(np.median(np.abs(off_m[on]) / tolerance_m[on])) > _LOOSE:
            return None
        below = int(np.count_nonzero(off_m < -2.0 * tolerance_m))
        if count < least or below > _MAX_BELOW * count:
            return None
        return plane, float(np.median(np.abs(off_m[on]))), count

    def _is_doubtful(self, points: NDArray[np.float32], plane: Plane) -> bool:
        """Whether the foot of a wall or a step may tilt a plane: a short strip, or a loose fit."""
        tolerance_m = self._tolerance(points)
        misfit = np.abs(plane.over(points)) / tolerance_m
        on = misfit <= 1.0
        if float(np.median(misfit[on])) > _DOUBTFUL:
            return True
        level = np.array([0.0, 0.0, 1.0]) - plane.normal[2] * plane.vector()
        ahead = (level / max(float(np.linalg.norm(level)), 1e-6)).astype(np.float32)
        near_m, far_m = np.percentile(points[on] @ ahead, (5.0, 95.0))
        return bool(far_m - near_m < self._s.short_m)

    def _facing_up(
        self, grid: NDArray[np.float32], points: NDArray[np.float32], prior: FloorPrior
    ) -> tuple[Plane, float, int] | None:
        """Fit the floor to what faces up alone, and to no two levels of it.

        The foot of the wall behind a short strip of floor lies within the tolerance as well, and
        tilts a plane that nothing farther away holds.
        """
        prior = prior.near_last(self._s.strip_step_m)  # the treads of stairs face up as well
        level = _useful(upward_surfaces(grid, prior.up(), prior.max_tilt_deg), prior)
        found = self._cold(grid, level, prior, _LEAST_STRIP)
        if found is None:
            return None
        misfit = np.abs(found[0].over(points)) / self._tolerance(points)
        on = misfit <= 1.0
        level_misfit = np.abs(found[0].over(level)) / self._tolerance(level)
        if float(np.median(level_misfit[level_misfit <= 1.0])) > _DOUBTFUL:
            return None
        return found[0], found[1], int(np.count_nonzero(on))

    def _tightened(
        self, points: NDArray[np.float32], tolerance_m: NDArray[np.float32], plane: Plane
    ) -> Plane | None:
        """Fit again to what agrees best, for the feet of walls lie within the tolerance too."""
        misfit = np.abs(plane.over(points)) / tolerance_m
        misfit = misfit[misfit <= 1.0]
        if not misfit.size:
            return None
        widen = float(np.clip(_OUTLIER * np.median(misfit), _LEAST_TIGHT, 1.0))
        return refine(points, tolerance_m, widen, plane)

    def _tolerance(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        slope = np.float32(self._s.tolerance_per_m)
        return np.asarray(np.float32(self._s.tolerance_m) + slope * points[:, 2])


def _useful(points: NDArray[np.float32], prior: FloorPrior) -> NDArray[np.float32]:
    """Return the points that may be floor: well below the camera and not too far."""
    # steep rays meet a floor at its height, shallow ones that a tilt may hide a little above
    below = points @ prior.up() < -0.5 * prior.low_m
    return np.asarray(points[below & (points[:, 2] < _FAR_M)])
