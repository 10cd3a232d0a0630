"""What a camera's light does to an image: blur while it turns, darkness, glare, a covered lens."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

# less than this many pixels of blur cannot be seen
_LEAST_BLUR_PX = 0.5


def blurred(bgr: NDArray[np.uint8], right_px: float, down_px: float) -> NDArray[np.uint8]:
    """Return an image (H, W, 3) that moved by so many pixels while the shutter was open."""
    across, down = _smear(abs(right_px)), _smear(abs(down_px))
    if across.size == down.size == 1:
        return bgr
    return np.asarray(
        cv2.sepFilter2D(bgr, -1, across, down, borderType=cv2.BORDER_REPLICATE), np.uint8
    )


def dimmed(bgr: NDArray[np.uint8], brightness: float) -> NDArray[np.uint8]:
    """Return an image (H, W, 3) with a share of its light."""
    if brightness == 1.0:
        return bgr
    return np.asarray(cv2.convertScaleAbs(bgr, alpha=brightness), np.uint8)


def covered(height: int, width: int, luma: float) -> NDArray[np.uint8]:
    """Return what a camera sees through something on its lens, (H, W, 3)."""
    return np.full((height, width, 3), round(luma), np.uint8)


def _smear(length_px: float) -> NDArray[np.float32]:
    """Return a kernel of odd size that spreads a pixel over a length."""
    if length_px < _LEAST_BLUR_PX:
        return np.ones(1, np.float32)
    reach = math.ceil(0.5 * length_px)
    at = np.arange(-reach, reach + 1)[:, None]
    # where the pixel was during the exposure, each time shared by the two pixels beside it
    was = np.linspace(-0.5 * length_px, 0.5 * length_px, 33)
    kernel = np.maximum(0.0, 1.0 - np.abs(at - was)).mean(axis=1)
    return np.asarray(kernel / kernel.sum(), np.float32)
