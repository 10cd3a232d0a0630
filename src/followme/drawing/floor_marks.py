"""The walker's way drawn on the floor: corridor, metres, horizon."""

from __future__ import annotations

import cv2
import numpy as np

from followme.drawing.palette import DARK, PALE, WHITE, Picture, stroke
from followme.drawing.perspective import View, corridor_edges
from followme.drawing.text import Scale, text_size, write
from followme.geometry.corridor import Corridor

_TINT = 0.16


def draw_floor(
    bgr: Picture, view: View, corridor: Corridor, scale: Scale, *, floor_seen: bool, blind: bool
) -> None:
    """Draw corridor and horizon into ``bgr``.

    Lines are dashed where the floor was not found and its place is assumed. The inside is tinted
    only while FollowMe sees; it is never green, because nothing here says that the way is free.
    """
    horizon = view.horizon()
    if len(horizon) > 1:
        stroke(bgr, horizon, PALE, 1, dashed=True)
    left, right = corridor_edges(view, corridor)
    if len(left) < 2:
        return
    if not blind:
        _tint_inside(bgr, np.concatenate([left, right[::-1]]))
    _draw_metres(bgr, view, corridor, scale)
    for edge in (left, right):
        stroke(bgr, edge, DARK, scale.px(2.4) + 2, dashed=not floor_seen)
        stroke(bgr, edge, WHITE, scale.px(2.4), dashed=not floor_seen)


def _tint_inside(bgr: Picture, outline: np.ndarray) -> None:
    height, width = bgr.shape[:2]
    low = np.clip(np.floor(outline.min(axis=0)), 0, (width, height)).astype(int)
    high = np.clip(np.ceil(outline.max(axis=0)) + 1, 0, (width, height)).astype(int)
    part = bgr[low[1] : high[1], low[0] : high[0]]
    if part.size:
        painted = part.copy()
        corners = np.round(outline - low).astype(np.int32)
        cv2.fillPoly(painted, [corners], WHITE)
        part[:] = cv2.addWeighted(part, 1.0 - _TINT, painted, _TINT, 0.0)


def _draw_metres(bgr: Picture, view: View, corridor: Corridor, scale: Scale) -> None:
    font = scale.font(0.42)
    for metre in range(1, int(corridor.s.length_m) + 1):
        half = corridor.half_width_at(metre)
        bar = view.pixels(np.array([(metre, half, 0.0), (metre, -half, 0.0)]))
        if not np.isfinite(bar).all():
            continue
        stroke(bgr, bar, DARK, scale.px(1.4) + 2)
        stroke(bgr, bar, WHITE, scale.px(1.4))
        text = f"{metre} m"
        x, y = round(bar[1, 0]) + scale.px(5), round(bar[1, 1]) - text_size(text, font)[1] // 2
        if 0 <= x < bgr.shape[1] - text_size(text, font)[0]:
            write(bgr, text, x + 1, y + 1, font, DARK)
            write(bgr, text, x, y, font, WHITE)
