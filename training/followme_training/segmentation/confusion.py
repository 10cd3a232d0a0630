"""Which class was taken for which, counted over any number of images, and what follows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from followme_training.segmentation.label_maps import (
    LabelMapError,
    Labels,
    check_classes,
    check_maps,
    check_names,
    mean_of_known,
    ratio,
)


class ConfusionMatrix:
    """Counts of pixels by true and guessed class.

    Pixels are counted over all images together, as Everingham et al. do ("The Pascal Visual
    Object Classes Challenge: A Retrospective", IJCV 2015, section 3.3), never image by image.

    Parameters
    ----------
    classes : int
        How many there are.

    Attributes
    ----------
    counts : (C, C + 1) int64
        Rows are true classes, columns guessed ones. The last column holds the pixels for which
        no class was guessed: each is a miss for its true class, and no false alarm for another.
    """

    def __init__(self, classes: int) -> None:
        self.classes = check_classes(classes)
        self.counts: NDArray[np.int64] = np.zeros((classes, classes + 1), np.int64)

    def update(self, truth: Labels, guess: Labels) -> None:
        """Count the pixels of an image.

        Parameters
        ----------
        truth : (H, W) uint8
            Classes; 255 has no label and is not counted.
        guess : (H, W) uint8
            Classes; what is none, as 255, means that none was guessed.

        Raises
        ------
        LabelMapError
            On maps that cannot be compared.
        """
        check_maps(truth, guess, self.classes)
        known = truth < self.classes
        row = truth[known].astype(np.int64)
        column = np.minimum(guess[known].astype(np.int64), self.classes)
        flat = np.bincount(row * (self.classes + 1) + column, minlength=self.counts.size)
        self.counts += flat.reshape(self.counts.shape)

    def __add__(self, other: ConfusionMatrix) -> ConfusionMatrix:
        """Return the counts of both together, as if one had seen all images.

        Raises
        ------
        LabelMapError
            When they count different numbers of classes.
        """
        if other.classes != self.classes:
            raise LabelMapError(
                f"counts of {self.classes} and of {other.classes} classes do not add; "
                "count both over the same classes"
            )
        total = ConfusionMatrix(self.classes)
        total.counts = self.counts + other.counts
        return total

    def iou(self) -> NDArray[np.float64]:
        """Return hits / (hits + misses + false alarms) of each class, (C,).

        NaN where a class is neither in the truth nor guessed on a labelled pixel.
        """
        hits = self.counts.diagonal()
        truth, guess = self.counts.sum(1), self.counts.sum(0)[:-1]
        return ratio(hits, truth + guess - hits)

    def summary(self, names: Sequence[str]) -> dict[str, float]:
        """Return the figures of all pixels so far.

        Parameters
        ----------
        names : sequence of str
            Of the classes.

        Returns
        -------
        dict of str to float
            ``miou``, the mean of IoU over the classes that are in the truth or were guessed (one
            that was only guessed counts with 0; one that is in neither does not count);
            ``iou/<name>``, NaN for a class that does not count; ``pixel_accuracy``, the share of
            labelled pixels that are right; ``frequency_weighted_iou``, the mean of IoU weighted by
            the pixels of the truth (Long et al., "Fully Convolutional Networks for Semantic
            Segmentation", CVPR 2015, section 5); ``classes``, how many count in ``miou``.
            NaN is what nothing was counted for.

        Raises
        ------
        LabelMapError
            On names that are not one for each class.
        """
        check_names(names, self.classes)
        iou = self.iou()
        truth = self.counts.sum(1)
        total = truth.sum()
        nothing = float("nan")
        return {
            "miou": mean_of_known(iou),
            "pixel_accuracy": float(self.counts.trace() / total) if total else nothing,
            "frequency_weighted_iou": float(np.nansum(truth * iou) / total) if total else nothing,
            "classes": float((~np.isnan(iou)).sum()),
            **{f"iou/{name}": float(value) for name, value in zip(names, iou, strict=True)},
        }
