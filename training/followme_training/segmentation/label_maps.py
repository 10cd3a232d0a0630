"""A true and a guessed map of classes, looked at before they are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme_training.segmentation.classes import IGNORE

Labels = NDArray[np.uint8]


class LabelMapError(ValueError):
    """Maps of classes that cannot be compared, or figures that do not fit; one sentence."""


def check_maps(truth: Labels, guess: Labels, classes: int) -> None:
    """Look at a pair of maps.

    Parameters
    ----------
    truth : (H, W) uint8
        Classes 0 to ``classes`` - 1; 255 has no label.
    guess : (H, W) uint8
        Any; what is no class is a guess of none.
    classes : int
        How many there are.

    Raises
    ------
    LabelMapError
        On shapes or types that do not fit, and on a true class that does not exist.
    """
    if truth.ndim != 2 or truth.shape != guess.shape:
        raise LabelMapError(
            f"truth {truth.shape} and guess {guess.shape} do not fit; give both as (H, W)"
        )
    if truth.dtype != np.uint8 or guess.dtype != np.uint8:
        raise LabelMapError(f"truth is {truth.dtype} and guess {guess.dtype}; give both as uint8")
    strange = truth[(truth >= classes) & (truth != IGNORE)]
    if strange.size:
        raise LabelMapError(
            f"truth has class {strange[0]}, beyond the {classes} there are; "
            f"give 0 to {classes - 1}, or {IGNORE} for no label"
        )


def check_classes(classes: int) -> int:
    """Return a number of classes that fits uint8 beside 255 for no label."""
    if not 1 <= classes <= IGNORE:
        raise LabelMapError(f"{classes} classes cannot be counted; give 1 to {IGNORE}")
    return classes


def check_names(names: Any, classes: int) -> None:
    """Refuse names that are not one for each class, or that are given twice."""
    if len(names) != classes or len(set(names)) != classes:
        raise LabelMapError(
            f"{len(set(names))} different names do not fit {classes} classes; give one for each"
        )


def ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return part / whole of each class, NaN where the whole is nothing."""
    result = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def mean_of_known(values: NDArray[np.float64]) -> float:
    """Return the mean of what is not NaN; NaN of nothing."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
