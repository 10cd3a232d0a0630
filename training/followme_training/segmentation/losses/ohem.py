"""Cross-entropy of the hardest pixels alone."""

from __future__ import annotations

import math

from torch import Tensor

from followme_training.segmentation.losses.cross_entropy import surprise
from followme_training.segmentation.losses.labelled import (
    LossInputError,
    checked_weights,
    labelled_pixels,
    weighted_mean,
)


def ohem(
    logits: Tensor,
    target: Tensor,
    class_weights: Tensor | None = None,
    share: float = 0.25,
    minimum: int = 4096,
) -> Tensor:
    """Return the mean of -ln p over the labelled pixels at which it is largest.

    Online hard example mining: Shrivastava et al., "Training Region-based Object Detectors with
    Online Hard Example Mining", CVPR 2016; for pixels Wu et al., "Bridging Category-level and
    Instance-level Semantic Image Segmentation", 2016, section 3.3.

    Parameters
    ----------
    logits : (B, C, H, W) float tensor
        Before the softmax.
    target : (B, H, W) int64 tensor
        Classes; 255 has no label.
    class_weights : (C,) float tensor, optional
        How much a pixel of each class counts in the mean; which pixels are hard is not theirs
        to say.
    share : float
        Of the labelled pixels of the batch that are kept, above 0 to 1.
    minimum : int
        Pixels that are kept at least, as far as there are so many.

    Raises
    ------
    LossInputError
        On shapes, types or classes that do not fit, or a share or minimum out of range.
    """
    if not 0 < share <= 1:
        raise LossInputError(f"share is {share:g}; give above 0 to 1")
    if minimum < 1:
        raise LossInputError(f"minimum is {minimum}; give at least 1 pixel")
    chosen, classes = labelled_pixels(logits, target)
    if class_weights is not None:
        class_weights = checked_weights(class_weights, logits.shape[1])
    cost = surprise(chosen, classes)
    kept = min(len(cost), max(minimum, math.ceil(share * len(cost))))
    hardest, where = cost.topk(kept, sorted=False)
    return weighted_mean(hardest, classes[where], class_weights)
