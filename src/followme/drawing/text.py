"""Words in a picture that stay inside it and can be read at any size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from followme.drawing.palette import Colour, Picture

_DESIGN_WIDTH, _DESIGN_HEIGHT = 640, 480
_PLAIN, _BOLD = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX


@dataclass(frozen=True)
class Scale:
    """How large things are drawn in a picture of some size.

    Parameters
    ----------
    factor : float
        1 at 640x480.
    """

    factor: float

    @classmethod
    def of(cls, width: int, height: int) -> Scale:
        """Choose the scale of a picture of ``width`` x ``height`` pixels."""
        return cls(min(width / _DESIGN_WIDTH, height / _DESIGN_HEIGHT))

    def px(self, design_px: float, least: int = 1) -> int:
        """Return a length that is ``design_px`` at 640x480, in pixels."""
        return max(least, round(design_px * self.factor))

    def font(self, design: float) -> float:
        """Return a font scale; below 320x240 letters would no longer be letters, so it stays."""
        return design * max(self.factor, 0.7)


def text_size(text: str, font: float, *, bold: bool = False) -> tuple[int, int]:
    """Return width and height of a line in pixels, from the tallest letter to below the line."""
    (width, height), below = cv2.getTextSize(text, _face(bold), font, 1)
    return int(width), int(height + below)


def fitted(text: str, width_px: int, font: float, *, bold: bool = False) -> str:
    """Return the text on one line, shortened with three dots where it is too wide; may be empty."""
    line = " ".join(text.split())
    if text_size(line, font, bold=bold)[0] <= width_px:
        return line
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if text_size(_cut(line, middle), font, bold=bold)[0] <= width_px:
            low = middle
        else:
            high = middle - 1
    return _cut(line, low) if low else ""


def wrapped(text: str, width_px: int, font: float, lines: int) -> list[str]:
    """Break a text at spaces into at most ``lines`` lines; the last one is shortened to fit."""
    rows: list[str] = []
    rest = text.split()
    while rest and len(rows) < lines - 1:
        count = 1
        while count < len(rest) and text_size(" ".join(rest[: count + 1]), font)[0] <= width_px:
            count += 1
        rows.append(fitted(" ".join(rest[:count]), width_px, font))
        rest = rest[count:]
    if rest:
        rows.append(fitted(" ".join(rest), width_px, font))
    return [row for row in rows if row]


def write(
    bgr: Picture,
    text: str,
    left: int,
    top: int,
    font: float,
    colour: Colour,
    *,
    bold: bool = False,
) -> int:
    """Write one line with its upper left corner at a pixel and return its width.

    It is shortened where the picture ends, and left out where it is not high enough.
    """
    height_px, width_px = bgr.shape[:2]
    line = fitted(text, width_px - left, font, bold=bold)
    (width, height), below = cv2.getTextSize(line, _face(bold), font, 1)
    if not line or left < 0 or top < 0 or top + height + below > height_px:
        return 0
    cv2.putText(bgr, line, (left, top + height), _face(bold), font, colour, 1, cv2.LINE_AA)
    return int(width)


def _cut(line: str, length: int) -> str:
    return line[:length].rstrip() + "..."


def _face(bold: bool) -> int:
    return _BOLD if bold else _PLAIN
