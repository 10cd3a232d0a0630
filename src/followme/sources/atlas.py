"""One picture that holds many, so that a whole image is coloured by one look-up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# cv2.remap addresses pictures with 16-bit signed numbers
_LARGEST = 32000
_ROW_WIDTH = 4096


class Atlas:
    """Rows of pictures; each has a rim of one pixel, so that neighbours do not bleed."""

    def __init__(self) -> None:
        self._placed: list[tuple[int, int, NDArray[np.uint8]]] = []
        self._width = _ROW_WIDTH
        self._top = self._left = self._row_height = 0

    def add(self, picture: NDArray[np.floating]) -> tuple[int, int]:
        """Place a picture (H, W, 3), clipped to 0..255; return column and row of its first pixel.

        Raises
        ------
        ValueError
            When it is wider than a picture may be.
        """
        pixels = np.clip(picture, 0.0, 255.0).astype(np.uint8)
        framed = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
        height, width = framed.shape[:2]
        if self._left + width > self._width:
            self._top, self._left = self._top + self._row_height, 0
            self._row_height = 0
        self._width = max(self._width, width)
        if self._width > _LARGEST or self._top + height > _LARGEST:
            raise ValueError(f"atlas: no room for a picture of {width}x{height}, draw it coarser")
        self._placed.append((self._left, self._top, framed))
        column, row = self._left + 1, self._top + 1
        self._left += width
        self._row_height = max(self._row_height, height)
        return column, row

    def picture(self) -> NDArray[np.uint8]:
        """Return all of them in one picture, (H, W, 4): the last channel is empty.

        OpenCV looks up four channels in half the time that it takes for three.
        """
        whole = np.zeros((self._top + self._row_height, self._width, 4), np.uint8)
        for left, top, framed in self._placed:
            height, width = framed.shape[:2]
            whole[top : top + height, left : left + width, :3] = framed
        return whole
