"""From what a network says of its anchors to things: as the runtime does it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.detection.nms import nms
from followme_training.detection.sample import Floats

#: So many of the surest compete for an image, as at run time.
MOST = 400
#: Overlap above which two boxes of a class are one thing; stands on the card.
NMS_IOU = 0.45


class Found(NamedTuple):
    """Things in an image, the surest first.

    Parameters
    ----------
    xyxy : (M, 4) float32
        Left, top, right, bottom.
    scores : (M,) float32
        0 to 1.
    classes : (M,) int64
        Number of each one's class.
    points : (M, 5, 2) float32 or None
        Landmarks, where the network has them.
    """

    xyxy: Floats
    scores: Floats
    classes: NDArray[np.int64]
    points: Floats | None


def surer(things: Found, least: Floats) -> Found:
    """Return the things that are as sure as their class has to be.

    Parameters
    ----------
    things : Found
        Of an image.
    least : (C,) float32
        Least score of each class.
    """
    use = things.scores >= least[things.classes]
    points = None if things.points is None else things.points[use]
    return Found(things.xyxy[use], things.scores[use], things.classes[use], points)


def found(
    boxes: torch.Tensor,
    scores: torch.Tensor,
    points: torch.Tensor | None,
    least_score: float,
    iou_above: float = NMS_IOU,
) -> Found:
    """Return what remains after suppression.

    A box has one name, the surest; boxes of one name that overlap become one.

    Parameters
    ----------
    boxes : (N, 4) tensor
        Left, top, right, bottom.
    scores : (N, C) tensor
        Of each class.
    points : (N, 5, 2) tensor or None
        Landmarks.
    least_score : float
        What is less sure is dropped.
    iou_above : float
        Overlap above which two boxes are one thing.
    """
    score, name = scores.max(1)
    sure = torch.nonzero(score >= least_score)[:, 0]
    sure = sure[torch.argsort(score[sure], descending=True, stable=True)[:MOST]]
    own = sure[nms(boxes[sure], score[sure], iou_above, name[sure])]
    return Found(
        boxes[own].float().cpu().numpy(),
        score[own].float().cpu().numpy(),
        name[own].cpu().numpy(),
        None if points is None else points[own].float().cpu().numpy(),
    )
