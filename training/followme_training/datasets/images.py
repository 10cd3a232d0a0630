"""Image files: read whole, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError

#: Of image files that OpenCV reads.
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def read_image(file: Path, flags: int) -> NDArray[Any]:
    """Read an image file as OpenCV does.

    Raises
    ------
    DataError
        When the file cannot be read or is no image.
    """
    try:
        return decoded(file.read_bytes(), flags, f"{file}:")
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{file}: cannot be read ({reason}); fetch it again") from error


def read_plain_rgb(file: Path) -> NDArray[np.uint8]:
    """Read an image of three channels as red, green, blue (H, W, 3).

    Raises
    ------
    DataError
        When the file cannot be read, or has other channels or more than 8 bits each.
    """
    image = read_image(file, cv2.IMREAD_UNCHANGED)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        channels = image.shape[2] if image.ndim == 3 else 1
        raise DataError(
            f"{file}: has {channels} channels of {image.dtype}, three of uint8 are needed; "
            "save it as a plain RGB image"
        )
    return rgb_of(image)


def decoded(data: bytes, flags: int, name: str) -> NDArray[Any]:
    """Return the image in the bytes of a file; ``name`` is for the message.

    Raises
    ------
    DataError
        When they are no image.
    """
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    except cv2.error as error:
        raise DataError(f"{name}: cannot be decoded ({error}); fetch it again") from error
    if image is None:
        raise DataError(f"{name} is no image; fetch the file again")
    return image


def rgb_of(bgr: NDArray[Any]) -> NDArray[np.uint8]:
    """Return red, green, blue (H, W, 3) of an image as OpenCV reads it."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
