"""What a camera gives: colour, depth, calibration, of one instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.values.camera import Camera
from followme.values.check import check_array, freeze
from followme.values.label_map import LabelMap
from followme.values.motion import Motion
from followme.values.truth import TruthObject

#: Depth of another stamp than its image's belongs to it when it is the nearest, and this near.
DEPTH_SLOP_NS = 20_000_000


@dataclass(frozen=True, eq=False)
class ColourImage:
    """A colour image.

    Parameters
    ----------
    stamp_ns : int
        When it was captured.
    bgr : (H, W, 3) uint8
        Blue, green, red, as OpenCV has them.
    """

    stamp_ns: int
    bgr: NDArray[np.uint8]

    def __post_init__(self) -> None:
        check_array("colour image", self.bgr, (None, None, 3), np.uint8)
        if self.bgr.size == 0:
            raise ValueError(f"colour image: empty, its shape is {self.bgr.shape}")
        freeze(self, "bgr")


@dataclass(frozen=True, eq=False)
class GreyImage:
    """One number for each pixel: a class, or how sure it is.

    Parameters
    ----------
    stamp_ns : int
        Of the image that it stands for.
    pixels : (H, W) uint8
        0 to 255.
    """

    stamp_ns: int
    pixels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        check_array("grey image", self.pixels, (None, None), np.uint8)
        if self.pixels.size == 0:
            raise ValueError(f"grey image: empty, its shape is {self.pixels.shape}")
        freeze(self, "pixels")


@dataclass(frozen=True, eq=False)
class DepthImage:
    """Depth as a sensor measured it, aligned to colour.

    Parameters
    ----------
    stamp_ns : int
        When it was captured.
    depth_m : (H, W) float32
        Metres along the optical axis; NaN where the sensor gave nothing.
    counted : bool
        Whether these came as whole numbers of 16 bits that were taken for millimetres.
    """

    stamp_ns: int
    depth_m: NDArray[np.float32]
    counted: bool = False

    def __post_init__(self) -> None:
        check_array("depth image", self.depth_m, (None, None), np.float32)
        if self.depth_m.size == 0:
            raise ValueError(f"depth image: empty, its shape is {self.depth_m.shape}")
        freeze(self, "depth_m")


@dataclass(frozen=True)
class CameraInfo:
    """The calibration that holds for the image of the same stamp."""

    stamp_ns: int
    camera: Camera


@dataclass(frozen=True, eq=False)
class Frame:
    """All that a source knows about one instant; None where it does not know.

    Parameters
    ----------
    stamp_ns : int
        When the image was captured.
    bgr : (H, W, 3) uint8
        Colour.
    camera : Camera or None
        Calibration of the colour image; depth is aligned to it.
    depth_m : (h, w) float32 or None
        Metres along the optical axis, NaN unknown.
    motion : Motion or None
        How the walker moves.
    labels : LabelMap or None
        What each pixel shows; None where the source cannot know.
    truth : tuple of TruthObject or None
        What really stands there; None where the source cannot know.
    """

    stamp_ns: int
    bgr: NDArray[np.uint8]
    camera: Camera | None = None
    depth_m: NDArray[np.float32] | None = None
    motion: Motion | None = None
    labels: LabelMap | None = None
    truth: tuple[TruthObject, ...] | None = None

    def __post_init__(self) -> None:
        ColourImage(self.stamp_ns, self.bgr)
        if self.depth_m is not None:
            DepthImage(self.stamp_ns, self.depth_m)
        if self.camera is not None:
            height, width = self.bgr.shape[:2]
            if (self.camera.width, self.camera.height) != (width, height):
                raise ValueError(
                    f"camera: it is calibrated for {self.camera.width}x{self.camera.height}, "
                    f"the image is {width}x{height}"
                )
        freeze(self, "bgr", "depth_m")
