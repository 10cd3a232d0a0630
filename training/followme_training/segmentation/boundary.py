"""Boundary IoU: how well the edges of a class lie, whatever the area behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.segmentation.classes import IGNORE
from followme_training.segmentation.label_maps import (
    LabelMapError,
    Labels,
    check_classes,
    check_maps,
    check_names,
    mean_of_known,
    ratio,
)

Mask = NDArray[np.bool_]


class BoundaryIou:
    """IoU of the bands along the inside of true and guessed edges, over any number of images.

    Cheng et al., "Boundary IoU: Improving Object-Centric Image Segmentation Evaluation", CVPR
    2021, section 4: of each mask only the pixels nearer than d to its contour are compared. As in
    the paper's own measurements, the frame of the image is a contour and distance is that of the
    larger of both axes. For classes rather than objects, pixels are added over all images.

    Parameters
    ----------
    classes : int
        How many there are.
    width : float
        d as a share of the diagonal of the image, at least one pixel; .02 after the paper.

    Attributes
    ----------
    shared, joined : (C,) int64
        Pixels in both bands, and in one at least.

    Raises
    ------
    LabelMapError
        On a number of classes or a width that cannot be.
    """

    def __init__(self, classes: int, width: float = 0.02) -> None:
        if not 0 < width < 1:
            raise LabelMapError(
                f"a band of {width:g} of the diagonal cannot be measured; give above 0 to below 1"
            )
        self.classes = check_classes(classes)
        self.width = width
        self.shared: NDArray[np.int64] = np.zeros(classes, np.int64)
        self.joined: NDArray[np.int64] = np.zeros(classes, np.int64)

    def update(self, truth: Labels, guess: Labels) -> None:
        """Count the bands of an image.

        A pixel without a label is not counted, and as nobody knows what lies there, neither map
        has an edge towards it.

        Parameters
        ----------
        truth : (H, W) uint8
            Classes; 255 has no label.
        guess : (H, W) uint8
            Classes; what is none, as 255, means that none was guessed.

        Raises
        ------
        LabelMapError
            On maps that cannot be compared.
        """
        check_maps(truth, guess, self.classes)
        unknown = truth == IGNORE
        reach = band_px(truth.shape, self.width)
        for number in range(self.classes):
            true, guessed = truth == number, (guess == number) & ~unknown
            if not (true.any() or guessed.any()):
                continue
            a, b = band(true, unknown, reach), band(guessed, unknown, reach)
            self.shared[number] += np.count_nonzero(a & b)
            self.joined[number] += np.count_nonzero(a | b)

    def __add__(self, other: BoundaryIou) -> BoundaryIou:
        """Return the counts of both together, as if one had seen all images.

        Raises
        ------
        LabelMapError
            When they count other classes or bands of another width.
        """
        if (other.classes, other.width) != (self.classes, self.width):
            raise LabelMapError(
                f"{self.classes} classes in bands of {self.width:g} and {other.classes} in bands "
                f"of {other.width:g} do not add; count both alike"
            )
        total = BoundaryIou(self.classes, self.width)
        total.shared, total.joined = self.shared + other.shared, self.joined + other.joined
        return total

    def summary(self, names: Sequence[str]) -> dict[str, float]:
        """Return ``boundary_iou`` and ``boundary_iou/<name>`` of all pixels so far.

        The first is the mean over the classes that are in the truth or were guessed; the others
        are NaN for a class that does not count.

        Parameters
        ----------
        names : sequence of str
            Of the classes.

        Raises
        ------
        LabelMapError
            On names that are not one for each class.
        """
        check_names(names, self.classes)
        iou = ratio(self.shared, self.joined)
        by_name = {f"boundary_iou/{n}": float(v) for n, v in zip(names, iou, strict=True)}
        return {"boundary_iou": mean_of_known(iou), **by_name}


def band_px(size_hw: tuple[int, ...], width: float) -> int:
    """Return how many pixels a share of the diagonal is, at least one."""
    return max(1, round(width * math.hypot(size_hw[0], size_hw[1])))


def band(mask: Mask, unknown: Mask, reach: int) -> Mask:
    """Return the pixels of a mask from which its outside is at most ``reach`` pixels away.

    Parameters
    ----------
    mask : (H, W) bool
        Of a class.
    unknown : (H, W) bool
        Pixels without a label; none is of the mask, and none is its outside.
    reach : int
        Along the axis on which the distance is larger.
    """
    side = 2 * reach + 1
    filled = (mask | unknown).astype(np.uint8)
    # outside of the image is outside of the mask
    inner = cv2.erode(
        filled, np.ones((side, side), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    found: Mask = mask & (inner == 0)
    return found
