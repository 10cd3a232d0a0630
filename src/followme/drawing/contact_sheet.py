"""Several pictures with captions on one page."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from followme.drawing.palette import PALE, Picture
from followme.drawing.text import Scale, fitted, write

_TILE_WIDTH, _TILE_HEIGHT, _CAPTION, _GAP = 400, 300, 26, 10
_PAPER = (36, 33, 31)
_FRAME = (58, 54, 51)


def contact_sheet(pictures: Sequence[tuple[Picture, str]], columns: int = 3) -> Picture:
    """Lay pictures out in rows, each with its caption below.

    Parameters
    ----------
    pictures : sequence of (picture, caption)
        Each picture (H, W, 3) uint8, of any size; it is shrunk or enlarged to its tile without
        changing its shape. None at all gives a page that says so.
    columns : int
        Pictures in a row, at least 1.

    Returns
    -------
    (H, W, 3) uint8
        The page.

    Raises
    ------
    ValueError
        When ``columns`` is less than 1.
    """
    if columns < 1:
        raise ValueError(f"contact sheet: columns must be 1 or more, got {columns}")
    if not pictures:
        pictures = [(placeholder("No picture came."), "")]
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    tall, wide = _TILE_HEIGHT + _CAPTION, _TILE_WIDTH
    page = np.empty((rows * (tall + _GAP) + _GAP, columns * (wide + _GAP) + _GAP, 3), np.uint8)
    page[:] = _PAPER
    for i, (picture, caption) in enumerate(pictures):
        top = _GAP + (i // columns) * (tall + _GAP)
        left = _GAP + (i % columns) * (wide + _GAP)
        _lay(page[top : top + tall, left : left + wide], picture, caption)
    return page


def placeholder(text: str, width: int = 640, height: int = 480) -> Picture:
    """Return a picture that says a sentence where no picture came."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = _FRAME
    scale = Scale.of(width, height)
    line = fitted(text, width - 2 * scale.px(20), scale.font(0.8))
    write(picture, line, scale.px(20), height // 2 - scale.px(10), scale.font(0.8), PALE)
    return picture


def _lay(tile: Picture, picture: Picture, caption: str) -> None:
    tile[:_TILE_HEIGHT] = _FRAME
    height, width = picture.shape[:2]
    ratio = min(_TILE_WIDTH / width, _TILE_HEIGHT / height)
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    shrunk = cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    )
    top, left = (_TILE_HEIGHT - size[1]) // 2, (_TILE_WIDTH - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = shrunk
    write(tile, caption, 2, _TILE_HEIGHT + 5, 0.5, PALE)
