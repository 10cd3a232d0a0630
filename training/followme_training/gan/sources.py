"""Images to learn from: a folder of files, or a zip file of mosaics; all square, of one size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme_training.common.progress import progress
from followme_training.common.resampling import resized_rgb
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.images import ENDINGS, read_plain_rgb
from followme_training.datasets.mosaics import read_index, read_tiles

Images = NDArray[np.uint8]


def read_squares(path: Path, side: int, middle: bool = False) -> Images:
    """Read all images, (N, side, side, 3), red, green, blue.

    Parameters
    ----------
    path : Path
        A folder, whose images are read in the order of their names, those of folders in it too; or
        a zip file of WebP mosaics with an ``index.json``.
    side : int
        To which images are resized.
    middle : bool
        Whether the middle square is cut out of each image of a folder. Without it they have to be
        square and of one size.

    Raises
    ------
    DataError
        When there is no image, or one that cannot be read, has not three channels of 8 bits, or is
        of another size than the others.
    """
    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder; give the images in data.path")
    if path.is_dir():
        return _folder(path, side, middle)
    files = FileTree(path)
    tiles = read_tiles(files, read_index(files))
    return np.stack([resized_rgb(tile, (side, side)) for tile in tiles])


def _folder(folder: Path, side: int, middle: bool) -> Images:
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in ENDINGS and f.is_file())
    if not files:
        raise DataError(f"{folder}: holds no image ({', '.join(ENDINGS)}); give a folder of images")
    images = []
    first: tuple[int, ...] = ()
    for file in progress(files, "reading images"):
        rgb = read_plain_rgb(file)
        height, width = rgb.shape[:2]
        first = first or (height, width)
        if middle:
            short = min(height, width)
            top, left = (height - short) // 2, (width - short) // 2
            rgb = rgb[top : top + short, left : left + short]
        elif (height, width) != first:
            raise DataError(
                f"{file}: is {width}x{height}, those before are {first[1]}x{first[0]}; give "
                "data.middle true to cut a square out of the middle of each"
            )
        elif height != width:
            raise DataError(
                f"{file}: is {width}x{height}, not square; give data.middle true to cut a square "
                "out of the middle of each image"
            )
        images.append(resized_rgb(np.ascontiguousarray(rgb), (side, side)))
    return np.stack(images)
