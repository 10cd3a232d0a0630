"""Images without labels, for looking at what a network says of them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from followme_training.datasets.errors import DataError
from followme_training.datasets.images import read_image, rgb_of
from followme_training.segmentation.classes import IGNORE
from followme_training.segmentation.sample import SegmentationSample

_ENDINGS = (".jpg", ".jpeg", ".png")


class Photographs:
    """The images of a folder by their names, read when asked for; no pixel has a label.

    Parameters
    ----------
    folder : Path
        Holds JPEG or PNG files.

    Raises
    ------
    DataError
        When it holds none; later, when a file is no image.
    """

    def __init__(self, folder: Path) -> None:
        found = folder.iterdir() if folder.is_dir() else iter(())
        self._files = sorted(f for f in found if f.suffix.lower() in _ENDINGS)
        if not self._files:
            raise DataError(f"{folder}: holds no JPEG or PNG file; give a folder of images")

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, index: int) -> SegmentationSample:
        file = self._files[index]
        rgb = rgb_of(read_image(file, cv2.IMREAD_COLOR))
        return SegmentationSample(file.name, rgb, np.full(rgb.shape[:2], IGNORE, np.uint8))
