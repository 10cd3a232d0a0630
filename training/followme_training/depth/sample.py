"""One image with its depth and its camera."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError
from followme_training.datasets.nyuv2 import NyuZip
from followme_training.datasets.pinhole import Pinhole

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class DepthSample:
    """One image with what is known about its depth.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    rgb : (H, W, 3) uint8
        Red, green, blue.
    depth_m : (H, W) float32
        Metres along the optical axis; NaN unknown.
    camera : Pinhole
        Of this image.
    """

    name: str
    rgb: NDArray[np.uint8]
    depth_m: Floats
    camera: Pinhole

    def __post_init__(self) -> None:
        if self.rgb.dtype != np.uint8 or self.rgb.ndim != 3 or self.rgb.shape[2] != 3:
            raise DataError(f"{self.name}: colour is {self.rgb.shape}, expected (H, W, 3) uint8")
        if self.depth_m.shape != self.rgb.shape[:2]:
            raise DataError(
                f"{self.name}: depth is {self.depth_m.shape}, colour {self.rgb.shape[:2]}; "
                "both have to be of one size"
            )


def nyu_samples(archive: NyuZip, numbers: Iterable[int]) -> list[DepthSample]:
    """Return images of NYUv2 by their ids."""
    return [
        DepthSample(f"nyuv2/{n:04d}", archive.rgb(n), archive.depth_m(n), archive.info.camera)
        for n in numbers
    ]
