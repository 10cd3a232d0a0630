"""Errors of a depth map: the literature's, by distance, and of the claimed deviation.

Eigen et al., NIPS 2014, section 4; the mean over images of each image's figure, as Wofk et al.
("FastDepth", ICRA 2019) and most since do it. Masks are joined by AND: a pixel counts when its
truth is known and its truth is within the range; outside of a crop the truth is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme_training.depth.sample import Floats

#: Where a person walks, and what each metre of it is worth.
BANDS_M = ((0.3, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 5.0), (5.0, 10.0))
#: Truth outside of this is not counted, and predictions are cut to it, as in the literature.
RANGE_M = (1e-3, 10.0)
_DELTA = 1.25


@dataclass(frozen=True)
class ImageErrors:
    """Figures of one image.

    Parameters
    ----------
    abs_rel, rmse_m, log10, delta1, delta2, delta3, bias_log : float
        Mean of abs(p - t) / t; root of the mean of (p - t)^2 in metres; mean of
        abs(log10 p - log10 t); shares with max(p / t, t / p) below 1.25, its square and cube;
        median of ln p - ln t, which is how far the scale is off.
    within1, within2 : float
        Share of pixels whose truth is within one and two claimed deviations (of ln depth).
    bands : tuple of (n, sum of abs(p - t) / t, sum of abs(p - t))
        For each of :data:`BANDS_M` by true distance.
    """

    abs_rel: float
    rmse_m: float
    log10: float
    delta1: float
    delta2: float
    delta3: float
    bias_log: float
    within1: float
    within2: float
    bands: tuple[tuple[int, float, float], ...]


def errors_of(
    depth_m: Floats, truth_m: Floats, log_std: Floats | None = None
) -> ImageErrors | None:
    """Compare one depth map with its truth.

    Parameters
    ----------
    depth_m, truth_m : (H, W) float32
        Metres along the optical axis; truth NaN or 0 is unknown.
    log_std : (H, W) float32, optional
        Claimed standard deviation of ln depth; without it coverage is NaN.

    Returns
    -------
    ImageErrors or None
        None when no pixel counts.
    """
    mask = countable(truth_m)
    if not mask.any():
        return None
    t = truth_m[mask].astype(np.float64)
    p = np.clip(depth_m[mask].astype(np.float64), *RANGE_M)
    ratio = np.maximum(p / t, t / p)
    gap = np.abs(p - t)
    log_error = np.log(p) - np.log(t)
    within = [np.nan, np.nan]
    if log_std is not None:
        sigma = log_std[mask]
        within = [float(np.mean(np.abs(log_error) <= k * sigma)) for k in (1, 2)]
    bands = tuple(
        (int(i.sum()), float((gap[i] / t[i]).sum()), float(gap[i].sum()))
        for i in ((t >= low) & (t < high) for low, high in BANDS_M)
    )
    return ImageErrors(
        abs_rel=float(np.mean(gap / t)),
        rmse_m=float(np.sqrt(np.mean(gap**2))),
        log10=float(np.mean(np.abs(np.log10(p) - np.log10(t)))),
        delta1=float(np.mean(ratio < _DELTA)),
        delta2=float(np.mean(ratio < _DELTA**2)),
        delta3=float(np.mean(ratio < _DELTA**3)),
        bias_log=float(np.median(log_error)),
        within1=within[0],
        within2=within[1],
        bands=bands,
    )


def countable(truth_m: Floats) -> NDArray[np.bool_]:
    """Return which pixels count: truth known and within the range."""
    with np.errstate(invalid="ignore"):
        return np.isfinite(truth_m) & (truth_m > RANGE_M[0]) & (truth_m < RANGE_M[1])


def summary(images: list[ImageErrors]) -> dict[str, float]:
    """Return the mean of each figure over images, and over all pixels of each band."""
    if not images:
        return {}
    names = (
        *("abs_rel", "rmse_m", "log10", "delta1", "delta2", "delta3", "bias_log"),
        *("within1", "within2"),
    )
    result = {name: float(np.mean([getattr(i, name) for i in images])) for name in names}
    result["scale_std_log"] = float(np.std([i.bias_log for i in images]))
    for k, (low, high) in enumerate(BANDS_M):
        n, relative, metres = (sum(i.bands[k][j] for i in images) for j in range(3))
        name = f"{low:g}_{high:g}m"
        result[f"abs_rel_{name}"] = relative / n if n else float("nan")
        result[f"error_m_{name}"] = metres / n if n else float("nan")
    result["images"] = float(len(images))
    return result
