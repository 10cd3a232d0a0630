"""Image files: read whole, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError


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
