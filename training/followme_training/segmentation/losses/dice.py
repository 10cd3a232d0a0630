"""Soft Dice loss: how little the guessed area of each class overlaps the true one."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from followme_training.segmentation.losses.labelled import labelled_pixels


def dice(logits: Tensor, target: Tensor) -> Tensor:
    """Return the mean of 1 - 2 sum(p t) / (sum(p) + sum(t)) over the classes that occur.

    Milletari et al., "V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image
    Segmentation", 3DV 2016, section 3, without the squares in its denominator (Drozdzal et al.,
    "The Importance of Skip Connections in Biomedical Image Segmentation", 2016), and for many
    classes: p are the probabilities of a class, t is 1 on its pixels and 0 elsewhere. Sums run
    over all labelled pixels of the batch. A class without a pixel in the truth is skipped: it
    has no area to overlap, and what is guessed of it is missing in the classes that do occur.

    Parameters
    ----------
    logits : (B, C, H, W) float tensor
        Before the softmax.
    target : (B, H, W) int64 tensor
        Classes; 255 has no label.

    Raises
    ------
    LossInputError
        On shapes, types or classes that do not fit.
    """
    chosen, classes = labelled_pixels(logits, target)
    probability = chosen.softmax(1)
    truth = functional.one_hot(classes, logits.shape[1]).to(probability)
    area = truth.sum(0)
    present = area > 0
    overlap = (probability * truth).sum(0)[present]
    missed = 1 - 2 * overlap / (probability.sum(0)[present] + area[present])
    return missed.sum() / max(1, len(missed))
