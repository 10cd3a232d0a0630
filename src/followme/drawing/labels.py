"""Small plates with words that keep out of each other's way."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from followme.drawing.palette import DARK, ZONE_COLOUR, Picture, draw_zone_glyph, ink_on
from followme.drawing.text import Scale, fitted, text_size, write
from followme.values.obstacle import Zone

#: left, top, right, bottom in pixels; right and bottom are not part of it
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Room:
    """Where plates may stand.

    Parameters
    ----------
    area : Box
        Inside this.
    taken : list of Box
        Outside these; grows with each plate.
    """

    area: Box
    taken: list[Box]

    def place(self, width: int, height: int, around: Box) -> Box | None:
        """Find the free place for a plate nearest to the top of a box; None where all is full."""
        left, top, right, bottom = self.area
        if width > right - left or height > bottom - top:
            return None
        x = min(max(around[0], left), right - width)
        inside = min(max(around[1] + 2, top), bottom - height)
        tries = [around[1] - height, inside]
        tries += [inside + step * (height + 1) for step in range(1, 6)]
        tries += [around[1] - height - step * (height + 1) for step in range(1, 4)]
        for y in tries:
            plate = (x, y, x + width, y + height)
            if top <= y <= bottom - height and not any(_meet(plate, other) for other in self.taken):
                return plate
        return None


def draw_label(bgr: Picture, text: str, zone: Zone, around: Box, room: Room, scale: Scale) -> None:
    """Draw a plate with glyph and words beside a box, where there is room for it."""
    font, pad = scale.font(0.48), scale.px(4, 2)
    line = fitted(text, (room.area[2] - room.area[0]) // 2, font, bold=True)
    width, height = text_size(line, font, bold=True)
    glyph = round(0.40 * height)
    plate = room.place(width + 2 * glyph + 3 * pad, height + 2, around)
    if plate is None or not line:
        return
    colour, ink = ZONE_COLOUR[zone], ink_on(ZONE_COLOUR[zone])
    left, top, right, bottom = plate
    cv2.rectangle(bgr, (left, top), (right - 1, bottom - 1), colour, cv2.FILLED)
    cv2.rectangle(bgr, (left, top), (right - 1, bottom - 1), DARK, 1)
    centre = (left + pad + glyph, (top + bottom - 1) / 2)
    draw_zone_glyph(bgr, centre, glyph, zone, ink)
    write(bgr, line, left + 2 * glyph + 2 * pad, top + 1, font, ink, bold=True)
    room.taken.append(plate)


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
