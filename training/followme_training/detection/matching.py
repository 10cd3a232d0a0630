"""Which anchor answers for which box.

Liu et al., "SSD", ECCV 2016, section 2.2, with a band between positive and negative as in Ren et
al., "Faster R-CNN", NIPS 2015, section 3.1.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from followme_training.detection.iou import pairwise_iou, pairwise_share

# So little that it only decides between equal overlaps: a pixel nearer is better.
_NEARER = 1e-6


class MatchingError(ValueError):
    """Limits that contradict each other; one sentence with value and mend."""


@dataclass(frozen=True)
class Matching:
    """Limits of overlap.

    Parameters
    ----------
    positive_iou : float
        From this overlap on an anchor answers for the box that it overlaps most.
    negative_iou : float
        Below this overlap with every box an anchor is background; between the two it is nothing.
    ignore_share : float
        An anchor with this share of its area inside an ignore area is nothing either.
    """

    positive_iou: float = 0.35
    negative_iou: float = 0.35
    ignore_share: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.negative_iou <= self.positive_iou <= 1.0:
            raise MatchingError(
                f"matching.negative_iou {self.negative_iou:g} and positive_iou "
                f"{self.positive_iou:g} are not 0 < negative_iou <= positive_iou <= 1; mend them"
            )
        if not 0.0 < self.ignore_share <= 1.0:
            raise MatchingError(
                f"matching.ignore_share is {self.ignore_share:g}; give a number above 0 and up to 1"
            )


class Matched(NamedTuple):
    """What each anchor answers for.

    Parameters
    ----------
    box : (N,) int64 tensor
        Number of its box, -1 where it has none.
    counts : (N,) bool tensor
        False where the anchor is neither box nor background.
    """

    box: Tensor
    counts: Tensor


def match(anchors_xyxy: Tensor, boxes: Tensor, ignored: Tensor, m: Matching) -> Matched:
    """Match anchors with the boxes of one image.

    An anchor takes the box that it overlaps most, if it does by :attr:`Matching.positive_iou`.
    Each box has at least one anchor, no two boxes the same: its best one, or the best that is
    left when another box overlaps that one more.

    Parameters
    ----------
    anchors_xyxy : (N, 4) tensor
        Left, top, right, bottom in pixels.
    boxes : (G, 4) tensor
        The truth.
    ignored : (I, 4) tensor
        Areas in which nobody knows.
    m : Matching
        Limits.
    """
    count = len(anchors_xyxy)
    box = torch.full((count,), -1, dtype=torch.int64, device=anchors_xyxy.device)
    counts = torch.ones(count, dtype=torch.bool, device=anchors_xyxy.device)
    if len(ignored):
        share = pairwise_share(anchors_xyxy, ignored).amax(1)
        counts &= share < m.ignore_share
    if len(boxes):
        iou = pairwise_iou(boxes, anchors_xyxy)  # (G, N)
        best, nearest = iou.max(0)
        box = torch.where(best >= m.positive_iou, nearest, box)
        counts &= (best < m.negative_iou) | (box >= 0)
        own = best_anchors(anchors_xyxy, boxes, iou)
        has = own >= 0
        box[own[has]] = torch.nonzero(has)[:, 0]
    return Matched(box, counts | (box >= 0))


def best_anchors(anchors_xyxy: Tensor, boxes: Tensor, iou: Tensor) -> Tensor:
    """Return an anchor for each box (G,), no two alike; -1 when there are more boxes than anchors.

    In rounds, each box without an anchor bids for the best that is free, and the box that overlaps
    an anchor most gets it. Where overlaps are equal, none for instance, the nearer one is better.
    """
    apart = torch.cdist(_centres(boxes), _centres(anchors_xyxy))
    worth = iou - _NEARER * apart  # (G, N)
    own = torch.full((len(boxes),), -1, dtype=torch.int64, device=boxes.device)
    taken = torch.zeros(len(anchors_xyxy), dtype=torch.bool, device=boxes.device)
    while bool((own < 0).any()) and not bool(taken.all()):
        bidders = torch.nonzero(own < 0)[:, 0]
        offer, wish = worth[bidders].masked_fill(taken, -torch.inf).max(1)
        # a stable order from the best offer on: the first for an anchor gets it
        order = torch.argsort(offer, descending=True, stable=True)
        wished = wish[order]
        earlier = (wished[None] == wished[:, None]).tril(-1).any(1)
        winners = order[~earlier]
        own[bidders[winners]] = wish[winners]
        taken[wish[winners]] = True
    return own


def _centres(xyxy: Tensor) -> Tensor:
    return (xyxy[:, :2] + xyxy[:, 2:]) / 2
