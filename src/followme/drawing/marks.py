"""Obstacles in the picture: a frame, a glyph and a label each, most urgent last so it stays on top.

Zone is told three times: by colour, by the glyph (octagon, triangle, disc, square) and by the
weight of the frame.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.drawing.labels import Box, Room, draw_label
from followme.drawing.palette import (
    DARK,
    ZONE_COLOUR,
    Picture,
    fill,
    frame,
    stroke,
)
from followme.drawing.perspective import View, foot_of, obstacle_outline
from followme.drawing.text import Scale
from followme.values.obstacle import Kind, Obstacle, Obstacles, Zone

_WEIGHT = {Zone.STOP: 5.0, Zone.WARN: 4.0, Zone.INFORM: 3.0, Zone.CLEAR: 1.0}
_KIND_WORD = {
    Kind.OBJECT: "obstacle",
    Kind.PERSON: "person",
    Kind.OVERHANG: "overhang",
    Kind.DROP_OFF: "drop",
    Kind.UNKNOWN: "obstacle",
}


def obstacle_text(o: Obstacle, distances_known: bool) -> str:
    """Return what is written beside an obstacle, such as "chair 2.1 m" or "obstacle ? m"."""
    name = o.label or _KIND_WORD[o.kind]
    known = distances_known and math.isfinite(o.distance_m)
    return f"{name} {o.distance_m:.1f} m" if known else f"{name} ? m"


def draw_obstacles(
    bgr: Picture, obstacles: Obstacles, view: View, scale: Scale, area: Box, taken: list[Box]
) -> None:
    """Draw frames and labels into ``bgr``.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        Is drawn into.
    obstacles : Obstacles
        What stands where.
    view : View
        How the camera looks at it.
    scale : Scale
        Of the picture.
    area : Box
        Where labels may stand.
    taken : list of Box
        Where labels may not stand; those drawn here are added.
    """
    urgent_first = sorted(obstacles.obstacles, key=_urgency)
    outlines = [obstacle_outline(view, o) for o in urgent_first]
    spots = [_seen(outline, area) for outline in outlines]
    for o, outline, spot in zip(urgent_first[::-1], outlines[::-1], spots[::-1], strict=True):
        if outline is not None and spot is not None:
            _draw_frame(bgr, o, outline, scale)
            _draw_foot(bgr, o, view, scale)
    room = Room(area, taken)
    for o, outline, spot in zip(urgent_first, outlines, spots, strict=True):
        text = obstacle_text(o, obstacles.distances_known)
        if spot is not None:
            draw_label(bgr, text, o.zone, spot, room, scale)
        elif o.zone is not Zone.CLEAR:
            edge = _draw_edge_mark(bgr, o, outline, area, scale)
            draw_label(bgr, text, o.zone, edge, room, scale)


def _urgency(o: Obstacle) -> tuple[int, float]:
    return -int(o.zone), o.distance_m if math.isfinite(o.distance_m) else math.inf


def _seen(outline: NDArray[np.float64] | None, area: Box) -> Box | None:
    """Return the part of an outline's bounding box inside the area; None for (almost) nothing."""
    if outline is None:
        return None
    low, high = outline.min(axis=0), outline.max(axis=0)
    left, top = max(low[0], area[0]), max(low[1], area[1])
    right, bottom = min(high[0], area[2]), min(high[1], area[3])
    if right - left < 3 or bottom - top < 1:
        return None
    return int(left), int(top), int(right), int(bottom)


def _draw_frame(bgr: Picture, o: Obstacle, outline: NDArray[np.float64], scale: Scale) -> None:
    colour, weight = ZONE_COLOUR[o.zone], scale.px(_WEIGHT[o.zone])
    # the dark edge keeps the frame visible on any background
    edges = [(colour, weight)] if o.zone is Zone.CLEAR else [(DARK, weight + 2), (colour, weight)]
    if o.kind is Kind.DROP_OFF:
        _hatch(bgr, outline, colour, weight)
        for shade, width in edges:
            stroke(bgr, outline, shade, width, closed=True)
        return
    (left, top), (right, bottom) = outline[0], outline[2]
    for shade, width in edges:
        frame(bgr, (round(left), round(top), round(right), round(bottom)), shade, width)


def _hatch(
    bgr: Picture, outline: NDArray[np.float64], colour: tuple[int, int, int], weight: int
) -> None:
    """Fill a piece of floor with stripes along the walk: there is nothing to stand on."""
    far_left, far_right, near_right, near_left = outline
    for share in np.linspace(0.0, 1.0, 9)[1:-1]:
        near = near_left + share * (near_right - near_left)
        far = far_left + share * (far_right - far_left)
        stroke(bgr, np.array([near, far]), colour, max(1, weight // 2))


def _draw_foot(bgr: Picture, o: Obstacle, view: View, scale: Scale) -> None:
    """Tie a thing that hangs to the place on the floor below it."""
    line = foot_of(view, o)
    if line is not None:
        steps = np.linspace(0.0, 1.0, 20)[:, None]
        dots = line[0] + steps * (line[1] - line[0])
        stroke(bgr, dots, ZONE_COLOUR[o.zone], scale.px(2), dashed=True)


def _draw_edge_mark(
    bgr: Picture, o: Obstacle, outline: NDArray[np.float64] | None, area: Box, scale: Scale
) -> Box:
    """Point out of the picture at a thing that is out of view, and return where the mark is."""
    size = scale.px(11, 5)
    left, top, right, bottom = area
    if outline is None:
        place = np.array([left if o.bearing_rad > 0 else right, (top + bottom) / 2], np.float64)
    else:
        place = (outline.min(axis=0) + outline.max(axis=0)) / 2
    tip = np.clip(place, (left + 1, top + 1), (right - 2, bottom - 2))
    inwards = np.array([(left + right) / 2, (top + bottom) / 2]) - tip
    along = np.array([np.sign(inwards[0]), 0.0])
    if outline is not None and left < place[0] < right:
        along = np.array([0.0, np.sign(inwards[1])])
    across = along[::-1] * 0.8
    corners = np.array([tip, tip + size * (along + across), tip + size * (along - across)])
    fill(bgr, corners, ZONE_COLOUR[o.zone])
    cv2.polylines(bgr, [np.round(corners).astype(np.int32)], True, DARK, 1, cv2.LINE_AA)
    low, high = corners.min(axis=0), corners.max(axis=0)
    return int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1
