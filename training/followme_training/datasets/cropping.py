"""A batch of small images, each cut anew out of its mirrored surroundings."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError


def channels_first(images: NDArray[np.uint8]) -> torch.Tensor:
    """Return images (B, H, W, C) uint8 as (B, C, H, W) of floats, 0 to 255."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()


def cropped(
    images: NDArray[np.uint8], margin: int, flip: bool, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return images (B, H, W, C) cut out of their mirrored surroundings, half of them mirrored.

    Raises
    ------
    DataError
        When the margin is as wide as the image.
    """
    count, height, width = images.shape[:3]
    if margin >= min(height, width):
        raise DataError(
            f"augmentation.crop_px is {margin}; give less than the {min(height, width)} pixels of "
            "an image"
        )
    if not margin and not flip:
        return images
    tops, lefts = random.integers(0, 2 * margin + 1, (2, count))
    mirrored = random.random((count,)) < (0.5 if flip else 0.0)
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin), (0, 0)), mode="reflect")
    rows = tops[:, None] + np.arange(height)
    columns = np.where(mirrored[:, None], np.arange(width)[::-1], np.arange(width))
    columns = columns + lefts[:, None]
    which = np.arange(count)[:, None, None]
    return np.asarray(padded[which, rows[:, :, None], columns[:, None, :]], np.uint8)
