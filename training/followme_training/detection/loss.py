"""What a detector learns from: classes, boxes, landmarks; each is checked by hand in the tests.

Deng et al., "RetinaFace", CVPR 2020, section 3.1: a sum over anchors, over the number of anchors
that answer for a box. Classes are told apart one by one against background, so that a class that
nobody labelled in an image can be left out of that image's lesson.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from followme_training.detection.coding import decode_boxes, encode_boxes, encode_points
from followme_training.detection.iou import complete_iou, generalised_iou
from followme_training.detection.network import Raw

_BOX_LOSSES = ("smooth_l1", "giou", "ciou")
_CLASS_LOSSES = ("hard_negatives", "focal")


class LossError(ValueError):
    """A loss that does not exist; one sentence with value and mend."""


@dataclass(frozen=True)
class LossSettings:
    """Which losses, and how much each counts.

    Parameters
    ----------
    classes : str
        hard_negatives: all positives and, of each image, the background that is taken for something
        the most; focal: all anchors, the sure ones with little weight.
    boxes : str
        smooth_l1 of the codes, or 1 - giou, or 1 - ciou of the boxes.
    class_weight, box_weight, point_weight : float
        Factors.
    point_beta : float
        Below which, in tenths of an anchor, an error of a landmark counts by its square. A point
        that is off by a twentieth of a face is off by a ninth of the distance of the eyes: at 1 it
        hardly teaches any more (Feng et al., "Wing Loss", CVPR 2018, section 4).
    negatives : int
        Of hard background for each positive; an image without positives has as many as for one.
    alpha, gamma : float
        Of the focal loss: weight of positives, and how little what is sure counts.
    """

    classes: str = "hard_negatives"
    boxes: str = "smooth_l1"
    class_weight: float = 1.0
    box_weight: float = 2.0
    point_weight: float = 1.0
    point_beta: float = 1.0
    negatives: int = 7
    alpha: float = 0.25
    gamma: float = 2.0

    def __post_init__(self) -> None:
        for name, known in (("classes", _CLASS_LOSSES), ("boxes", _BOX_LOSSES)):
            if getattr(self, name) not in known:
                raise LossError(
                    f"loss.{name} is {getattr(self, name)!r}; give one of {', '.join(known)}"
                )
        if not self.point_beta > 0.0:
            raise LossError(f"loss.point_beta is {self.point_beta}; give a number above 0")


class Truth(NamedTuple):
    """What the anchors of a batch should say; see :mod:`followme_training.detection.targets`.

    Parameters
    ----------
    classes : (B, N, C) tensor
        1 where an anchor answers for a box of the class, else 0.
    counts : (B, N, C) tensor
        1 where that is known, 0 where it teaches nothing.
    positive : (B, N) bool tensor
        Which anchors answer for a box.
    boxes : (B, N, 4) tensor
        Left, top, right, bottom of those boxes.
    points : (B, N, 5, 2) tensor
        Landmarks of those boxes; NaN unknown.
    """

    classes: Tensor
    counts: Tensor
    positive: Tensor
    boxes: Tensor
    points: Tensor


def loss_parts(raw: Raw, truth: Truth, anchors: Tensor, s: LossSettings) -> dict[str, Tensor]:
    """Return each loss of a batch times its factor.

    Parameters
    ----------
    raw : Raw
        What the network says.
    truth : Truth
        What it should say.
    anchors : (N, 4) tensor
        Centre x, centre y, width, height.
    s : LossSettings
        Which losses.
    """
    if s.classes == "focal":
        classes = focal(raw.logits, truth.classes, truth.counts, truth.positive, s.alpha, s.gamma)
    else:
        classes = hard_negatives(
            raw.logits, truth.classes, truth.counts, truth.positive, s.negatives
        )
    own = anchors.expand(len(raw.boxes), -1, -1)[truth.positive]
    codes, boxes = raw.boxes[truth.positive], truth.boxes[truth.positive]
    parts = {
        "classes": s.class_weight * classes,
        "boxes": s.box_weight * box_loss(codes, boxes, own, s.boxes),
    }
    if raw.points is not None:
        said, points = raw.points[truth.positive], truth.points[truth.positive]
        parts["points"] = s.point_weight * point_loss(said, points, own, s.point_beta)
    return parts


def hard_negatives(
    logits: Tensor, targets: Tensor, counts: Tensor, positive: Tensor, negatives: int
) -> Tensor:
    """Return cross-entropy of positives and of the hardest background, over the positives.

    Shrivastava et al., "Training Region-based Object Detectors with Online Hard Example Mining",
    CVPR 2016; by a fixed ratio as in SSD, section 2.2.
    """
    each = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    each = (each * counts).sum(2)  # (B, N)
    background = each.masked_fill(positive, 0.0)
    wanted = negatives * positive.sum(1, keepdim=True).clamp(min=1)
    order = torch.argsort(background.detach(), dim=1, descending=True, stable=True)
    rank = torch.argsort(order, 1)
    hard = background * (rank < wanted)
    return ((each * positive).sum() + hard.sum()) / positive.sum().clamp(min=1)


def focal(
    logits: Tensor,
    targets: Tensor,
    counts: Tensor,
    positive: Tensor,
    alpha: float,
    gamma: float,
) -> Tensor:
    """Return the focal loss of all anchors over the positives.

    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, equation 5.
    """
    each = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    score = torch.sigmoid(logits)
    wrong = targets * (1 - score) + (1 - targets) * score
    balance = targets * alpha + (1 - targets) * (1 - alpha)
    return (balance * wrong**gamma * each * counts).sum() / positive.sum().clamp(min=1)


def box_loss(codes: Tensor, boxes: Tensor, anchors: Tensor, kind: str) -> Tensor:
    """Return the mean loss of the boxes (P, 4) that P anchors answer for; 0 without any."""
    count = max(len(codes), 1)
    if kind == "smooth_l1":
        wanted = encode_boxes(boxes, anchors)
        return functional.smooth_l1_loss(codes, wanted, reduction="sum") / count
    measure = generalised_iou if kind == "giou" else complete_iou
    return (1 - measure(decode_boxes(codes, anchors), boxes)).sum() / count


def point_loss(codes: Tensor, points: Tensor, anchors: Tensor, beta: float = 1.0) -> Tensor:
    """Return smooth L1 of the landmarks that are known, over the faces that have any.

    Parameters
    ----------
    codes : (P, 5, 2) tensor
        What is said by P anchors.
    points : (P, 5, 2) tensor
        What is there, in pixels; NaN unknown.
    anchors : (P, 4) tensor
        Centre x, centre y, width, height.
    beta : float
        Up to which error, in codes, the square counts.
    """
    known = torch.isfinite(points).all(2, keepdim=True)  # (P, 5, 1)
    wanted = encode_points(torch.where(known, points, anchors[:, None, :2]), anchors)
    each = functional.smooth_l1_loss(codes, wanted, reduction="none", beta=beta)
    faces = known.any(1).sum().clamp(min=1)
    return torch.where(known, each, each.new_zeros(())).sum() / faces
