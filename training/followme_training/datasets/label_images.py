"""Label images: PNG files whose pixels are numbers, with or without a palette."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from followme_training.datasets.errors import DataError


def read_labels(file: Path) -> NDArray[np.uint8]:
    """Read the numbers (H, W) of a label image; a palette, as PASCAL VOC's, is not applied.

    Raises
    ------
    DataError
        When the file cannot be read, is damaged, or has colours instead of numbers.
    """
    try:
        with Image.open(file) as image:
            if image.mode not in ("L", "P", "1"):
                raise DataError(
                    f"{file}: has pixels of kind {image.mode}, a label image has one number of 8 "
                    "bits a pixel; convert it"
                )
            return np.array(image, np.uint8)
    except (OSError, SyntaxError, UnidentifiedImageError) as error:
        # a PNG whose inside is broken is a SyntaxError to Pillow
        raise DataError(f"{file}: cannot be read ({error}); fetch it again") from error
