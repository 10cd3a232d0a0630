"""The figures by which a detector is judged, over any number of images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from followme_training.detection.average_precision import COCO_IOUS, AveragePrecision, assigned
from followme_training.detection.detections import Found
from followme_training.detection.iou import pairwise_iou
from followme_training.detection.sample import Boxes, Floats

#: Eyes nearer than this share of the box's width are seen from the side: their distance is no
#: measure.
_EYES_APART = 0.2
_POINTS_IOU = 0.5


class Figures:
    """Takes images one by one.

    Parameters
    ----------
    classes : sequence of str
        Names.
    landmarks : bool
        Whether landmarks are measured too.
    """

    def __init__(self, classes: Sequence[str], landmarks: bool) -> None:
        self.classes = tuple(classes)
        self._landmarks = landmarks
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.precision = AveragePrecision(len(self.classes), COCO_IOUS)
        self.images = 0
        self._point_errors: list[Floats] = []

    def add(
        self, things: Found, truth: Boxes, size_hw: tuple[int, int], original_hw: tuple[int, int]
    ) -> None:
        """Count an image.

        Parameters
        ----------
        things : Found
            What was found.
        truth : Boxes
            What is there, in the same pixels.
        size_hw, original_hw : tuples of two ints
            Of the image that both are in the pixels of, and of the one that it was made from:
            distances of landmarks are those of the latter.
        """
        self.images += 1
        self.precision.add(things, truth)
        if self._landmarks and things.points is not None:
            factors = np.array(original_hw[::-1]) / np.array(size_hw[::-1])
            self._point_errors.append(point_errors(things, truth, factors.astype(np.float32)))

    def result(self) -> dict[str, float]:
        """Return the figures by name, NaN where nothing was counted.

        ``ap50`` and ``ap`` are means over the classes that occur, at overlap .5 and over COCO's
        ten; ``ap50/NAME`` is that of a class; ``landmark_error`` is the mean distance of landmarks
        over the distance of the eyes, of faces that were found.
        """
        table = self.precision.result()
        known = np.isfinite(table[0])
        figures = {
            "ap50": float(table[0][known].mean()) if known.any() else float("nan"),
            "ap": float(table[:, known].mean()) if known.any() else float("nan"),
        }
        if self._landmarks:
            errors = np.concatenate(self._point_errors or [np.zeros(0, np.float32)])
            figures["landmark_error"] = float(errors.mean()) if len(errors) else float("nan")
        if len(self.classes) > 1:
            figures |= {f"ap50/{n}": float(v) for n, v in zip(self.classes, table[0], strict=True)}
        return figures


def point_errors(things: Found, truth: Boxes, factors: Floats) -> Floats:
    """Return the mean distance of landmarks over the distance of the eyes, of each face found.

    Faces whose landmarks are not all known, or that are seen from the side, are left out.

    Parameters
    ----------
    things : Found
        With landmarks.
    truth : Boxes
        What is there, in the same pixels.
    factors : (2,) float32
        From these pixels, x and y, to those in which distances are measured.
    """
    assert things.points is not None
    iou = pairwise_iou(torch.from_numpy(things.xyxy), torch.from_numpy(truth.xyxy)).double()
    own = assigned(iou.numpy(), _POINTS_IOU)
    guess = things.points[own >= 0] * factors
    points = truth.points[own[own >= 0]] * factors
    boxes = truth.xyxy[own[own >= 0]]
    eyes = np.linalg.norm(points[:, 0] - points[:, 1], axis=1)
    with np.errstate(invalid="ignore"):
        use = eyes > _EYES_APART * (boxes[:, 2] - boxes[:, 0]) * factors[0]
    use &= np.isfinite(points).all((1, 2))
    apart = np.linalg.norm(guess[use] - points[use], axis=2).mean(1)
    return np.asarray(apart / eyes[use], np.float32)


def without_small(
    truth: Boxes, size_hw: tuple[int, int], least_px: float, long_side: int = 416
) -> Boxes:
    """Return boxes of which those are ignore areas that are too small to be asked for.

    Parameters
    ----------
    truth : Boxes
        In pixels of an image.
    size_hw : tuple of two ints
        Of that image.
    least_px : float
        Shorter side that a box has at least.
    long_side : int
        Of the image for which ``least_px`` is said.
    """
    factor = long_side / max(size_hw)
    small = (truth.xyxy[:, 2:] - truth.xyxy[:, :2]).min(1, initial=np.inf) * factor < least_px
    return Boxes(
        truth.xyxy[~small],
        truth.classes[~small],
        truth.points[~small],
        np.concatenate((truth.ignored, truth.xyxy[small])),
        truth.labelled,
    )
