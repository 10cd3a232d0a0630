"""The pixels of a batch that have a label; all that a loss may look at.

Each loss takes logits (B, C, H, W) and classes (B, H, W), and is a mean over pixels or classes:
which image a pixel comes from, and where it lies, plays no part. So all of them begin here.
"""

from __future__ import annotations

import torch
from torch import Tensor

from followme_training.segmentation.classes import IGNORE


class LossInputError(ValueError):
    """Logits, classes or weights that do not fit each other; one sentence with the mend."""


def labelled_pixels(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Return logits (N, C) and classes (N,) of the pixels that have a label.

    What has none is left out before any arithmetic, so that it adds neither value nor gradient,
    not even where its logits are no numbers. Half floats become float32, as sums over a batch of
    pixels are beyond their range.

    Parameters
    ----------
    logits : (B, C, H, W) float tensor
        Of the network.
    target : (B, H, W) int64 tensor
        Classes 0 to C - 1; 255 has no label.

    Raises
    ------
    LossInputError
        On shapes or types that do not fit, and on a class that the network does not know.
    """
    if logits.ndim != 4 or target.shape != (logits.shape[0], *logits.shape[2:]):
        raise LossInputError(
            f"logits {_shape(logits)} and classes {_shape(target)} do not fit; "
            "give (B, C, H, W) and (B, H, W)"
        )
    if not logits.is_floating_point() or target.dtype != torch.int64:
        raise LossInputError(
            f"logits are {logits.dtype} and classes {target.dtype}; give floats and int64"
        )
    known = target != IGNORE
    classes = target[known]
    count = logits.shape[1]
    strange = classes[(classes < 0) | (classes >= count)]
    if len(strange):
        raise LossInputError(
            f"class {int(strange[0])} is beyond the {count} of the network; "
            f"give 0 to {count - 1}, or {IGNORE} for no label"
        )
    chosen = logits.movedim(1, -1)[known]
    return chosen.float() if chosen.element_size() < 4 else chosen, classes


def checked_weights(weights: Tensor, classes: int) -> Tensor:
    """Return the weights of classes after looking at them.

    Parameters
    ----------
    weights : (C,) float tensor
        One for each class, finite and not negative.
    classes : int
        How many there should be.

    Raises
    ------
    LossInputError
        On another number of them, or a value that cannot weigh.
    """
    if weights.shape != (classes,):
        raise LossInputError(
            f"class weights {_shape(weights)} do not fit {classes} classes; give one for each"
        )
    bad = ~(torch.isfinite(weights) & (weights >= 0))
    if bad.any():
        number = int(bad.nonzero()[0])
        raise LossInputError(
            f"the weight of class {number} is {float(weights[number]):g}; "
            "give finite weights that are not negative"
        )
    return weights


def weighted_mean(values: Tensor, classes: Tensor, weights: Tensor | None) -> Tensor:
    """Return the mean of values (N,), each counted by the weight of its class; 0 of none.

    Parameters
    ----------
    values : (N,) float tensor
        Of pixels.
    classes : (N,) int64 tensor
        Of the same pixels.
    weights : (C,) float tensor, optional
        Of classes; without them each pixel counts the same.
    """
    if weights is None:
        return values.sum() / max(1, len(values))
    each = weights.to(values)[classes]
    total = each.sum()
    # classes of weight 0 alone: the sum above the line is 0, too
    return (each * values).sum() / torch.where(total > 0, total, torch.ones_like(total))


def _shape(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))
