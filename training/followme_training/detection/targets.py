"""What each anchor should say of an image with boxes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from followme_training.detection.anchors import corners
from followme_training.detection.loss import Truth
from followme_training.detection.matching import Matching, match
from followme_training.detection.sample import Boxes


def truth_of(batch: Sequence[Boxes], anchors: Tensor, m: Matching) -> Truth:
    """Return what the anchors should say of the images of a batch.

    A class that nobody labelled in an image teaches nothing there, neither on background nor on
    boxes of other classes.

    Parameters
    ----------
    batch : sequence of Boxes
        An image each.
    anchors : (N, 4) tensor
        Centre x, centre y, width, height.
    m : Matching
        Limits.
    """
    truths = [_truth(boxes, anchors, corners(anchors), m) for boxes in batch]
    return Truth(*(torch.stack(parts) for parts in zip(*truths, strict=True)))


def _truth(boxes: Boxes, anchors: Tensor, anchors_xyxy: Tensor, m: Matching) -> Truth:
    device = anchors.device
    xyxy, ignored, points = (
        torch.from_numpy(v).to(device) for v in (boxes.xyxy, boxes.ignored, boxes.points)
    )
    number = torch.from_numpy(boxes.classes).to(device)
    labelled = torch.from_numpy(boxes.labelled).to(device, anchors.dtype)
    matched = match(anchors_xyxy, xyxy, ignored, m)
    positive = matched.box >= 0
    own = matched.box[positive]
    classes = anchors.new_zeros((len(anchors), len(labelled)))
    classes[positive, number[own]] = 1.0
    # a box says that its own class is there, even where not all of them were labelled
    counts = torch.maximum(labelled * matched.counts[:, None], classes)
    box = torch.zeros_like(anchors)
    box[positive] = xyxy[own]
    point = anchors.new_full((len(anchors), *points.shape[1:]), float("nan"))
    point[positive] = points[own]
    return Truth(classes, counts, positive, box, point)
