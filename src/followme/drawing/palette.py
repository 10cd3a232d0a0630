"""Colours and glyphs: each meaning has a colour, a shape and a word.

The colours differ in brightness as well as in hue, so that they stay apart for people with colour
blindness and in grey print (after Okabe and Ito, 2008).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.values.obstacle import Sight, Zone

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

# blue, green, red
WHITE: Colour = (255, 255, 255)
PALE: Colour = (225, 225, 225)
GREY: Colour = (165, 165, 165)
DARK: Colour = (28, 24, 22)
RED: Colour = (38, 32, 214)
AMBER: Colour = (0, 176, 255)
BLUE: Colour = (233, 160, 64)
GREEN: Colour = (115, 158, 0)

ZONE_COLOUR: dict[Zone, Colour] = {
    Zone.STOP: RED,
    Zone.WARN: AMBER,
    Zone.INFORM: BLUE,
    Zone.CLEAR: GREY,
}
SIGHT_COLOUR: dict[Sight, Colour] = {
    Sight.SEEING: GREEN,
    Sight.DEGRADED: AMBER,
    Sight.BLIND: RED,
}

#: Never green: nothing here says that the way is free.
FLOOR_COLOUR: Colour = (238, 102, 170)
#: Of the other classes. With the floor's each two differ by 26 (CIE 1976) and more, for normal
#: sight and each kind of colour blindness (as Machado and others simulate them, 2009), and all are
#: far from the colours of zones and sight.
CLASS_COLOURS: tuple[Colour, ...] = (
    (136, 238, 238),
    (204, 238, 170),
    (238, 0, 0),
    (238, 170, 238),
    (68, 0, 136),
    (0, 136, 102),
    (136, 102, 204),
    (170, 0, 102),
    (0, 68, 68),
    (0, 238, 34),
    (102, 0, 102),
)
# When there are more classes the colours come again, mixed so much with white or dark.
_MIXED: tuple[tuple[Colour, float], ...] = ((WHITE, 0.0), (WHITE, 0.5), (DARK, 0.5), (GREY, 0.6))

#: Classes by which a network says that it does not know; they have no colour of their own.
UNKNOWN_CLASSES = frozenset({"", "background", "unknown", "void"})

# corners of the glyph of a zone: the octagon and the triangle are those of road signs
_CORNERS = {Zone.STOP: 8, Zone.WARN: 3, Zone.INFORM: 16, Zone.CLEAR: 4}
_TURN = {Zone.STOP: math.pi / 8, Zone.WARN: -math.pi / 2, Zone.CLEAR: math.pi / 4}
_SHIFT = 4  # fractional bits of coordinates given to OpenCV


def ink_on(colour: Colour) -> Colour:
    """Return white or dark, whichever can be read on a colour (ITU-R BT.601 brightness)."""
    blue, green, red = colour
    return DARK if 0.114 * blue + 0.587 * green + 0.299 * red > 130 else WHITE


def class_colours(names: Sequence[str]) -> list[Colour]:
    """Return a colour for each class, by its place; "floor" has its own wherever it stands."""
    colours, other = [], 0
    for name in names:
        if name == "floor":
            colours.append(FLOOR_COLOUR)
            continue
        again, place = divmod(other, len(CLASS_COLOURS))
        colours.append(_mixed(CLASS_COLOURS[place], *_MIXED[again % len(_MIXED)]))
        other += name not in UNKNOWN_CLASSES
    return colours


def _mixed(colour: Colour, with_colour: Colour, share: float) -> Colour:
    mix = [round((1.0 - share) * a + share * b) for a, b in zip(colour, with_colour, strict=True)]
    return mix[0], mix[1], mix[2]


def draw_zone_glyph(
    bgr: Picture, centre: tuple[float, float], radius_px: float, zone: Zone, colour: Colour
) -> None:
    """Draw the shape of a zone: octagon STOP, triangle WARN, disc INFORM, square none."""
    turns = _TURN.get(zone, 0.0) + np.arange(_CORNERS[zone]) * (2 * math.pi / _CORNERS[zone])
    corners = np.stack([np.cos(turns), np.sin(turns)], axis=-1) * radius_px + np.asarray(centre)
    fill(bgr, corners, colour)


def fill(bgr: Picture, corners: NDArray[np.floating], colour: Colour) -> None:
    """Fill a convex polygon of sub-pixel corners (N, 2), with smooth edges."""
    fixed = np.round(corners * (1 << _SHIFT)).astype(np.int32)
    cv2.fillConvexPoly(bgr, fixed, colour, cv2.LINE_AA, _SHIFT)


def stroke(
    bgr: Picture,
    points: NDArray[np.floating],
    colour: Colour,
    width_px: int,
    *,
    closed: bool = False,
    dashed: bool = False,
) -> None:
    """Draw a line through sub-pixel points (N, 2); ``dashed`` leaves out every other piece."""
    # OpenCV's smooth lines come in widths of 1.4, 3.4, 5.4 ... pixels only (measured), at these
    thickness = 1 if width_px < 2 else 2 * (width_px // 2)
    fixed = np.round(points * (1 << _SHIFT)).astype(np.int32)
    if dashed:
        pieces = [fixed[i : i + 2] for i in range(0, len(fixed) - 1, 2)]
    else:
        pieces = [fixed]
    cv2.polylines(bgr, pieces, closed, colour, thickness, cv2.LINE_AA, _SHIFT)


def frame(bgr: Picture, box: tuple[int, int, int, int], colour: Colour, width_px: int) -> None:
    """Draw a level rectangle (left, top, right, bottom) of exact width, centred on its sides."""
    out = width_px // 2
    left, top, right, bottom = box[0] - out, box[1] - out, box[2] + out + 1, box[3] + out + 1
    for x0, y0, x1, y1 in (
        (left, top, right, top + width_px),
        (left, bottom - width_px, right, bottom),
        (left, top, left + width_px, bottom),
        (right - width_px, top, right, bottom),
    ):
        bgr[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = colour


def tint(bgr: Picture, box: tuple[int, int, int, int], colour: Colour, share: float) -> None:
    """Blend a colour over a box (left, top, right, bottom); pixels outside the picture are left."""
    left, top, right, bottom = box
    part = bgr[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if part.size:
        flat = np.empty_like(part)
        flat[:] = colour
        part[:] = cv2.addWeighted(part, 1.0 - share, flat, share, 0.0)
