"""An image made to fit the input of a network, and the way back to its own pixels.

Boxes and points of a network count from the outer edge of the first pixel of its input, as COCO's
do: the input covers 0 to its width. Here they become FollowMe's, which count from the centre of the
first pixel of the image, so that an image begins at -0.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# What fills the rest of a letterbox: the grey that detectors are commonly trained with.
_FILL = 114


@dataclass(frozen=True)
class Fit:
    """How an image lies in the input of a network.

    Parameters
    ----------
    image_hw : tuple of two ints
        Height and width of the image.
    input_hw : tuple of two ints
        Height and width of the input.
    inner_hw : tuple of two ints
        Height and width of the resized image within the input.
    top, left : int
        Where it begins there.
    """

    image_hw: tuple[int, int]
    input_hw: tuple[int, int]
    inner_hw: tuple[int, int]
    top: int
    left: int

    def to_image(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return points of a network as points of the image.

        Parameters
        ----------
        points : (..., 2) float
            x and y in pixels of the input, from the outer edge of its first pixel.

        Returns
        -------
        (..., 2) float32
            In pixels of the image, from the centre of its first pixel. A pixel of the input, from
            its left to its right edge, covers exactly the pixels that it was made from.
        """
        scale_x = self.image_hw[1] / self.inner_hw[1]
        scale_y = self.image_hw[0] / self.inner_hw[0]
        scale = np.array([scale_x, scale_y])
        begin = np.array([self.left, self.top])
        moved = (np.asarray(points, np.float64) - begin) * scale - 0.5
        return np.asarray(moved, np.float32)

    def inner(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the part (h, w) of a map of the input that shows the image."""
        height, width = self.inner_hw
        return values[self.top : self.top + height, self.left : self.left + width]


def fit(image_hw: tuple[int, int], input_hw: tuple[int, int], resize: str) -> Fit:
    """Return how an image fits into an input.

    Parameters
    ----------
    image_hw, input_hw : tuple of two ints
        Height and width.
    resize : str
        plain: width and height are stretched each on its own; letterbox: the aspect is kept and
        the image lies in the middle.
    """
    if resize == "plain":
        return Fit(image_hw, input_hw, input_hw, 0, 0)
    ratio = min(input_hw[0] / image_hw[0], input_hw[1] / image_hw[1])
    height = max(1, min(input_hw[0], round(image_hw[0] * ratio)))
    width = max(1, min(input_hw[1], round(image_hw[1] * ratio)))
    top, left = (input_hw[0] - height) // 2, (input_hw[1] - width) // 2
    return Fit(image_hw, input_hw, (height, width), top, left)


def rgb_of(bgr: NDArray[np.uint8], fitting: Fit) -> NDArray[np.uint8]:
    """Return an image (H, W, 3) uint8 of blue, green, red as the input (h, w, 3) of a network."""
    height, width = fitting.inner_hw
    shrinks = bgr.shape[0] > height or bgr.shape[1] > width
    resized = cv2.resize(
        bgr, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    rgb = np.asarray(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB), np.uint8)
    if fitting.inner_hw == fitting.input_hw:
        return rgb
    filled = np.full((*fitting.input_hw, 3), _FILL, np.uint8)
    filled[fitting.top : fitting.top + height, fitting.left : fitting.left + width] = rgb
    return filled
