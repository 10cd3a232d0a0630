"""Boxes and landmarks as a network tells them: relative to an anchor.

Girshick et al., "Rich feature hierarchies", CVPR 2014, appendix C; the variances are SSD's (Liu et
al., ECCV 2016): by them the numbers that are learned have about the same spread.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

#: Of places and of the logarithms of sizes.
VARIANCES = (0.1, 0.2)
#: Boxes are at most so many times their anchor, that no odd output becomes infinite.
MOST_TIMES = 1000.0 / 16.0
# A side of no length has no logarithm.
_LEAST_PX = 1e-3


def encode_boxes(xyxy: Tensor, anchors: Tensor) -> Tensor:
    """Return what a network should say of boxes.

    Parameters
    ----------
    xyxy : (..., 4) tensor
        Left, top, right, bottom in pixels.
    anchors : (..., 4) tensor
        Centre x, centre y, width, height in pixels.

    Returns
    -------
    (..., 4) tensor
        Offsets of the centre in anchor sizes over the first variance, logarithms of the ratios of
        the sizes over the second.
    """
    centre = (xyxy[..., :2] + xyxy[..., 2:]) / 2
    size = (xyxy[..., 2:] - xyxy[..., :2]).clamp(min=_LEAST_PX)
    place = (centre - anchors[..., :2]) / (anchors[..., 2:] * VARIANCES[0])
    scale = torch.log(size / anchors[..., 2:]) / VARIANCES[1]
    return torch.cat((place, scale), -1)


def decode_boxes(codes: Tensor, anchors: Tensor) -> Tensor:
    """Return boxes (..., 4) left, top, right, bottom of what a network says; undoes encoding."""
    centre = anchors[..., :2] + codes[..., :2] * VARIANCES[0] * anchors[..., 2:]
    grown = (codes[..., 2:] * VARIANCES[1]).clamp(max=math.log(MOST_TIMES))
    half = torch.exp(grown) * anchors[..., 2:] / 2
    return torch.cat((centre - half, centre + half), -1)


def encode_points(points: Tensor, anchors: Tensor) -> Tensor:
    """Return what a network should say of points (..., P, 2) in pixels; NaN stays NaN."""
    anchors = anchors[..., None, :]
    return (points - anchors[..., :2]) / (anchors[..., 2:] * VARIANCES[0])


def decode_points(codes: Tensor, anchors: Tensor) -> Tensor:
    """Return points (..., P, 2) in pixels of what a network says; undoes encoding."""
    count = codes.shape[-2]
    # all numbers of an anchor in a row: engines are slow where pairs are repeated along an axis
    centres = torch.cat([anchors[..., :2]] * count, -1)
    steps = torch.cat([anchors[..., 2:] * VARIANCES[0]] * count, -1)
    rows = centres + codes.flatten(-2) * steps
    return rows.reshape(*rows.shape[:-1], count, 2)
