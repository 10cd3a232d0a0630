"""How often each class is seen, and what weight in the loss follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.common.progress import progress
from followme_training.segmentation.classes import IGNORE
from followme_training.segmentation.losses.balanced import effective_number, median_frequency
from followme_training.segmentation.sample import SegmentationImages


class ClassCounts(NamedTuple):
    """What was counted over images.

    Parameters
    ----------
    images : (C,) int64
        Images in which a class occurs.
    pixels : (C,) int64
        Pixels of a class.
    pixels_around : (C,) int64
        Labelled pixels of the images in which it occurs.
    unlabelled : int
        Pixels of no class.
    """

    images: NDArray[np.int64]
    pixels: NDArray[np.int64]
    pixels_around: NDArray[np.int64]
    unlabelled: int


@dataclass(frozen=True)
class ClassWeights:
    """How much a pixel of a rare class counts more than one of a frequent class.

    Parameters
    ----------
    method : str
        ``none``, ``median_frequency`` or ``effective_number``; see
        :mod:`followme_training.segmentation.losses.balanced`.
    power : float
        Of ``median_frequency``: 1 as in the paper, less is milder.
    beta : float
        Of ``effective_number``.
    smallest, largest : float
        Bounds of a weight.
    """

    method: Literal["none", "median_frequency", "effective_number"] = "none"
    power: float = 1.0
    beta: float = 1 - 1e-6
    smallest: float = 0.1
    largest: float = 10.0


def class_counts(images: SegmentationImages, classes: int) -> ClassCounts:
    """Count the pixels of each class, over all images."""
    in_images, pixels, around = np.zeros((3, classes), np.int64)
    unlabelled = 0
    for sample in progress(images, "counting classes"):
        found = np.bincount(sample.labels.ravel(), minlength=IGNORE + 1)
        known = found[:classes]
        in_images += known > 0
        pixels += known
        around[known > 0] += known.sum()
        unlabelled += int(found[IGNORE])
    return ClassCounts(in_images, pixels, around, unlabelled)


def class_weights(counts: ClassCounts, w: ClassWeights) -> torch.Tensor | None:
    """Return the weights (C,) of the classes, None where all count the same."""
    clip = (w.smallest, w.largest)
    pixels = torch.from_numpy(counts.pixels)
    if w.method == "median_frequency":
        return median_frequency(pixels, torch.from_numpy(counts.pixels_around), w.power, clip)
    if w.method == "effective_number":
        return effective_number(pixels, w.beta, clip)
    return None
