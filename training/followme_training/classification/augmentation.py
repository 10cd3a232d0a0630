"""Changes of a batch of small images that leave what they show what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.classification.batches import Batch
from followme_training.classification.labelled_images import LabelledImages
from followme_training.classification.rand_augment import rand_augmented
from followme_training.classification.warp import Warp, warped
from followme_training.common.batch_order import BatchDraw
from followme_training.datasets.cropping import channels_first, cropped
from followme_training.datasets.errors import DataError

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class Augmentation:
    """How much is changed in training.

    Parameters
    ----------
    crop_px : int
        An image is mirrored outwards by so many pixels, then cut at a random place.
    flip : bool
        Whether half of the images are mirrored; digits must not be.
    cutout_px : int
        Side of a square that is hidden under the mean of the image, about a random place (DeVries
        and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017).
    mixup : float
        Both parameters of the beta distribution from which the share of a second image is drawn,
        once a batch (Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018); 0 for
        none.
    rand_operations, rand_magnitude : int
        RandAugment: so many operations an image, of a strength of 0 to 30 (Cubuk et al.,
        "RandAugment", 2020).
    warp : Warp
        Turning, sizing, shearing, shifting, bending.
    """

    crop_px: int = 0
    flip: bool = False
    cutout_px: int = 0
    mixup: float = 0.0
    rand_operations: int = 0
    rand_magnitude: int = 9
    warp: Warp = Warp()  # noqa: RUF009 - frozen

    def __post_init__(self) -> None:
        for name, largest in (
            ("crop_px", 64),
            ("cutout_px", 256),
            ("rand_operations", 8),
            ("rand_magnitude", 30),
        ):
            value = getattr(self, name)
            if not 0 <= value <= largest:
                raise DataError(f"augmentation.{name} is {value}; give 0 to {largest}")
        if not 0.0 <= self.mixup <= 10.0:
            raise DataError(f"augmentation.mixup is {self.mixup:g}; give 0 to 10")


def augmented(data: LabelledImages, draw: BatchDraw, a: Augmentation) -> Batch:
    """Return the batch of a draw.

    Parameters
    ----------
    data : LabelledImages
        The originals.
    draw : BatchDraw
        Which of them, and the randomness.
    a : Augmentation
        How much is changed.
    """
    random = draw.generator()
    images = cropped(data.images[draw.places], a.crop_px, a.flip, random)
    if a.rand_operations:
        images = rand_augmented(images, a.rand_operations, a.rand_magnitude, random)
    if a.cutout_px:
        images = with_cutout(images, a.cutout_px, random)
    x = warped(channels_first(images), a.warp, random)
    labels = torch.from_numpy(data.labels[draw.places])
    if not a.mixup:
        return Batch(x, labels, labels, 1.0, draw.places)
    share = float(random.beta(a.mixup, a.mixup))
    partner = torch.from_numpy(random.permutation(len(x)))
    return Batch(
        share * x + (1.0 - share) * x[partner], labels, labels[partner], share, draw.places
    )


def with_cutout(images: Images, side: int, random: np.random.Generator) -> Images:
    """Return images (B, H, W, C) each with a square about a random place under its mean colour.

    At the border a part of the square lies outside, as in the paper.
    """
    count, height, width = images.shape[:3]
    centres = (random.integers(0, height, (count,)), random.integers(0, width, (count,)))
    inside = []
    for centre, size in zip(centres, (height, width), strict=True):
        offset = np.arange(size)[None] - (centre[:, None] - side // 2)
        inside.append((offset >= 0) & (offset < side))
    hidden = inside[0][:, :, None] & inside[1][:, None, :]
    mean = images.mean((1, 2), keepdims=True, dtype=np.float32).astype(np.uint8)
    return np.where(hidden[..., None], mean, images)
