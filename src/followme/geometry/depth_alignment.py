"""The scale and shift, in inverse depth, that lay a network's depth over a sensor's.

A network that was trained on other scenes errs by a scale, and by a shift of inverse depth, far
more than in what stands before what (Ranftl et al., "Towards robust monocular depth estimation",
TPAMI 2022, section 5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.settings import DepthFusionSettings

_MOST = 1500  # more points say nothing more
_ROUNDS = 6
_FLAT = 0.03  # so small a misfit needs no explanation: a sensor may look at one wall
_MAD = 1.4826  # standard deviations by the median (Rousseeuw and Leroy, 1987)


@dataclass(frozen=True)
class Alignment:
    """``1 / metres = gain / guess + shift_per_m``.

    Parameters
    ----------
    gain : float
        Above 0: near stays near.
    shift_per_m : float
        Inverse metres.
    misfit : float
        Median misfit, as a share of the distance.
    ratio : float
        Median of the network's metres over the sensor's.
    residual_m : float
        Misfit in metres, at the median distance of the sensor.
    """

    gain: float
    shift_per_m: float
    misfit: float
    ratio: float
    residual_m: float

    def inverse(self, guess_m: NDArray[np.float32], far_m: float) -> NDArray[np.float32]:
        """Return inverse metres of a guess, nowhere farther than ``far_m``."""
        near_per_m = np.float32(self.gain) / guess_m + np.float32(self.shift_per_m)
        return np.asarray(np.maximum(near_per_m, np.float32(1.0 / far_m)))

    def misfit_of(self, guess_m: NDArray[np.float32], sensor_m: NDArray[np.float32]) -> float:
        """Return the median misfit of other pixels, each (N,), as a share of the distance."""
        per_m = self.gain / guess_m + self.shift_per_m
        return float(np.median(np.abs(1.0 - per_m * sensor_m)))


@dataclass(frozen=True)
class Refused:
    """Why a frame gives no alignment.

    Parameters
    ----------
    word : str
        One sentence.
    few : bool
        Whether the sensor gave too few pixels; else it contradicts the network.
    ratio : float
        Network over sensor where only that speaks against it; else NaN.
    """

    word: str
    few: bool = False
    ratio: float = math.nan


def align(
    guess_m: NDArray[np.float32], sensor_m: NDArray[np.float32], s: DepthFusionSettings
) -> Alignment | Refused:
    """Fit scale and shift by reweighted least squares with a redescending weight.

    Parameters
    ----------
    guess_m, sensor_m : (N,) float32
        Of the pixels where both are known, metres.
    s : DepthFusionSettings
        What is refused.
    """
    if guess_m.size < s.min_pixels:
        return Refused(
            f"The sensor gives {guess_m.size} usable pixels, fewer than {s.min_pixels}.", few=True
        )
    thin = slice(None, None, math.ceil(guess_m.size / _MOST))
    guess = guess_m[thin].astype(np.float64)
    sensor = sensor_m[thin].astype(np.float64)
    ratio = float(np.median(guess / sensor))
    gain, shift, misfit = _fit(1.0 / guess, 1.0 / sensor)
    if not misfit <= s.max_misfit:
        return Refused(f"The network does not fit the sensor: it is off by {misfit:.0%} at median.")
    if misfit > _FLAT and not _correlation(1.0 / guess, 1.0 / sensor) >= s.min_correlation:
        return Refused("The network does not fit the sensor: it explains none of its distances.")
    if not gain > 0.0:
        return Refused("The network contradicts the sensor: what is near is far to it.")
    if not s.ratio_low <= ratio <= s.ratio_high:
        return Refused(f"Sensor and network disagree by a factor of {ratio:.2f}.", ratio=ratio)
    return Alignment(gain, shift, misfit, ratio, misfit * float(np.median(sensor)))


def _fit(
    guess_per_m: NDArray[np.float64], sensor_per_m: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Return gain, shift and median relative misfit."""
    gain, shift = float(np.median(sensor_per_m / guess_per_m)), 0.0
    # a share of inverse depth is a share of depth, so that near and far count alike
    near, one = guess_per_m / sensor_per_m, 1.0 / sensor_per_m
    for _ in range(_ROUNDS):
        off = 1.0 - gain * near - shift * one
        width = 2.0 * _MAD * float(np.median(np.abs(off))) + 1e-4
        weight = 1.0 / (1.0 + (off / width) ** 2) ** 2  # Geman and McClure
        squares = np.array([weight @ (near * near), weight @ (near * one), weight @ (one * one)])
        determinant = squares[0] * squares[2] - squares[1] ** 2
        if determinant <= 1e-9 * squares[0] * squares[2]:
            break  # a guess that is the same everywhere has no shift of its own
        sides = weight @ near, weight @ one
        gain = float((squares[2] * sides[0] - squares[1] * sides[1]) / determinant)
        shift = float((squares[0] * sides[1] - squares[1] * sides[0]) / determinant)
    return gain, shift, float(np.median(np.abs(1.0 - gain * near - shift * one)))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return Pearson's coefficient, 0 where one of them never changes."""
    spread = float(np.std(one) * np.std(other))
    if spread <= 1e-9:
        return 0.0
    return float(np.mean((one - one.mean()) * (other - other.mean()))) / spread


class AlignmentTrack:
    """The alignment over time: smoothed, and held for a while when none can be made.

    Parameters
    ----------
    s : DepthFusionSettings
        How slowly it follows, how long it holds.
    """

    def __init__(self, s: DepthFusionSettings) -> None:
        self._s = s
        self._last: Alignment | None = None
        self._stamp_ns = 0

    def reset(self) -> None:
        """Forget it."""
        self._last = None

    def follow(self, stamp_ns: int, seen: Alignment) -> Alignment:
        """Take the alignment of one frame and return the smoothed one."""
        before = self.held(stamp_ns)
        if before is not None and self._s.smooth_s > 0.0:
            share = 1.0 - math.exp(-(stamp_ns - self._stamp_ns) * 1e-9 / self._s.smooth_s)
            seen = Alignment(
                before.gain + share * (seen.gain - before.gain),
                before.shift_per_m + share * (seen.shift_per_m - before.shift_per_m),
                before.misfit + share * (seen.misfit - before.misfit),
                seen.ratio,
                seen.residual_m,
            )
        self._last, self._stamp_ns = seen, stamp_ns
        return seen

    def held(self, stamp_ns: int) -> Alignment | None:
        """Return the last alignment, or None where it is too old."""
        age_s = (stamp_ns - self._stamp_ns) * 1e-9
        return self._last if 0.0 <= age_s <= self._s.keep_s else None
