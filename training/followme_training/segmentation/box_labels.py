"""Labels of pixels from boxes and a network: what a box says corrects what the network thinks.

Boxes are cheaper than outlines, and there are more of them. As in BoxSup (Dai, He and Sun, ICCV
2015) a network's guess is kept where the boxes agree with it; what is sure neither by the one nor
by the other stays unlabelled and teaches nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme_training.segmentation.classes import IGNORE

# A pixel has a class from this probability on, after the boxes have spoken.
_SURE = 0.6
# How much likelier its class is in a box: most of it in one that is filled.
_IN_BOX, _IN_FILLED_BOX = 4.0, 8.0
# What is filled is so in the middle, whatever the network thinks: a door that is seen at an angle
# leaves corners of its box free. Shares of the box that are rim, left and right, above and below.
_RIM_X, _RIM_Y = 0.15, 0.12
# A box may be drawn this share of its smaller side, and a pixel, too small.
_DRAWN = 0.03
# Who stands in front is believed from this probability on.
_IN_FRONT = 0.5


@dataclass(frozen=True)
class ClassBox:
    """Where a thing is.

    Parameters
    ----------
    left, top, right, bottom : float
        In pixels.
    number : int
        Of its class.
    filled : bool
        Whether such things fill their boxes, as doors do and chairs do not.
    """

    left: float
    top: float
    right: float
    bottom: float
    number: int
    filled: bool = False

    @property
    def area(self) -> float:
        """In square pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def pixels(self, grow_x: float = 0.0, grow_y: float = 0.0) -> tuple[slice, slice]:
        """Return rows and columns of the box, made larger to each side by so many pixels."""
        rows = slice(_pixel(self.top - grow_y), _pixel(self.bottom + grow_y))
        return rows, slice(_pixel(self.left - grow_x), _pixel(self.right + grow_x))


def labels_from_boxes(
    probabilities: NDArray[np.float32],
    boxes: Sequence[ClassBox],
    complete: Collection[int],
    in_front: Collection[int] = (),
) -> NDArray[np.uint8]:
    """Return the class of each pixel of an image; where none is sure, that of an ignored one.

    Parameters
    ----------
    probabilities : (C, H, W) float32
        Of a network.
    boxes : sequence of ClassBox
        Of the same image; a smaller one lies before a larger one.
    complete : collection of int
        Classes all of whose things have a box: they are nowhere else.
    in_front : collection of int
        Classes that may hide the middle of what fills its box, as persons do.

    Returns
    -------
    (H, W) uint8
        :data:`~followme_training.segmentation.classes.IGNORE` for none.
    """
    weights = np.ones_like(probabilities)
    weights[list(complete)] = 0.0
    size_hw = probabilities.shape[1:]
    middles, rims = np.full(size_hw, IGNORE, np.uint8), np.full(size_hw, IGNORE, np.uint8)
    for box in sorted(boxes, key=lambda b: -b.area):
        drawn = _DRAWN * min(box.right - box.left, box.bottom - box.top) + 1.0
        own, near, inside = weights[box.number], box.pixels(drawn, drawn), box.pixels()
        own[near] = np.maximum(own[near], 1.0)
        # what lies behind it is less likely here, but not impossible
        weights[(slice(None), *inside)] = np.minimum(weights[(slice(None), *inside)], 1.0)
        own[inside] = _IN_FILLED_BOX if box.filled else _IN_BOX
        middles[inside] = IGNORE
        rims[inside] = box.number if box.filled else IGNORE
        if box.filled:
            width, height = box.right - box.left, box.bottom - box.top
            middles[box.pixels(-_RIM_X * width, -_RIM_Y * height)] = box.number
    weighted = probabilities * weights
    weighted /= np.maximum(weighted.sum(0), np.finfo(np.float32).tiny)
    labels = weighted.argmax(0).astype(np.uint8)
    unsure = weighted.max(0) < _SURE
    # around a door the network sees wall or cupboard in the door itself; there nobody is right
    unsure |= (rims != IGNORE) & (labels != rims)
    labels[unsure] = IGNORE
    hidden = probabilities[list(in_front)].sum(0) > _IN_FRONT
    return np.where((middles != IGNORE) & ~hidden, middles, labels).astype(np.uint8)


def _pixel(edge: float) -> int:
    return max(0, round(edge))
