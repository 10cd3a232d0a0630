"""A network's depth laid over a floor whose place is known: scale and shift of inverse depth.

A network takes a long hallway for a room: far things come too near, and the floor leans up. An
error like that is a shift of inverse depth (Ranftl et al., "Towards robust monocular depth
estimation", TPAMI 2022). Where up and the height of the camera are known, so is the inverse depth
of each pixel of a floor, and two numbers lay the network over it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.settings import FloorSettings
from followme.values.camera import Camera

_GRID = 80  # points across the image
_FAR_M = 6.0  # farther floor says more about noise
_DRAWS = 300
_ROUNDS = 4
_THINNED = 500  # points that choose among draws; all of them refine the best
_SHIFTS_PER_M = (-0.6, 0.1)  # seen were -0.4 to 0: a hallway to a room like those of its training
_SLOPES = (0.5, 2.5)
_BELOW = 2.0  # tolerances: what lies so far below a floor speaks against it
_MOST_BELOW = 0.5
# The floor is one of many looks at one thing: so many of its points count as independent, ...
_INDEPENDENT = 40.0
# ... and so far off the last shift and slope may be, for a short strip of floor tells but one.
_SHIFT_STD_PER_M, _SLOPE_STD = 0.10, 0.20
_SINGULAR = 1e-9


@dataclass(frozen=True)
class Level:
    """What lays a network's depth over the floor: ``1 / z = shift_per_m + slope / z_network``.

    Parameters
    ----------
    shift_per_m : float
        Of inverse depth; negative: the network had far things too near.
    slope : float
        One over the network's scale.
    """

    shift_per_m: float
    slope: float

    def depth_m(self, guess_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return true metres; infinity where that is beyond all distances."""
        with np.errstate(divide="ignore"):
            inverse = np.float32(self.shift_per_m) + np.float32(self.slope) / guess_m
            return np.where(inverse > 0.0, np.float32(1.0) / inverse, np.float32(np.inf))

    def stretch(
        self, guess_m: NDArray[np.float32], depth_m: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return by how much a relative error of the network grows in true metres."""
        return np.asarray(np.float32(self.slope) * depth_m / guess_m)


@dataclass(frozen=True)
class LevelFit:
    """A level, and how well the floor fits under it.

    Parameters
    ----------
    level : Level
    inliers : float
        Share of all valid pixels that lie on the floor, 0 to 1.
    residual_m : float
        Median height of those over the floor, without sign.
    ratio : float
        The network's metres over true ones on the floor, median.
    """

    level: Level
    inliers: float
    residual_m: float
    ratio: float


@dataclass(frozen=True)
class _Pairs:
    """Inverse depth of floor and of network at the pixels that may be floor.

    Parameters
    ----------
    floor, network : (N,) float64
        One over metres.
    tolerance : (N,) float64
        How far from the floor a point may be, as a share of the camera's height.
    """

    floor: NDArray[np.float64]
    network: NDArray[np.float64]
    tolerance: NDArray[np.float64]

    def misfit(self, shift: NDArray[np.float64], slope: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return heights over the floor in tolerances, (..., N), for shifts and slopes (...)."""
        inverse = np.maximum(shift[..., None] + slope[..., None] * self.network, 1e-3)
        return np.asarray((1.0 - self.floor / inverse) / self.tolerance)


class Leveller:
    """Lays a network's depth over the floor.

    Parameters
    ----------
    s : FloorSettings
        Tolerances, least share of the image, seed of the draws.
    """

    def __init__(self, s: FloorSettings) -> None:
        self._s = s

    def fit(
        self,
        guess_m: NDArray[np.float32],
        camera: Camera,
        up: NDArray[np.float64],
        height_m: float,
        last: Level | None = None,
    ) -> LevelFit | None:
        """Return what lays one answer over the floor, or None where too little floor is seen.

        Parameters
        ----------
        guess_m : (h, w) float32
            The network's metres along the optical axis; NaN unknown.
        camera : Camera
            At this size.
        up : (3,) float64
            Unit vector, optical frame.
        height_m : float
            Of the camera over the floor.
        last : Level or None
            Of a moment ago.
        """
        step = max(1, round(camera.width / _GRID))
        network = guess_m[::step, ::step].ravel().astype(np.float64)
        floor = -(camera.rays()[::step, ::step].reshape(-1, 3) @ up) / height_m
        valid = np.isfinite(network)
        below = valid & (floor > 1.0 / _FAR_M)
        least = max(12, int(self._s.min_inliers * np.count_nonzero(valid)))
        if np.count_nonzero(below) < least:
            return None
        inverse = floor[below]
        allowed_m = self._s.tolerance_m + self._s.tolerance_per_m / inverse
        pairs = _Pairs(inverse, 1.0 / network[below], allowed_m / height_m)
        found = self._drawn(pairs, last)
        if found is None:
            return None
        for _ in range(_ROUNDS):
            found = _refined(pairs, found, last)
        misfit = pairs.misfit(np.array(found.shift_per_m), np.array(found.slope))
        on = np.abs(misfit) <= 1.0
        count = int(np.count_nonzero(on))
        if count < least or np.count_nonzero(misfit < -_BELOW) > _MOST_BELOW * count:
            return None
        return LevelFit(
            found,
            count / int(np.count_nonzero(valid)),
            float(np.median(np.abs(misfit[on]) * allowed_m[on])),
            float(np.median(inverse[on] / pairs.network[on])),
        )

    def _drawn(self, pairs: _Pairs, last: Level | None) -> Level | None:
        """Return the best of many lines through two points each, and of the last one."""
        rng = np.random.default_rng(self._s.seed)
        one, other = rng.integers(0, len(pairs.floor), (2, _DRAWS))
        run = pairs.network[one] - pairs.network[other]
        apart = np.abs(run) > 1e-3
        slope = (pairs.floor[one] - pairs.floor[other])[apart] / run[apart]
        shift = pairs.floor[one][apart] - slope * pairs.network[one][apart]
        if last is not None:
            slope, shift = np.append(slope, last.slope), np.append(shift, last.shift_per_m)
        may = (shift >= _SHIFTS_PER_M[0]) & (shift <= _SHIFTS_PER_M[1])
        may &= (slope >= _SLOPES[0]) & (slope <= _SLOPES[1])
        if not may.any():
            return None
        shift, slope = shift[may], slope[may]
        step = math.ceil(len(pairs.floor) / _THINNED)
        few = _Pairs(pairs.floor[::step], pairs.network[::step], pairs.tolerance[::step])
        misfit = few.misfit(shift, slope)
        # as for planes: what agrees counts the more the better, what lies below speaks against
        score = np.maximum(0.0, 1.0 - misfit**2).sum(axis=1)
        score -= np.count_nonzero(misfit < -_BELOW, axis=1)
        best = int(np.argmax(score))
        return Level(float(shift[best]), float(slope[best]))


def _refined(pairs: _Pairs, level: Level, last: Level | None) -> Level:
    """Fit a level again to the points that agree with it, and loosely to the last one."""
    misfit = pairs.misfit(np.array(level.shift_per_m), np.array(level.slope))
    agrees = np.maximum(0.0, 1.0 - misfit**2)
    # a tolerance of height is this much of inverse depth
    weight = np.sqrt(agrees) / (pairs.floor * pairs.tolerance)
    weight *= math.sqrt(_INDEPENDENT / max(float(agrees.sum()), 1.0))
    # two unknowns: their normal equations take a fifth of the time of a general solver
    row, told = weight * pairs.network, weight * pairs.floor
    ones, cross, squares = float(weight @ weight), float(weight @ row), float(row @ row)
    right, right_row = float(weight @ told), float(row @ told)
    if last is not None:
        sure, sure_slope = _SHIFT_STD_PER_M**-2, _SLOPE_STD**-2
        ones, right = ones + sure, right + sure * last.shift_per_m
        squares, right_row = squares + sure_slope, right_row + sure_slope * last.slope
    determinant = ones * squares - cross**2
    if determinant <= _SINGULAR * ones * squares:
        return level  # all that agrees lies at one distance
    shift = (right * squares - right_row * cross) / determinant
    slope = (right_row * ones - right * cross) / determinant
    return Level(
        float(np.clip(shift, *_SHIFTS_PER_M)),
        float(np.clip(slope, *_SLOPES)),
    )
