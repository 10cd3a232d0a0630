"""Average precision over any number of images, as COCO counts it.

Lin et al., "Microsoft COCO", ECCV 2014; the rules are those of its evaluation: the surest first,
each takes the free true box that it overlaps most; what overlaps only an ignore area by its own
share counts neither way; precision is made to fall and read at 101 recalls. What is new: an image
counts only for the classes that are complete in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.detection.detections import Found
from followme_training.detection.iou import pairwise_iou, pairwise_share
from followme_training.detection.sample import Boxes, Floats

#: COCO's ten limits of overlap.
COCO_IOUS = tuple(round(0.5 + 0.05 * i, 2) for i in range(10))
_MOST = 100
_RECALLS = np.linspace(0.0, 1.0, 101)


class AveragePrecision:
    """Takes images one by one.

    Parameters
    ----------
    classes : int
        How many there are.
    ious : sequence of float
        Limits of overlap.
    """

    def __init__(self, classes: int, ious: Sequence[float] = (0.5,)) -> None:
        self.ious = tuple(ious)
        self._truths = np.zeros(classes, np.int64)
        # for each class, arrays of images: scores (M,), and (limits, M) whether right and whether
        # it counts
        self._scores: list[list[Floats]] = [[] for _ in range(classes)]
        self._right: list[list[NDArray[np.bool_]]] = [[] for _ in range(classes)]
        self._counts: list[list[NDArray[np.bool_]]] = [[] for _ in range(classes)]

    def add(self, found: Found, truth: Boxes) -> None:
        """Count one image; both are in the same pixels."""
        for number in np.flatnonzero(truth.labelled):
            true = truth.xyxy[truth.classes == number]
            mine = np.flatnonzero(found.classes == number)
            mine = mine[np.argsort(-found.scores[mine], kind="stable")[:_MOST]]
            self._truths[number] += len(true)
            if not len(mine):
                continue
            boxes = torch.from_numpy(found.xyxy[mine]).double()
            iou = pairwise_iou(boxes, torch.from_numpy(true).double()).numpy()
            beside = np.zeros(len(mine))
            if len(truth.ignored):
                area = torch.from_numpy(truth.ignored).double()
                beside = pairwise_share(boxes, area).amax(1).numpy()
            right = np.stack([assigned(iou, limit) >= 0 for limit in self.ious])
            outside = np.stack([beside < limit for limit in self.ious])
            self._scores[number].append(found.scores[mine])
            self._right[number].append(right)
            self._counts[number].append(right | outside)

    def curve(self, number: int, limit: int = 0) -> tuple[Floats, Floats, Floats] | None:
        """Return recall, precision and score of a class after each thing found; None without truth.

        Parameters
        ----------
        number : int
            Of the class.
        limit : int
            Number of the limit of overlap.
        """
        if not self._truths[number]:
            return None
        if not self._scores[number]:
            nothing = np.zeros(0, np.float32)
            return nothing, nothing, nothing
        scores = np.concatenate(self._scores[number])
        right = np.concatenate(self._right[number], 1)[limit]
        counts = np.concatenate(self._counts[number], 1)[limit]
        order = np.argsort(-scores, kind="mergesort")
        order = order[counts[order]]
        hits = np.cumsum(right[order])
        recall = hits / self._truths[number]
        precision = hits / np.arange(1, len(order) + 1)
        return (
            recall.astype(np.float32),
            precision.astype(np.float32),
            scores[order].astype(np.float32),
        )

    def result(self) -> NDArray[np.float64]:
        """Return average precision (limits, classes); NaN for a class without any truth."""
        values = np.full((len(self.ious), len(self._truths)), np.nan)
        for limit in range(len(self.ious)):
            for number in range(len(self._truths)):
                curve = self.curve(number, limit)
                if curve is not None:
                    values[limit, number] = _area(*curve[:2])
        return values

    @property
    def truths(self) -> NDArray[np.int64]:
        """How many true boxes each class had."""
        return self._truths.copy()


def assigned(iou: NDArray[np.float64], limit: float) -> NDArray[np.int64]:
    """Return for each thing found, the surest first, its true box, or -1.

    Parameters
    ----------
    iou : (M, G) float64
        Overlap of things found with true boxes.
    limit : float
        Least overlap.
    """
    own = np.full(len(iou), -1, np.int64)
    free = np.ones(iou.shape[1], np.bool_)
    for i, row in enumerate(iou):
        worth = np.where(free, row, -1.0)
        # as COCO: of equal ones the last
        best = len(worth) - 1 - int(np.argmax(worth[::-1])) if len(worth) else -1
        if best >= 0 and worth[best] >= limit:
            own[i] = best
            free[best] = False
    return own


def _area(recall: Floats, precision: Floats) -> float:
    """Return the mean over 101 recalls of the best precision at that recall or above."""
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall.astype(np.float64) + 1e-9, _RECALLS, side="left")
    reached = np.append(falling, 0.0)[np.minimum(at, len(falling))]
    return float(reached.mean())
