"""Image files in folders, one folder a class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme_training.classification.labelled_images import ClassNames, LabelledImages
from followme_training.common.progress import progress
from followme_training.common.resampling import resized_rgb
from followme_training.datasets.errors import DataError
from followme_training.datasets.images import ENDINGS, read_plain_rgb


def read_class_folders(folder: Path, size_hw: tuple[int, int] | None) -> LabelledImages:
    """Read all images; the classes are the folders in the order of their names.

    Parameters
    ----------
    folder : Path
        Holds a folder for each class.
    size_hw : tuple of two ints, optional
        To which all are resized; without it they have to be of one size.

    Raises
    ------
    DataError
        When there is no folder or one without an image, an image that cannot be read or has no
        three channels, or, without ``size_hw``, images of several sizes.
    """
    folders = sorted(f for f in folder.iterdir() if f.is_dir()) if folder.is_dir() else []
    if not folders:
        raise DataError(f"{folder}: holds no folders; give a folder with one folder for each class")
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for number, one in enumerate(progress(folders, "reading images")):
        files = sorted(f for f in one.iterdir() if f.suffix.lower() in ENDINGS)
        if not files:
            raise DataError(f"{one}: holds no image; add some, or remove the folder")
        for file in files:
            rgb = read_plain_rgb(file)
            rgb = resized_rgb(rgb, size_hw) if size_hw else rgb
            if images and rgb.shape != images[0].shape:
                (h, w), (height, width) = rgb.shape[:2], images[0].shape[:2]
                raise DataError(
                    f"{file}: is {w}x{h}, the images before it are {width}x{height}; "
                    "resize all of them with data.size_hw, in evaluate and show with --size-hw"
                )
            images.append(rgb)
            labels.append(number)
    classes = ClassNames(tuple(f.name for f in folders))
    return LabelledImages(str(folder), np.stack(images), np.asarray(labels, np.int64), classes)
