"""One image with its depth and its camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


class DataError(ValueError):
    """Data that cannot be used; one sentence with file, value and mend."""


@dataclass(frozen=True)
class Pinhole:
    """Focal lengths and principal point in pixels; the centre of the first pixel is 0."""

    fx: float
    fy: float
    cx: float
    cy: float

    def scaled(self, x: float, y: float) -> Pinhole:
        """Return the camera of an image whose width and height are multiplied by x and y."""
        return Pinhole(
            self.fx * x, self.fy * y, (self.cx + 0.5) * x - 0.5, (self.cy + 0.5) * y - 0.5
        )


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
