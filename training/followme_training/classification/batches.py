"""What a step gets: images of a batch with their classes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray


class Batch(NamedTuple):
    """What a step gets.

    Parameters
    ----------
    images : (B, C, H, W) float tensor
        0 to 255.
    labels : (B,) int64 tensor
        Classes.
    others : (B,) int64 tensor
        Classes of the images that were mixed in; the labels where none were.
    share : float
        Of the first image in each mixture; 1 without mixing.
    places : (B,) int64
        Of the images in the data set, for messages.
    """

    images: torch.Tensor
    labels: torch.Tensor
    others: torch.Tensor
    share: float
    places: NDArray[np.int64]

    @property
    def names(self) -> list[str]:
        """Words for messages."""
        return [f"image {place}" for place in self.places]
