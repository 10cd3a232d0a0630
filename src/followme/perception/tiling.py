"""Parts of an image that a network looks at one by one, to see what is small in the whole.

As in Akyon et al., "Slicing Aided Hyper Inference and Fine-tuning for Small Object Detection", ICIP
2022: the whole image, in which near things are seen, and tiles, each enlarged to the network's
input. Tiles overlap, so that a thing that the edge of one cuts is whole in another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Share of the image's side that a tile covers where two lie beside each other: things of up to a
# fifth of the side are whole in one of the two.
_COVERS = 0.6
# A box that ends within this share of a tile's side from its inner edge was cut by that edge.
_CUT = 0.02


class Tile(NamedTuple):
    """A part of an image, in whole pixels; right and bottom are the first beyond it."""

    left: int
    top: int
    right: int
    bottom: int


def tiles_of(image_hw: tuple[int, int], tiles: str) -> list[Tile]:
    """Return what a network looks at: the whole image first, then its tiles.

    Parameters
    ----------
    image_hw : tuple of two ints
        Height and width of the image.
    tiles : str
        Columns and rows, such as 2x1; 1x1 is the whole alone.
    """
    height, width = image_hw
    columns, rows = (int(count) for count in tiles.split("x"))
    whole = [Tile(0, 0, width, height)]
    if columns == rows == 1:
        return whole
    return whole + [
        Tile(left, top, right, bottom)
        for top, bottom in _spans(height, rows)
        for left, right in _spans(width, columns)
    ]


def is_cut(xyxy: NDArray[np.floating], tile: Tile, image_hw: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which boxes (N, 4) end at an edge of a tile that is no edge of the image.

    They show a part of a thing; the whole of it is seen in another tile or in the whole image.

    Parameters
    ----------
    xyxy : (N, 4) float
        Left, top, right, bottom in pixels of the image; the centre of the first pixel is 0.
    tile : Tile
        In which they were seen.
    image_hw : tuple of two ints
        Height and width of the image.
    """
    height, width = image_hw
    x, y = _CUT * (tile.right - tile.left), _CUT * (tile.bottom - tile.top)
    cut = np.zeros(len(xyxy), np.bool_)
    if tile.left > 0:
        cut |= xyxy[:, 0] < tile.left - 0.5 + x
    if tile.top > 0:
        cut |= xyxy[:, 1] < tile.top - 0.5 + y
    if tile.right < width:
        cut |= xyxy[:, 2] > tile.right - 0.5 - x
    if tile.bottom < height:
        cut |= xyxy[:, 3] > tile.bottom - 0.5 - y
    return cut


def _spans(length: int, count: int) -> list[tuple[int, int]]:
    """Return where so many overlapping parts of a side begin and end."""
    if count == 1:
        return [(0, length)]
    part = max(1, round(_COVERS * length))
    return [(0, part), (length - part, length)]
