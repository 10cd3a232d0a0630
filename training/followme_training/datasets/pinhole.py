"""The camera that an image was taken with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pinhole:
    """Focal lengths and principal point in pixels; the centre of the first pixel is 0."""

    fx: float
    fy: float
    cx: float
    cy: float

    def scaled(self, x: float, y: float) -> Pinhole:
        """Return the camera of an image whose width and height are multiplied by x and y."""
        return Pinhole(
            self.fx * x, self.fy * y, (self.cx + 0.5) * x - 0.5, (self.cy + 0.5) * y - 0.5
        )
