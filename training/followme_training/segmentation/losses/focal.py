"""Focal loss: pixels that are right already count little."""

from __future__ import annotations

import torch
from torch import Tensor

from followme_training.segmentation.losses.cross_entropy import surprise
from followme_training.segmentation.losses.labelled import (
    LossInputError,
    checked_weights,
    labelled_pixels,
    weighted_mean,
)


def focal(
    logits: Tensor,
    target: Tensor,
    class_weights: Tensor | None = None,
    gamma: float = 2.0,
) -> Tensor:
    """Return the mean of -(1 - p)^gamma ln p over all labelled pixels.

    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, equations 4 and 5, for many
    classes: p is the probability of the true one; the weights of classes are the paper's alpha.

    Parameters
    ----------
    logits : (B, C, H, W) float tensor
        Before the softmax.
    target : (B, H, W) int64 tensor
        Classes; 255 has no label.
    class_weights : (C,) float tensor, optional
        How much a pixel of each class counts in the mean.
    gamma : float
        With 0 this is the cross-entropy; 2 after the paper.

    Raises
    ------
    LossInputError
        On shapes, types or classes that do not fit, or a negative gamma.
    """
    if not gamma >= 0:
        raise LossInputError(f"gamma is {gamma:g}; give 0 or more")
    chosen, classes = labelled_pixels(logits, target)
    if class_weights is not None:
        class_weights = checked_weights(class_weights, logits.shape[1])
    cost = surprise(chosen, classes)
    # 1 - p from ln p, exact where p is near 1; above 0, as a power below 1 is steep there
    wrong = (-torch.expm1(-cost)).clamp(min=torch.finfo(cost.dtype).tiny)
    return weighted_mean(wrong**gamma * cost, classes, class_weights)
