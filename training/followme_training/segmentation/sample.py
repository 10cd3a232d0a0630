"""One image with the class of each pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from followme_training.common.samples import Samples
from followme_training.datasets.errors import DataError


@dataclass(frozen=True)
class SegmentationSample:
    """One image with its labels.

    Parameters
    ----------
    name : str
        Of the image, for messages.
    rgb : (H, W, 3) uint8
        Red, green, blue.
    labels : (H, W) uint8
        Number of the class; 255 where there is none.
    """

    name: str
    rgb: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.rgb.dtype != np.uint8 or self.rgb.ndim != 3 or self.rgb.shape[2] != 3:
            raise DataError(f"{self.name}: colour is {self.rgb.shape}, expected (H, W, 3) uint8")
        if self.labels.shape != self.rgb.shape[:2] or self.labels.dtype != np.uint8:
            (h, w), (height, width) = self.labels.shape[:2], self.rgb.shape[:2]
            raise DataError(
                f"{self.name}: labels are {w}x{h}, the image {width}x{height}; "
                "both have to be of one size"
            )


#: Read when asked for.
SegmentationImages: TypeAlias = Samples[SegmentationSample]
