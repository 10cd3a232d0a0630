"""Cross-entropy in which a rare class counts more a pixel, and how much more.

Half of a room is wall and floor; a plain mean over pixels would hardly feel a door that is missed.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from followme_training.segmentation.losses.cross_entropy import cross_entropy
from followme_training.segmentation.losses.labelled import LossInputError

#: Smallest and largest weight: beyond it, a few pixels of a rare class would lead the training.
CLIP = (0.1, 10.0)


def balanced(logits: Tensor, target: Tensor, class_weights: Tensor) -> Tensor:
    """Return the cross-entropy with weights that must be given.

    Parameters
    ----------
    logits : (B, C, H, W) float tensor
        Before the softmax.
    target : (B, H, W) int64 tensor
        Classes; 255 has no label.
    class_weights : (C,) float tensor
        Of :func:`median_frequency` or :func:`effective_number`.

    Raises
    ------
    LossInputError
        On shapes, types or classes that do not fit.
    """
    return cross_entropy(logits, target, class_weights)


def median_frequency(
    pixels: Tensor,
    pixels_of_images: Tensor,
    power: float = 1.0,
    clip: tuple[float, float] = CLIP,
) -> Tensor:
    """Return the weight median(f) / f of each class, f its frequency where it occurs.

    Eigen and Fergus, "Predicting Depth, Surface Normals and Semantic Labels with a Common
    Multi-Scale Convolutional Architecture", ICCV 2015, section 6.3.2: f is the number of pixels of
    a class over the number of pixels of all images in which it occurs. The class in the middle
    has weight 1.

    Parameters
    ----------
    pixels : (C,) tensor
        Number of pixels of each class.
    pixels_of_images : (C,) tensor
        Number of labelled pixels of the images in which the class occurs.
    power : float
        Below 1 makes the weights milder: .5 takes their root; 0 makes all of them 1.
    clip : tuple of two floats
        Smallest and largest weight.

    Returns
    -------
    (C,) float32 tensor
        A class that never occurs has weight 1, which no pixel will ask for.

    Raises
    ------
    LossInputError
        On numbers that cannot be counts, or a clip that is empty.
    """
    counts = _counts(pixels)
    around = _counts(pixels_of_images)
    if counts.shape != around.shape or bool((counts > around).any()):
        raise LossInputError(
            "pixels of a class are more than those of the images it occurs in, or of other "
            "classes; count both over the same images"
        )
    seen = counts > 0
    frequency = counts[seen] / around[seen]
    # torch.median would take the lower of the two in the middle
    raw = torch.quantile(frequency, 0.5) / frequency if len(frequency) else frequency
    return _finished(seen, raw**power, clip)


def effective_number(
    pixels: Tensor, beta: float = 1 - 1e-6, clip: tuple[float, float] = CLIP
) -> Tensor:
    """Return the weight (1 - beta) / (1 - beta^n) of a class of n pixels, 1 on average.

    Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019, section 3:
    the more samples, the more of them repeat others. 1 / (1 - beta) is how many different ones a
    class can have; with 1 (beta 0) all weights are equal, with infinitely many (beta to 1) they
    go with 1 / n.

    Parameters
    ----------
    pixels : (C,) tensor
        Number of pixels of each class.
    beta : float
        0 to below 1. The default lets a class have a million different pixels.
    clip : tuple of two floats
        Smallest and largest weight.

    Returns
    -------
    (C,) float32 tensor
        A class that never occurs has weight 1, which no pixel will ask for.

    Raises
    ------
    LossInputError
        On numbers that cannot be counts, a beta out of range, or a clip that is empty.
    """
    if not 0 <= beta < 1:
        raise LossInputError(f"beta is {beta:g}; give 0 to below 1")
    counts = _counts(pixels)
    seen = counts > 0
    # 1 - beta^n, which would lose all digits near beta 1
    share = -torch.expm1(counts[seen] * math.log(beta)) if beta else torch.ones_like(counts[seen])
    raw = (1 - beta) / share
    return _finished(seen, raw / raw.mean(), clip)


def _counts(pixels: Tensor) -> Tensor:
    counts = pixels.double()
    if counts.ndim != 1 or bool((~torch.isfinite(counts) | (counts < 0)).any()):
        raise LossInputError(
            f"counts of pixels are {pixels.tolist()}; give a number for each class, 0 or more"
        )
    return counts


def _finished(seen: Tensor, raw: Tensor, clip: tuple[float, float]) -> Tensor:
    low, high = clip
    if not 0 < low <= high < math.inf:
        raise LossInputError(f"clip is {low:g} to {high:g}; give 0 < smallest <= largest")
    weights = torch.ones(len(seen), dtype=torch.float64, device=seen.device)
    weights[seen] = raw.clamp(low, high)
    return weights.float()
