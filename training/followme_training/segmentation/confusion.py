"""A streaming confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class ConfusionMatrix:
    """Counts truth against guess over images."""

    def __init__(self, classes: int) -> None:
        self.counts = np.zeros((classes, classes + 1), np.int64)

    def update(self, truth: NDArray[np.uint8], guess: NDArray[np.uint8]) -> None:
        """Add one image; truth 255 is ignored."""
        classes = len(self.counts)
        known = truth < classes
        column = np.minimum(guess[known], classes).astype(np.int64)
        pairs = truth[known].astype(np.int64) * (classes + 1) + column
        self.counts += np.bincount(pairs, minlength=self.counts.size).reshape(self.counts.shape)

    def summary(self, names: Sequence[str]) -> dict[str, float]:
        """Return miou, iou/<name>, pixel_accuracy, frequency_weighted_iou."""
        counts = self.counts
        hit = np.diagonal(counts).astype(float)
        union = counts.sum(1) + counts[:, :-1].sum(0) - hit
        share = counts.sum(1) / max(1, counts.sum())
        iou = np.divide(hit, union, out=np.full(len(hit), np.nan), where=union > 0)
        figures = {f"iou/{n}": float(v) for n, v in zip(names, iou, strict=True)}
        return figures | {
            "miou": float(np.nanmean(iou)) if (union > 0).any() else float("nan"),
            "pixel_accuracy": float(hit.sum() / max(1, counts.sum())),
            "frequency_weighted_iou": float(np.nansum(share * iou)),
        }
