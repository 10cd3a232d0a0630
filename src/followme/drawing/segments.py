"""What each pixel shows, painted thinly over the picture, and a legend of the classes in it."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.drawing.labels import Box
from followme.drawing.palette import (
    DARK,
    UNKNOWN_CLASSES,
    WHITE,
    Picture,
    class_colours,
    tint,
)
from followme.drawing.text import Scale, fitted, text_size, write
from followme.values.label_map import NO_CLASS, LabelMap

# Labels come of every third image; half a second later the walker sees something else.
_ABOUT_NS = 500_000_000
# So much of the colour is laid over the picture: what stands there must still be seen.
_SHARE = 0.34
# A class of fewer pixels is painted, but not worth a line of the legend.
_LEAST_SHARE = 0.001
_EACH = 4  # pixels counted for the legend: every fourth of every fourth row


def are_about(labels: LabelMap, stamp_ns: int) -> bool:
    """Return whether labels are of about the image of a stamp: at most half a second from it."""
    return abs(stamp_ns - labels.stamp_ns) <= _ABOUT_NS


def draw_segments(bgr: Picture, labels: LabelMap) -> None:
    """Paint each class in its colour over ``bgr``, with a line where two of them meet.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        Is drawn into; a pixel whose class is unknown stays as it is.
    labels : LabelMap
        Of the same picture at any size.
    """
    if not bgr.size or not labels.labels.size:
        return
    height, width = bgr.shape[:2]
    seen = labels.labels
    if seen.shape != (height, width):
        small = np.ascontiguousarray(seen)
        seen = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST_EXACT))
    table, known = _tables(labels.names)
    colour = cv2.LUT(cv2.merge([seen, seen, seen]), table)
    painted = np.asarray(cv2.LUT(seen, known), np.uint8)
    cv2.copyTo(cv2.addWeighted(bgr, 1.0 - _SHARE, colour, _SHARE, 0.0), painted, bgr)
    cv2.copyTo(colour, _borders(seen) & painted, bgr)


def classes_in(labels: LabelMap) -> list[str]:
    """Return the classes that labels show enough of, the largest first."""
    counts = np.bincount(labels.labels[::_EACH, ::_EACH].ravel(), minlength=NO_CLASS + 1)
    least = max(1.0, _LEAST_SHARE * counts.sum())
    order = np.argsort(-counts[: len(labels.names)], kind="stable")
    return [
        labels.names[i]
        for i in order
        if counts[i] >= least and labels.names[i] not in UNKNOWN_CLASSES
    ]


def legend_box(area: Box, chart: Box | None, scale: Scale) -> Box:
    """Return where the legend goes: at the right, below the map or, without one, in its place."""
    margin = scale.px(8, 4)
    top = (area[1] if chart is None else chart[3]) + margin
    left = (area[0] + area[2]) // 2 if chart is None else chart[0]
    return left, top, area[2] - margin, area[3] - margin


def draw_legend(bgr: Picture, labels: LabelMap, box: Box, scale: Scale) -> None:
    """Write the classes in the picture, each beside its colour, into the top of a box.

    Where there is no room for all, the smallest are left out. They stand in the order of their
    numbers, so that they keep their places from picture to picture.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        Is drawn into.
    labels : LabelMap
        Of the picture.
    box : Box
        Where it may stand.
    scale : Scale
        Of the picture.
    """
    left, top, right, bottom = box
    font, pad = scale.font(0.40), scale.px(4, 2)
    row = text_size("Ag", font)[1] + scale.px(2, 1)
    room = (bottom - top - 2 * pad) // row
    shown = set(classes_in(labels)[: max(0, room)])
    colours = dict(zip(labels.names, class_colours(labels.names), strict=True))
    lines = [name for name in colours if name in shown]
    swatch = round(0.7 * row)
    space = right - left - swatch - 3 * pad
    texts = [fitted(name, space, font) for name in lines]
    if not any(texts):
        return
    wide = swatch + 3 * pad + max(text_size(text, font)[0] for text in texts)
    tint(bgr, (right - wide, top, right, top + 2 * pad + row * len(lines)), DARK, 0.66)
    x, y = right - wide + pad, top + pad
    for name, text in zip(lines, texts, strict=True):
        corner = (x + swatch - 1, y + swatch)
        cv2.rectangle(bgr, (x, y + 1), corner, colours[name], cv2.FILLED)
        write(bgr, text, x + swatch + pad, y, font, WHITE)
        y += row


@lru_cache(maxsize=4)
def _tables(names: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return colour (256, 1, 3) of each label, and 255 (256,) where it is painted."""
    table, known = np.zeros((256, 1, 3), np.uint8), np.zeros(256, np.uint8)
    table[: len(names), 0] = class_colours(names)
    known[: len(names)] = [0 if name in UNKNOWN_CLASSES else 255 for name in names]
    return table, known


def _borders(seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 1 (H, W) where the pixel to the right or below has another label."""
    borders = np.zeros(seen.shape, np.bool_)
    borders[:, :-1] = seen[:, :-1] != seen[:, 1:]
    borders[:-1] |= seen[:-1] != seen[1:]
    return borders.view(np.uint8)
