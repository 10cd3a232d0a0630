"""Non-maximum suppression: of boxes that mean one thing, the surest remains."""

from __future__ import annotations

import torch
from torch import Tensor

from followme_training.detection.iou import pairwise_iou


def nms(xyxy: Tensor, scores: Tensor, iou_above: float, groups: Tensor | None = None) -> Tensor:
    """Return which boxes remain, the surest first.

    Greedy: each box is dropped that overlaps a surer one that remains by more than ``iou_above``.
    All overlaps come at once. Then, instead of box by box, all are judged again by those that
    remained in the round before, until nothing changes: after round k the k surest are right, and
    mostly all are after a few (fast suppression of Bolya et al., "YOLACT", ICCV 2019, section 5,
    is the first round alone, which drops too many).

    Parameters
    ----------
    xyxy : (N, 4) tensor
        Left, top, right, bottom.
    scores : (N,) tensor
        Of equal ones the earlier is surer.
    iou_above : float
        Overlap above which two boxes are one thing, 0 to 1.
    groups : (N,) int tensor, optional
        Boxes of different groups do not compete.

    Returns
    -------
    (M,) int64 tensor
        Indices, by falling score.
    """
    order = torch.argsort(scores, descending=True, stable=True)
    boxes = xyxy[order]
    rivals = (pairwise_iou(boxes, boxes) > iou_above).triu(1)  # row is surer than column
    if groups is not None:
        rivals &= groups[order][:, None] == groups[order][None]
    kept = torch.ones(len(order), dtype=torch.bool, device=xyxy.device)
    while True:
        now = ~(rivals & kept[:, None]).any(0)
        if torch.equal(now, kept):
            return order[kept]
        kept = now
