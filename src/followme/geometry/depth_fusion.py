"""A network's depth laid over a sensor's: the sensor wins, the network fills its holes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.geometry.depth_alignment import Alignment, AlignmentTrack, Refused, align
from followme.geometry.depth_fill import bend, closed
from followme.settings import DepthFusionSettings
from followme.values.depth_map import MonocularDepth

Grid = NDArray[np.float32]

# Deviation over misfit: with it 2 sigma hold 0.93 to 0.99 of the withheld pixels of real frames
# (tools/measure_fusion.py), for a hole has more edges in it than its surroundings.
_SIGMA_PER_MISFIT = 1.2
_SIGMA_PER_MEDIAN = 1.4826  # of a normal distribution
_SQUARE = 7  # pixels: where a speckle's like are counted
_HELD = "The last scale that it gave holds for the network."


@dataclass(frozen=True, eq=False)
class Fused:
    """Depth of both.

    Parameters
    ----------
    depth_m : (h, w) float32
        Metres; NaN where neither knows.
    sigma_m : (h, w) float32
        Standard deviation; NaN where depth is.
    residual_m : float
        Median misfit of the alignment, metres.
    word : str
        What is odd about it, a sentence; empty when all is well.
    """

    depth_m: Grid
    sigma_m: Grid
    residual_m: float
    word: str = ""


class DepthFusion:
    """Aligns network and sensor frame by frame and remembers the alignment for a while.

    Parameters
    ----------
    s : DepthFusionSettings
        What is refused, how the alignment is followed.
    near_m, far_m : float
        Range of the depth that is given.
    """

    def __init__(self, s: DepthFusionSettings, near_m: float, far_m: float) -> None:
        self._s = s
        self._near_m, self._far_m = max(near_m, 1e-3), far_m
        self._track = AlignmentTrack(s)

    def reset(self) -> None:
        """Forget the alignment: time jumped."""
        self._track.reset()

    def fuse(
        self, stamp_ns: int, guess: MonocularDepth, sensor_m: Grid, sensor_sigma_m: Grid
    ) -> Fused | Refused:
        """Return the sensor's depth with its holes filled, or why they cannot be.

        Where the sensor gives too few pixels the last alignment holds for a while, and also where
        this frame gives none of its own but the last one fits.

        Parameters
        ----------
        stamp_ns : int
            Of both.
        guess : MonocularDepth
            Of any size.
        sensor_m, sensor_sigma_m : (h, w) float32
            Of the sensor at the work size; NaN unknown.
        """
        guess_m = _at_size(guess.depth_m, sensor_m.shape)
        both = np.isfinite(sensor_m) & np.isfinite(guess_m)
        seen = align(guess_m[both], sensor_m[both], self._s)
        if isinstance(seen, Alignment):
            now = self._track.follow(stamp_ns, seen)
            return self._bent(now, guess_m, sensor_m, sensor_sigma_m)
        held = self._track.held(stamp_ns)
        if held is None or not math.isnan(seen.ratio):
            return seen
        word = f"{seen.word} {_HELD}"
        if seen.few:
            fused = self._by(held, guess, guess_m, word)
            return _over(fused, sensor_m, sensor_sigma_m, np.isfinite(sensor_m))
        if not held.misfit_of(guess_m[both], sensor_m[both]) <= self._s.max_misfit:
            return seen
        return replace(self._bent(held, guess_m, sensor_m, sensor_sigma_m), word=word)

    def holds(self, stamp_ns: int) -> bool:
        """Return whether the last alignment still holds."""
        return self._track.held(stamp_ns) is not None

    def carried(self, stamp_ns: int, guess: MonocularDepth, shape: tuple[int, ...]) -> Fused | None:
        """Return a network's depth by the last alignment, or None where that is too old."""
        held = self._track.held(stamp_ns)
        if held is None:
            return None
        word = f"There is no sensor depth for this image. {_HELD}"
        return self._by(held, guess, _at_size(guess.depth_m, shape), word)

    def _by(self, held: Alignment, guess: MonocularDepth, guess_m: Grid, word: str) -> Fused:
        """Return a network's depth by an alignment, without anything local."""
        depth_m = self._within(held.inverse(guess_m, self._far_m))
        least = max(self._s.sigma_share, _SIGMA_PER_MEDIAN * held.misfit)
        sigma = np.maximum(_at_size(guess.log_std, guess_m.shape), np.float32(least))
        return Fused(depth_m, depth_m * sigma, held.residual_m, word)

    def _bent(
        self, alignment: Alignment, guess_m: Grid, sensor_m: Grid, sensor_sigma_m: Grid
    ) -> Fused:
        per_m = alignment.inverse(guess_m, self._far_m)
        unknown = np.isnan(per_m)
        per_m[unknown] = np.float32(1.0)  # any number will do: they are left out below
        bent = bend(per_m, sensor_m, _SIGMA_PER_MEDIAN * alignment.misfit)
        kept = np.isfinite(sensor_m) & ~self._speckle(sensor_m, bent.inverse_per_m)
        depth_m = self._within(closed(bent.inverse_per_m, sensor_m, kept))
        depth_m[unknown] = np.nan
        least = np.float32(self._s.sigma_share)
        share = np.hypot(np.float32(_SIGMA_PER_MISFIT) * bent.misfit, least)
        sigma_m = depth_m * _at_size(share, depth_m.shape)
        fused = Fused(depth_m, sigma_m, alignment.residual_m)
        return _over(fused, sensor_m, sensor_sigma_m, kept)

    def _within(self, per_m: Grid) -> Grid:
        """Return metres within range, in the place of inverse metres.

        A fit may err below nothing where no pixel holds it.
        """
        np.clip(per_m, np.float32(1.0 / self._far_m), np.float32(1.0 / self._near_m), out=per_m)
        return np.divide(np.float32(1.0), per_m, out=per_m)

    def _speckle(self, sensor_m: Grid, bent_per_m: Grid) -> NDArray[np.bool_]:
        """Return which sensor pixels contradict all around them and are too few to be a thing."""
        off = np.abs(sensor_m * bent_per_m - np.float32(1.0))
        odd = off > np.float32(self._s.speckle_share)  # NaN is not
        # a line one pixel wide fills the square better than a spot: a pole stays
        around = cv2.boxFilter(odd.astype(np.uint8), cv2.CV_8U, (_SQUARE, _SQUARE), normalize=False)
        return np.asarray(odd & (around <= self._s.speckle_px))


def _over(fused: Fused, sensor_m: Grid, sigma_m: Grid, kept: NDArray[np.bool_]) -> Fused:
    """Return a fused map with the sensor's own pixels where they are kept."""
    return Fused(
        np.where(kept, sensor_m, fused.depth_m),
        np.where(kept, sigma_m, fused.sigma_m),
        fused.residual_m,
        fused.word,
    )


def _at_size(values: Grid, shape: tuple[int, ...]) -> Grid:
    height, width = shape
    return np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR))
