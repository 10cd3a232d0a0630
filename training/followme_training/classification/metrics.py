"""How good the logits of many images are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme_training.classification.labelled_images import ClassNames

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_BINS = 15


def probabilities(logits: NDArray[np.floating]) -> Floats:
    """Return the softmax (N, K) of logits (N, K)."""
    x = np.asarray(logits, np.float64)
    x = np.exp(x - x.max(1, keepdims=True))
    return np.asarray(x / x.sum(1, keepdims=True), np.float64)


def confusion(labels: Integers, guesses: Integers, classes: int) -> Integers:
    """Return how often a class (row) was taken for one (column), (K, K)."""
    counts = np.bincount(labels * classes + guesses, minlength=classes * classes)
    return np.asarray(counts.reshape(classes, classes), np.int64)


@dataclass(frozen=True)
class Reliability:
    """How often a network is right where it is how sure, in bins of equal width.

    Parameters
    ----------
    counts : (B,) int64
        Images in the bin.
    confidence, accuracy : (B,) float
        Means of the largest probability and of being right; NaN in an empty bin.
    """

    counts: Integers
    confidence: Floats
    accuracy: Floats

    @property
    def expected_error(self) -> float:
        """Mean distance of sureness and being right, weighted by images.

        The expected calibration error of Guo et al., "On Calibration of Modern Neural Networks",
        ICML 2017, equation 3.
        """
        filled = self.counts > 0
        gap = np.abs(self.accuracy[filled] - self.confidence[filled])
        return float((gap * self.counts[filled]).sum() / self.counts.sum())


def reliability(p: Floats, labels: Integers, bins: int = _BINS) -> Reliability:
    """Return the reliability of probabilities (N, K) against classes (N,).

    Bin b holds what is above b / bins, up to and with (b + 1) / bins.
    """
    sure, right = p.max(1), p.argmax(1) == labels
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(place, sure, bins) / counts
        accuracy = np.bincount(place, right.astype(np.float64), bins) / counts
    return Reliability(counts.astype(np.int64), confidence, accuracy)


class Scores:
    """Logits and classes of the images so far.

    Parameters
    ----------
    classes : int
        How many there are.
    """

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._logits: list[NDArray[np.floating]] = []
        self._labels: list[Integers] = []

    def update(self, logits: NDArray[np.floating], labels: Integers) -> None:
        """Add the logits (B, K) of a batch and its classes (B,)."""
        self._logits.append(logits)
        self._labels.append(labels)

    def summary(self) -> dict[str, float]:
        """Return :func:`summary` of all; nothing where no image was seen."""
        if not self._labels:
            return {}
        return summary(np.concatenate(self._logits), np.concatenate(self._labels))


def summary(logits: NDArray[np.floating], labels: Integers) -> dict[str, float]:
    """Return the figures of logits (N, K) against classes (N,).

    ``accuracy`` and ``error`` (shares of images), ``top5_accuracy`` (the class is among the five
    largest; only where there are more than five), ``mean_class_accuracy`` (over the classes that
    occur), ``loss`` (mean -ln p of the class), ``ece`` (expected calibration error, 15 bins).
    """
    p = probabilities(logits)
    count, classes = p.shape
    accuracy = float((p.argmax(1) == labels).mean())
    each = class_accuracy(confusion(labels, p.argmax(1), classes))
    found = {"accuracy": accuracy, "error": 1.0 - accuracy}
    if classes > 5:
        five = np.argpartition(-logits, 4, axis=1)[:, :5]
        found["top5_accuracy"] = float((five == labels[:, None]).any(1).mean())
    true = p[np.arange(count), labels]
    return {
        **found,
        "mean_class_accuracy": float(np.nanmean(each)),
        "loss": float(-np.log(np.maximum(true, np.finfo(np.float64).tiny)).mean()),
        "ece": reliability(p, labels).expected_error,
    }


def class_accuracy(counts: Integers) -> Floats:
    """Return the share of each class that was named right, (K,); NaN for one that is absent."""
    with np.errstate(invalid="ignore"):
        return np.asarray(counts.diagonal() / counts.sum(1), np.float64)


def group_accuracy(counts: Integers, classes: ClassNames) -> Floats:
    """Return the share of each superclass that was named as one of its own classes, (G,)."""
    group = np.asarray(classes.group_of, np.int64)
    total = len(classes.group_names)
    table = np.zeros((total, total), np.int64)
    np.add.at(table, (group[:, None], group[None, :]), counts)
    return class_accuracy(table)


class Confused(NamedTuple):
    """Two classes, and how many images of one were taken for the other, in both directions."""

    one: int
    other: int
    images: int


def most_confused(counts: Integers, limit: int) -> list[Confused]:
    """Return the pairs that are confused most, the worst first; none that never were."""
    both = np.triu(counts + counts.T, 1)
    order = np.argsort(-both, axis=None, kind="stable")[:limit]
    pairs = [divmod(int(place), len(counts)) for place in order]
    return [Confused(i, j, int(both[i, j])) for i, j in pairs if both[i, j]]
