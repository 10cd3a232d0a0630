"""Small images of one size, packed as tiles of large ones: WebP mosaics with an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.images import decoded, rgb_of

INDEX = "index.json"


@dataclass(frozen=True)
class Mosaics:
    """How tiles lie in mosaics.

    Parameters
    ----------
    count : int
        Tiles in all.
    tile : int
        Side of each in pixels.
    rows, columns : int
        Of a full mosaic; the last one may have fewer rows.
    index : mapping
        All that ``index.json`` holds, for what a data set adds.
    """

    count: int
    tile: int
    rows: int
    columns: int
    index: dict[str, Any]


def read_index(files: FileTree) -> Mosaics:
    """Return what ``index.json`` says of the tiles.

    Raises
    ------
    DataError
        When it lacks a number, or one of them is none.
    """
    raw: Any = files.json(INDEX)
    try:
        numbers = [int(raw[key]) for key in ("count", "tile", "rows", "cols")]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{files.path}: {INDEX} cannot be used ({error}); fetch it again"
        ) from error
    if min(numbers) < 1:
        raise DataError(
            f"{files.path}: {INDEX} has a count, tile, rows and cols of {numbers}; fetch it again"
        )
    count, tile, rows, columns = numbers
    return Mosaics(count, tile, rows, columns, raw)


def read_tiles(files: FileTree, mosaics: Mosaics) -> NDArray[np.uint8]:
    """Return all tiles, (count, tile, tile, 3), red, green, blue.

    Raises
    ------
    DataError
        When a mosaic is missing, damaged or of another size.
    """
    found = [
        _cut(files.read(name), f"{files.path}: {name}", mosaics)
        for name in progress(_names(mosaics), "reading mosaics")
    ]
    images = np.concatenate(found)[: mosaics.count]
    if len(images) < mosaics.count:
        raise DataError(
            f"{files.path}: holds {len(images)} tiles, {INDEX} says {mosaics.count}; fetch it again"
        )
    return images


class LazyTiles:
    """The same tiles one by one: a mosaic is decoded when the first of its tiles is asked for.

    Parameters
    ----------
    files : FileTree
        Read at once, so that it need not stay open.
    mosaics : Mosaics
        How tiles lie in them.

    Raises
    ------
    DataError
        When a mosaic is missing.
    """

    def __init__(self, files: FileTree, mosaics: Mosaics) -> None:
        self._path, self._mosaics = files.path, mosaics
        self._held: list[bytes | NDArray[np.uint8]] = [files.read(n) for n in _names(mosaics)]

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        """Return a tile, (tile, tile, 3), red, green, blue.

        Raises
        ------
        DataError
            When its mosaic is damaged, of another size or too short.
        """
        mosaic, place = divmod(number, self._mosaics.rows * self._mosaics.columns)
        name = f"{self._path}: {_names(self._mosaics)[mosaic]}"
        tiles = self._held[mosaic]
        if isinstance(tiles, bytes):
            tiles = self._held[mosaic] = _cut(tiles, name, self._mosaics)
        if place >= len(tiles):
            raise DataError(f"{name} has {len(tiles)} tiles, not {place + 1}; fetch it again")
        return np.array(tiles[place], np.uint8)


def _names(mosaics: Mosaics) -> list[str]:
    each = mosaics.rows * mosaics.columns
    return [f"mosaic_{number:03d}.webp" for number in range(-(-mosaics.count // each))]


def _cut(packed: bytes, name: str, mosaics: Mosaics) -> NDArray[np.uint8]:
    rgb = rgb_of(decoded(packed, cv2.IMREAD_COLOR, name))
    tile, columns = mosaics.tile, mosaics.columns
    rows = min(mosaics.rows, rgb.shape[0] // tile)
    if rgb.shape[1] != columns * tile or rgb.shape[0] % tile:
        raise DataError(
            f"{name} is {rgb.shape[1]}x{rgb.shape[0]}, expected {columns} columns "
            f"of {tile} pixels; fetch it again"
        )
    # a damaged index may ask for fewer rows than there are
    cut = rgb[: rows * tile].reshape(rows, tile, columns, tile, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(cut.reshape(-1, tile, tile, 3))
