"""Images at another size, as the runtime makes them: averaged where they shrink, else linear."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def resized_rgb(rgb: NDArray[np.uint8], size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """Return an image (H, W, 3) at another size."""
    (height, width), (h, w) = size_hw, rgb.shape[:2]
    how = cv2.INTER_AREA if h > height or w > width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=how), np.uint8)


def low_passed(rgb: NDArray[np.uint8], step_x: float, step_y: float) -> NDArray[np.uint8]:
    """Return an image (H, W, 3) smoothed for sampling at a step of so many pixels, 1 or more."""
    # deviation of a box that is as wide as the step, less what linear interpolation does itself
    sx, sy = (np.sqrt(max(step * step - 1.0, 1e-4) / 12.0) for step in (step_x, step_y))
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigmaX=sx, sigmaY=sy), np.uint8)
