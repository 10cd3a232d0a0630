"""Cross-entropy: how surprised the network is by the label of a pixel."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from followme_training.segmentation.losses.labelled import (
    checked_weights,
    labelled_pixels,
    weighted_mean,
)


def cross_entropy(logits: Tensor, target: Tensor, class_weights: Tensor | None = None) -> Tensor:
    """Return the mean of -ln p over all labelled pixels, p the probability of the true class.

    Parameters
    ----------
    logits : (B, C, H, W) float tensor
        Before the softmax.
    target : (B, H, W) int64 tensor
        Classes; 255 has no label.
    class_weights : (C,) float tensor, optional
        How much a pixel of each class counts in the mean.

    Raises
    ------
    LossInputError
        On shapes, types or classes that do not fit.
    """
    chosen, classes = labelled_pixels(logits, target)
    if class_weights is not None:
        class_weights = checked_weights(class_weights, logits.shape[1])
    return weighted_mean(surprise(chosen, classes), classes, class_weights)


def surprise(logits: Tensor, classes: Tensor) -> Tensor:
    """Return -ln p of each pixel (N,) from logits (N, C) and true classes (N,)."""
    return functional.cross_entropy(logits, classes, reduction="none")
