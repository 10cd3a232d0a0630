"""The small map in the corner: the walker's surroundings from above."""

from __future__ import annotations

import math

import cv2
import numpy as np

from followme.drawing.labels import Box
from followme.drawing.palette import (
    DARK,
    GREY,
    PALE,
    WHITE,
    ZONE_COLOUR,
    Picture,
    draw_zone_glyph,
    fill,
    stroke,
    tint,
)
from followme.drawing.text import Scale, text_size, write
from followme.geometry.corridor import Corridor
from followme.values.obstacle import Obstacle, Obstacles

_SIDE_M = 2.0  # what it shows to either side
_BEHIND_M = 0.45
_BEYOND_M = 0.5


def bird_view_box(width: int, height: int, top: int, bottom: int, scale: Scale) -> Box | None:
    """Return where the map goes: the upper right corner of what is left; None when too small."""
    margin = scale.px(8, 4)
    tall = min(round(0.40 * height), bottom - top - 2 * margin)
    wide = round(tall * 0.72)
    if tall < 60 or wide > width // 2:
        return None
    return width - wide - margin, top + margin, width - margin, top + margin + tall


def draw_bird_view(
    bgr: Picture, obstacles: Obstacles | None, corridor: Corridor, box: Box, scale: Scale
) -> None:
    """Draw the map into a box of ``bgr``; forward is up, the walker's left is left."""
    left, top, right, bottom = box
    tint(bgr, box, DARK, 0.78)
    cv2.rectangle(bgr, (left, top), (right - 1, bottom - 1), GREY, 1)
    chart = _Chart(bgr[top:bottom, left:right], corridor.s.length_m)
    _draw_ground(chart, corridor)
    if obstacles is not None:
        for o in sorted(obstacles.obstacles, key=lambda o: o.zone):
            _draw_thing(chart, o, scale)


class _Chart:
    """Metres of the walker's floor to pixels of the map.

    Parameters
    ----------
    bgr : (h, w, 3) uint8
        The part of the picture that is the map; nothing drawn through it can leave it.
    length_m : float
        How far it must reach.
    """

    def __init__(self, bgr: Picture, length_m: float) -> None:
        self.bgr = bgr
        height, width = bgr.shape[:2]
        reach = length_m + _BEYOND_M + _BEHIND_M
        self.px_per_m = min(height / reach, width / (2 * _SIDE_M))
        self._origin = (width / 2, height - _BEHIND_M * self.px_per_m)

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return the pixel of a place, x forward and y left."""
        return self._origin[0] - y_m * self.px_per_m, self._origin[1] - x_m * self.px_per_m

    def holds(self, x_m: float, y_m: float) -> bool:
        """Whether a place is on the map."""
        height, width = self.bgr.shape[:2]
        u, v = self.at(x_m, y_m)
        return bool(0 <= u < width and 0 <= v < height)


def _draw_ground(chart: _Chart, corridor: Corridor) -> None:
    for metre in range(1, int(corridor.s.length_m) + 1):
        turn = np.radians(np.linspace(-60, 60, 25))
        arc = np.array([chart.at(metre * math.cos(a), metre * math.sin(a)) for a in turn])
        stroke(chart.bgr, arc, (95, 90, 86), 1)
    ahead = (0.0, min(corridor.s.straight_m, corridor.s.length_m), corridor.s.length_m)
    for side in (1.0, -1.0):
        edge = np.array([chart.at(x, side * corridor.half_width_at(x)) for x in ahead])
        stroke(chart.bgr, edge, WHITE, 1)
    size = 0.16
    walker = np.array([chart.at(size, 0.0), chart.at(-size, size), chart.at(-size, -size)])
    fill(chart.bgr, walker, PALE)


def _draw_thing(chart: _Chart, o: Obstacle, scale: Scale) -> None:
    x, y, _ = o.nearest_m
    if not (math.isfinite(x) and math.isfinite(y)) or not chart.holds(x, y):
        return
    colour, radius = ZONE_COLOUR[o.zone], scale.px(5, 3)
    if math.isfinite(o.y_min_m) and math.isfinite(o.y_max_m):
        y_min, y_max = max(o.y_min_m, -2 * _SIDE_M), min(o.y_max_m, 2 * _SIDE_M)
        span = np.array([chart.at(x, y_max), chart.at(x, y_min)])
        stroke(chart.bgr, span, colour, scale.px(3))
    u, v = chart.at(x, y)
    draw_zone_glyph(chart.bgr, (u, v), radius, o.zone, colour)
    if o.track_id >= 0:
        _draw_id(chart, str(o.track_id), u, v, radius, scale)


def _draw_id(chart: _Chart, text: str, u: float, v: float, radius: int, scale: Scale) -> None:
    font = scale.font(0.38)
    width, height = text_size(text, font)
    left = round(u) + radius + 2
    if left + width > chart.bgr.shape[1]:
        left = round(u) - radius - 2 - width
    top = min(max(round(v) - height // 2, 0), chart.bgr.shape[0] - height)
    write(chart.bgr, text, left, top, font, WHITE)
