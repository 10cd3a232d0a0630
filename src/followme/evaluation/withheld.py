"""How far off depth is at pixels that a sensor measured and that were withheld from the fusion."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.geometry.metric_depth import MetricDepth
from followme.geometry.pooling import pool_nearest
from followme.settings import DepthSettings, FloorSettings, WalkerSettings
from followme.values.depth_map import DepthMap, ImageHealth, MonocularDepth, Provenance
from followme.values.frame import Frame

#: From a size (rows, columns) and a generator to the pixels that are withheld, bool.
Withhold = Callable[[tuple[int, int], np.random.Generator], NDArray[np.bool_]]

_WITHIN_M = 3.0  # the withheld pixels that count: those that a walker is warned of


@dataclass(frozen=True)
class Shot:
    """A frame with its sensor depth, and what a network says about it."""

    frame: Frame
    guess: MonocularDepth


@dataclass(frozen=True)
class Score:
    """Errors over all frames.

    Parameters
    ----------
    median_m : float
        Median error at the withheld pixels within 3 m; unanswered ones are left out.
    unanswered : float
        Share of those pixels that stayed unknown.
    within_two_sigma : float
        Share of the answered ones that err by less than two standard deviations.
    abs_rel : float
        Mean relative error over all pixels that the sensor knew, withheld or not, mean of frames.
    provenance : dict of str to int
        Whose metres they were, in frames.
    ms : float
        Median CPU time of metric depth and floor, milliseconds.
    """

    median_m: float
    unanswered: float
    within_two_sigma: float
    abs_rel: float
    provenance: dict[str, int]
    ms: float


def in_blobs(share: float, blob_px: float) -> Withhold:
    """Return what withholds a share of the pixels in blobs.

    Parameters
    ----------
    share : float
        0 to 1.
    blob_px : float
        Standard deviation of the Gaussian that noise is smoothed with before its lowest share is
        taken; holes are about three times as wide.
    """

    def withhold(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.bool_]:
        noise = cv2.GaussianBlur(rng.standard_normal(size, np.float32), (0, 0), blob_px)
        return np.asarray(noise < np.quantile(noise, share))

    return withhold


def at_random(share: float) -> Withhold:
    """Return what withholds a share of the pixels, each for itself."""
    return lambda size, rng: np.asarray(rng.random(size) < share)


def measure(
    shots: Sequence[Shot],
    withhold: Withhold | None,
    *,
    walker: WalkerSettings | None = None,
    seed: int = 0,
) -> Score:
    """Replay frames with pixels withheld; without a word which, all sensor depth is.

    Parameters
    ----------
    shots : sequence of Shot
        In the order of their stamps, at least one.
    withhold : callable or None
        Chooses pixels of the sensor, anew for each frame; None: the network is alone.
    walker : WalkerSettings, optional
        How the camera is worn.
    seed : int
        Of the choice.
    """
    s = DepthSettings()
    metric = MetricDepth(s, FloorSettings(), walker or WalkerSettings())
    rng = np.random.default_rng(seed)
    errors, sigmas, rel, took = [], [], [], []
    kinds: Counter[str] = Counter()
    for shot in shots:
        assert shot.frame.depth_m is not None
        given_m = None
        if withhold is not None:
            hidden = withhold(shot.frame.depth_m.shape, rng)
            given_m = np.where(hidden, np.float32(np.nan), shot.frame.depth_m)
        begin = time.thread_time()
        depth = metric.estimate(replace(shot.frame, depth_m=given_m), shot.guess, ImageHealth())
        took.append(1e3 * (time.thread_time() - begin))
        assert isinstance(depth, DepthMap)
        kinds[Provenance(depth.status.provenance).name.lower()] += 1
        high, wide = depth.depth_m.shape
        true_m = pool_nearest(shot.frame.depth_m, high, wide, s.min_m, s.max_m)
        held = true_m < _WITHIN_M  # NaN is not
        if given_m is not None:
            held &= np.isnan(pool_nearest(given_m, high, wide, s.min_m, s.max_m))
        off_m = np.abs(depth.depth_m - true_m)
        errors.append(off_m[held])
        sigmas.append(depth.sigma_m[held])
        rel.append(float(np.nanmean(off_m / true_m)))
    off_m, sigma_m = np.concatenate(errors), np.concatenate(sigmas)
    known = np.isfinite(off_m)
    answered = bool(known.any())
    within = off_m[known] < 2.0 * sigma_m[known]
    return Score(
        median_m=float(np.median(off_m[known])) if answered else math.nan,
        unanswered=float(np.mean(~known)),
        within_two_sigma=float(np.mean(within)) if answered else math.nan,
        abs_rel=float(np.mean(rel)),
        provenance=dict(kinds),
        ms=float(np.median(took)),
    )
