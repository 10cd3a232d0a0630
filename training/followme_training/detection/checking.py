"""What labels may say: odd ones are clipped or refused by these rules, and listed.

==========================  ======================================================================
what is odd                 what is done
==========================  ======================================================================
no number, infinite         the box is refused
negative, or under 1 pixel  the box is refused
outside the image           the box is refused
partly outside              the box is clipped; what is left under 1 pixel is refused
duplicate                   of boxes of one class with IoU above .95 the first is kept
landmark outside            by more than a quarter of the box: the box stays, its points are unknown
missing image               of the list, but not there: skipped with its boxes
unknown class               neither in the settings nor in the file's own list: refused
==========================  ======================================================================

Classes that the file lists and the settings do not ask for are left out without a word, as no one
trains on all of a data set's classes. They are counted by the readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from followme_training.detection.sample import POINTS, Boxes, Floats

#: Least width and height of a box, in pixels.
LEAST_PX = 1.0
#: Overlap above which two boxes of one class are one label written twice.
DUPLICATE_IOU = 0.95
#: Of these a part stays: the box as far as it is inside, the box without its points.
CLIPPED = "partly outside, clipped"
LANDMARK_OUTSIDE = "landmark outside"
#: By so much of the box's sides a landmark may lie outside: cheeks hide mouth corners in profile.
POINT_MARGIN = 0.25


class Problem(NamedTuple):
    """One odd label.

    Parameters
    ----------
    image : str
        Its name.
    kind : str
        What is odd, as in the table above.
    words : str
        The values.
    """

    image: str
    kind: str
    words: str


@dataclass(frozen=True)
class RawBox:
    """A box as a file says it.

    Parameters
    ----------
    xyxy : four floats
        Left, top, right, bottom in pixels.
    name : str
        Of its class.
    points : (5, 2) float32 or None
        Landmarks; NaN where one is not labelled.
    ignored : bool
        Whether it only marks an area in which nobody knows.
    """

    xyxy: tuple[float, float, float, float]
    name: str
    points: Floats | None = None
    ignored: bool = False


def checked(
    image: str,
    size_hw: tuple[int, int],
    raw: Sequence[RawBox],
    classes: Sequence[str],
    labelled: Sequence[str] | None = None,
) -> tuple[Boxes, list[Problem]]:
    """Return what of an image's labels can be used, and what is odd about the rest.

    Parameters
    ----------
    image : str
        Name for the list.
    size_hw : tuple of two ints
        Height and width of the image.
    raw : sequence of RawBox
        As the file has them.
    classes : sequence of str
        Those that are asked for.
    labelled : sequence of str, optional
        Those that are complete in this image; all when it is not given.
    """
    problems: list[Problem] = []
    kept: list[tuple[list[float], int, Floats]] = []
    ignored: list[list[float]] = []
    for box in raw:
        if box.name not in classes and not box.ignored:
            problems.append(Problem(image, "unknown class", repr(box.name)))
            continue
        xyxy, odd = _usable(box, size_hw)
        if odd:
            problems.append(Problem(image, odd, _said(box)))
        if xyxy is None:
            continue
        if box.ignored:
            ignored.append(xyxy)
            continue
        number = list(classes).index(box.name)
        if any(c == number and _iou(xyxy, other) > DUPLICATE_IOU for other, c, _ in kept):
            problems.append(Problem(image, "duplicate", _said(box)))
            continue
        points, outside = _points(box, xyxy)
        if outside:
            problems.append(Problem(image, LANDMARK_OUTSIDE, _said(box)))
        kept.append((xyxy, number, points))
    return (
        Boxes.of(
            [k[0] for k in kept],
            [k[1] for k in kept],
            np.stack([k[2] for k in kept]) if kept else (),
            ignored,
            [labelled is None or name in labelled for name in classes],
        ),
        problems,
    )


def _usable(box: RawBox, size_hw: tuple[int, int]) -> tuple[list[float] | None, str]:
    """Return the box inside the image, None where there is none, and what is odd about it."""
    x1, y1, x2, y2 = box.xyxy
    if not np.isfinite(box.xyxy).all():
        return None, "no number"
    if x2 - x1 < LEAST_PX or y2 - y1 < LEAST_PX:
        return None, "negative or under 1 pixel"
    height, width = size_hw
    inside = [max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))]
    if inside[2] - inside[0] < LEAST_PX or inside[3] - inside[1] < LEAST_PX:
        return None, "outside the image"
    # what is rounded to a tenth of a pixel is not odd
    clipped = max(abs(a - b) for a, b in zip(inside, box.xyxy, strict=True)) > 0.5
    return inside, CLIPPED if clipped else ""


def _points(box: RawBox, xyxy: list[float]) -> tuple[Floats, bool]:
    """Return landmarks (5, 2), all NaN where one lies outside, and whether one does."""
    unknown = np.full((POINTS, 2), np.nan, np.float32)
    if box.points is None:
        return unknown, False
    low, high = np.array(xyxy[:2]), np.array(xyxy[2:])
    margin = (high - low) * POINT_MARGIN
    known = np.isfinite(box.points).all(1)
    outside = ((box.points < low - margin) | (box.points > high + margin))[known].any()
    return (unknown, True) if outside else (box.points.astype(np.float32), False)


def _iou(one: list[float], other: list[float]) -> float:
    # plain numbers: a tensor for each pair of boxes would take minutes of a large data set
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0.0) * max(height, 0.0)
    areas = ((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (sum(areas) - shared)


def _said(box: RawBox) -> str:
    return f"{box.name} at " + " ".join(f"{v:g}" for v in box.xyxy)
