"""How much boxes overlap: between all of two sets, and pair by pair for losses."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Keeps quotients finite for boxes without an area.
_TINY = 1e-7


def area(xyxy: Tensor) -> Tensor:
    """Return areas (...) of boxes (..., 4); 0 where right is left of left."""
    size = (xyxy[..., 2:] - xyxy[..., :2]).clamp(min=0)
    return size[..., 0] * size[..., 1]


def shared_area(one: Tensor, other: Tensor) -> Tensor:
    """Return the areas (N, M) that boxes (N, 4) and boxes (M, 4) share."""
    low = torch.maximum(one[:, None, :2], other[None, :, :2])
    high = torch.minimum(one[:, None, 2:], other[None, :, 2:])
    size = (high - low).clamp(min=0)
    return size[..., 0] * size[..., 1]


def pairwise_iou(one: Tensor, other: Tensor) -> Tensor:
    """Return intersection over union (N, M) of boxes (N, 4) and (M, 4); 0 where both are empty."""
    shared = shared_area(one, other)
    union = area(one)[:, None] + area(other)[None] - shared
    return torch.where(union > 0, shared / union.clamp(min=_TINY), shared.new_zeros(()))


def pairwise_share(one: Tensor, other: Tensor) -> Tensor:
    """Return the share (N, M) of each box (N, 4) that lies inside each box (M, 4)."""
    return shared_area(one, other) / area(one)[:, None].clamp(min=_TINY)


def generalised_iou(one: Tensor, other: Tensor) -> Tensor:
    """Return GIoU (N,) of pairs of boxes (N, 4), -1 to 1.

    IoU less the share of the enclosing box that neither covers (Rezatofighi et al., "Generalized
    Intersection over Union", CVPR 2019, algorithm 1); it has a slope where boxes do not meet.
    """
    iou, union, enclosing = _pairs(one, other)
    hull = (enclosing[:, 0] * enclosing[:, 1]).clamp(min=_TINY)
    return iou - (hull - union) / hull


def complete_iou(one: Tensor, other: Tensor) -> Tensor:
    """Return CIoU (N,) of pairs of boxes (N, 4).

    IoU less the distance of the centres over the diagonal of the enclosing box, squared, less how
    much the aspects differ (Zheng et al., "Distance-IoU Loss", AAAI 2020, equations 7 to 11).
    """
    iou, _, enclosing = _pairs(one, other)
    apart = ((one[:, :2] + one[:, 2:]) - (other[:, :2] + other[:, 2:])) / 2
    distance = (apart**2).sum(1) / (enclosing**2).sum(1).clamp(min=_TINY)
    sizes = [(box[:, 2:] - box[:, :2]).clamp(min=_TINY) for box in (one, other)]
    first, second = (torch.atan(size[:, 0] / size[:, 1]) for size in sizes)
    aspect = 4 / math.pi**2 * (first - second) ** 2
    # how much the aspect counts is taken as given, as in the paper
    weight = (aspect / (1 - iou + aspect).clamp(min=_TINY)).detach()
    return iou - distance - weight * aspect


def _pairs(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return IoU (N,), union (N,) and sides (N, 2) of the enclosing boxes."""
    inner = torch.minimum(one[:, 2:], other[:, 2:]) - torch.maximum(one[:, :2], other[:, :2])
    inner = inner.clamp(min=0)
    shared = inner[:, 0] * inner[:, 1]
    union = area(one) + area(other) - shared
    enclosing = torch.maximum(one[:, 2:], other[:, 2:]) - torch.minimum(one[:, :2], other[:, :2])
    return shared / union.clamp(min=_TINY), union, enclosing
