"""Changes of an image that keep its boxes and landmarks right.

A box whose centre leaves the view is no longer a lesson, but what is left of it is still there to
be seen: it becomes an ignore area, as does a box that becomes too small to be told. Liu et al.,
"SSD", ECCV 2016, section 2.2 (crops by the centre rule); Bochkovskiy et al., "YOLOv4", 2020,
section 3.3 (mosaic of four).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.recolouring import Recolouring, recoloured
from followme_training.common.resampling import low_passed
from followme_training.datasets.errors import DataError
from followme_training.detection.sample import MIRRORED, Boxes, BoxSample, Floats

#: Rows, and columns, of a picture that is put together of several images.
LEAST_ROWS = 2
#: What is seen beside an image.
_GREY = (114, 114, 114)
# Of the length of an even part, by which a cut between two images is moved at most.
_UNEVEN = 0.3


@dataclass(frozen=True)
class Augmentation(Recolouring):
    """How much is changed, of the colours too.

    Parameters
    ----------
    zoom_in, zoom_out : float
        Largest factors by which the image is enlarged and made smaller, 1 or more.
    whole : float
        Share of images that are shown whole.
    stretch : float
        Largest factor by which one side is stretched against the other, 1 or more.
    mirror : float
        Share of images that are mirrored left to right.
    mosaic : float
        Share of pictures that are put together of four images.
    most_rows : int
        Most rows, and as many columns, of a picture that is put together of small images: between
        two and so many, by chance. By it small things are learned from large ones, whose labels are
        better.
    least_px : float
        A box with a shorter side than this, at the input size, becomes an ignore area.
    """

    zoom_in: float = 2.0
    zoom_out: float = 1.5
    whole: float = 0.3
    stretch: float = 1.2
    mirror: float = 0.5
    mosaic: float = 0.0
    most_rows: int = 2
    least_px: float = 5.0

    def __post_init__(self) -> None:
        if self.most_rows < LEAST_ROWS:
            raise DataError(
                f"data.augmentation.most_rows is {self.most_rows}; give {LEAST_ROWS} or more"
            )


def augmented(
    samples: Sequence[BoxSample],
    size_hw: tuple[int, int],
    a: Augmentation,
    random: np.random.Generator,
    keep_aspect: bool = False,
    furnish: Callable[[BoxSample, np.random.Generator], BoxSample] | None = None,
) -> BoxSample:
    """Return another view of one image, or of several side by side.

    Parameters
    ----------
    samples : sequence of BoxSample
        One, or n * n of which the same classes are complete, for n rows and n columns.
    size_hw : tuple of two ints
        Height and width of the result.
    a : Augmentation
        How much is changed.
    random : Generator
        All randomness comes from here.
    keep_aspect : bool
        See :func:`random_view`.
    furnish : callable, optional
        Puts more into the view, before its colours are changed.
    """
    rows = math.isqrt(len(samples))
    if len(samples) == 1:
        view = random_view(samples[0], size_hw, a, random, keep_aspect)
    else:
        assert rows * rows == len(samples), "as many rows as columns"
        ys, xs = (_cuts(side, rows, random) for side in size_hw)
        places = [(y, x) for y in pairwise(ys) for x in pairwise(xs)]
        tiles = []
        for sample, ((top, bottom), (left, right)) in zip(samples, places, strict=True):
            cell_hw = (bottom - top, right - left)
            tiles.append((random_view(sample, cell_hw, a, random, keep_aspect), top, left))
        view = pasted(tiles, size_hw)
    if furnish is not None:
        view = furnish(view, random)
    return BoxSample(view.name, recoloured(view.rgb, a, random), view.boxes)


def _cuts(side: int, count: int, random: np.random.Generator) -> list[int]:
    """Return where a side begins, is cut into so many parts of unequal length, and ends."""
    between = (np.arange(1, count) + random.uniform(-_UNEVEN, _UNEVEN, count - 1)) / count
    return [0, *(int(side * cut) for cut in between), side]


def random_view(
    sample: BoxSample,
    size_hw: tuple[int, int],
    a: Augmentation,
    random: np.random.Generator,
    keep_aspect: bool = False,
) -> BoxSample:
    """Return a random part of an image, or more than it, of a given size.

    Parameters
    ----------
    sample : BoxSample
        Any size.
    size_hw : tuple of two ints
        Height and width of the result.
    a : Augmentation
        How much is changed.
    random : Generator
        All randomness comes from here.
    keep_aspect : bool
        Whether things keep their own proportions but for ``a.stretch``; else the whole image is
        fitted to the view, each side on its own, as at run time.
    """
    zoom, stretch, place = 1.0, 1.0, np.array([0.5, 0.5])
    if random.random() >= a.whole:
        zoom = float(np.exp(random.uniform(-np.log(a.zoom_out), np.log(a.zoom_in))))
        stretch = float(np.exp(random.uniform(-1.0, 1.0) * np.log(a.stretch)))
        place = random.random(2)
    shape = np.array(sample.rgb.shape[1::-1], np.float64)  # width, height
    whole = shape
    if keep_aspect:
        wanted = np.array(size_hw[::-1], np.float64)
        whole = wanted * (shape / wanted).max()
    side = whole / zoom * np.array([np.sqrt(stretch), 1.0 / np.sqrt(stretch)])
    begin = place * (shape - side)
    view = viewed(sample, (*begin, *(begin + side)), size_hw, a.least_px)
    return mirrored(view) if random.random() < a.mirror else view


def viewed(
    sample: BoxSample,
    window: tuple[float, float, float, float],
    size_hw: tuple[int, int],
    least_px: float = 0.0,
) -> BoxSample:
    """Return what is seen through a window, grey where it is beyond the image.

    Parameters
    ----------
    sample : BoxSample
        Any size.
    window : four floats
        Left, top, right, bottom in pixels of the image.
    size_hw : tuple of two ints
        Height and width of the result.
    least_px : float
        See :class:`Augmentation`.
    """
    height, width = size_hw
    x1, y1, x2, y2 = (float(v) for v in window)
    scale = np.array([width / (x2 - x1), height / (y2 - y1)])
    begin = np.array([x1, y1])
    # boxes count from the edge of the first pixel, OpenCV from its centre
    shift = (0.5 - begin) * scale - 0.5
    matrix = np.array([[scale[0], 0.0, shift[0]], [0.0, scale[1], shift[1]]])
    source = sample.rgb
    if min(scale) < 1.0:
        # linear interpolation would skip pixels; what is averaged is what the runtime averages
        source = low_passed(source, max(1.0, 1.0 / scale[0]), max(1.0, 1.0 / scale[1]))
    rgb = cv2.warpAffine(source, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=_GREY)
    boxes = _moved(sample.boxes, scale, -begin * scale)
    return BoxSample(sample.name, np.asarray(rgb, np.uint8), kept(boxes, size_hw, least_px))


def kept(boxes: Boxes, size_hw: tuple[int, int], least_px: float) -> Boxes:
    """Return boxes held inside a view; see the head of this page for what becomes of them.

    Landmarks of a face of which one is beyond the view are unknown: it cannot be seen.
    """
    low, high = np.zeros(2, np.float32), np.array(size_hw[::-1], np.float32)
    centre = (boxes.xyxy[:, :2] + boxes.xyxy[:, 2:]) / 2
    inside = ((centre >= low) & (centre < high)).all(1)
    clipped = _clipped(boxes.xyxy, high)
    large = (clipped[:, 2:] - clipped[:, :2]).min(1, initial=np.inf) >= least_px
    lesson = inside & large
    with np.errstate(invalid="ignore"):
        beyond = np.any((boxes.points < low) | (boxes.points > high), axis=(1, 2))
    points = np.where(beyond[:, None, None], np.float32(np.nan), boxes.points)
    ignored = np.concatenate((_clipped(boxes.ignored, high), clipped[~lesson]))
    seen = (ignored[:, 2] > ignored[:, 0]) & (ignored[:, 3] > ignored[:, 1])
    return Boxes(
        clipped[lesson], boxes.classes[lesson], points[lesson], ignored[seen], boxes.labelled
    )


def mirrored(sample: BoxSample) -> BoxSample:
    """Return a sample with left and right exchanged."""
    width = np.float32(sample.rgb.shape[1])
    b = sample.boxes
    points = b.points[:, list(MIRRORED)].copy()
    points[..., 0] = width - points[..., 0]
    boxes = Boxes(
        _flipped(b.xyxy, width), b.classes, points, _flipped(b.ignored, width), b.labelled
    )
    return BoxSample(sample.name, np.ascontiguousarray(sample.rgb[:, ::-1]), boxes)


def pasted(tiles: Sequence[tuple[BoxSample, int, int]], size_hw: tuple[int, int]) -> BoxSample:
    """Return samples side by side, each with its top and left, in one picture.

    Only what is complete in all of them is complete in the whole.
    """
    rgb = np.full((*size_hw, 3), _GREY, np.uint8)
    moved = []
    for sample, top, left in tiles:
        height, width = sample.rgb.shape[:2]
        rgb[top : top + height, left : left + width] = sample.rgb
        moved.append(_moved(sample.boxes, np.ones(2), np.array([left, top], np.float64)))
    boxes = Boxes(
        np.concatenate([b.xyxy for b in moved]),
        np.concatenate([b.classes for b in moved]),
        np.concatenate([b.points for b in moved]),
        np.concatenate([b.ignored for b in moved]),
        np.logical_and.reduce([b.labelled for b in moved]),
    )
    return BoxSample("+".join(sample.name for sample, _, _ in tiles), rgb, boxes)


def scaled(boxes: Boxes, factors: NDArray[np.float64]) -> Boxes:
    """Return boxes of an image whose width and height are multiplied by two factors."""
    return _moved(boxes, factors, np.zeros(2))


def _moved(boxes: Boxes, scale: NDArray[np.float64], shift: NDArray[np.float64]) -> Boxes:
    """Return boxes whose coordinates x, y are multiplied and then shifted."""
    twice_scale, twice_shift = np.tile(scale, 2), np.tile(shift, 2)
    return Boxes(
        (boxes.xyxy * twice_scale + twice_shift).astype(np.float32),
        boxes.classes,
        (boxes.points * scale + shift).astype(np.float32),
        (boxes.ignored * twice_scale + twice_shift).astype(np.float32),
        boxes.labelled,
    )


def _clipped(xyxy: Floats, high: Floats) -> Floats:
    return np.clip(xyxy, np.float32(0.0), np.tile(high, 2))


def _flipped(xyxy: Floats, width: np.float32) -> Floats:
    return np.stack((width - xyxy[:, 2], xyxy[:, 1], width - xyxy[:, 0], xyxy[:, 3]), 1).astype(
        np.float32
    )
