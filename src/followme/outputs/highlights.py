"""A few pictures that stand for a whole run, kept while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDTH_PX = 480


@dataclass(frozen=True)
class Highlight:
    """A picture worth keeping.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        Shrunk to at most 480 pixels of width.
    caption : str
        What stands below it.
    weight : float
        The higher of two neighbours is kept.
    """

    bgr: NDArray[np.uint8]
    caption: str
    weight: float


class Highlights:
    """Pictures spread evenly over a run of unknown length, in bounded memory.

    Time is divided into spans of equally many pictures, of each span the weightiest picture is
    kept; when there are too many spans, neighbours are joined and spans are twice as long.

    Parameters
    ----------
    wanted : int
        How many pictures are asked for in the end; up to twice as many are held.
    """

    def __init__(self, wanted: int = 12) -> None:
        self._wanted = wanted
        self._span = 1
        self._in_span = 0
        self._kept: list[Highlight] = []

    def offer(self, bgr: NDArray[np.uint8], caption: str, weight: float) -> None:
        """Show the next picture of the run; it is copied when it is kept."""
        if self._in_span == 0:
            if len(self._kept) == 2 * self._wanted:
                pairs = zip(self._kept[::2], self._kept[1::2], strict=True)
                self._kept = [_weightier(a, b) for a, b in pairs]
                self._span *= 2
            self._kept.append(Highlight(_shrunk(bgr), caption, weight))
        elif weight > self._kept[-1].weight:
            self._kept[-1] = Highlight(_shrunk(bgr), caption, weight)
        self._in_span = (self._in_span + 1) % self._span

    def chosen(self) -> list[Highlight]:
        """Return at most the wanted number, in order of time."""
        count = len(self._kept)
        if count <= self._wanted:
            return list(self._kept)
        bounds = [i * count // self._wanted for i in range(self._wanted + 1)]
        groups = [self._kept[a:b] for a, b in pairwise(bounds)]
        return [max(group, key=lambda item: item.weight) for group in groups]


def _weightier(a: Highlight, b: Highlight) -> Highlight:
    return b if b.weight > a.weight else a


def _shrunk(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = bgr.shape[:2]
    if width <= _WIDTH_PX:
        return bgr.copy()
    size = (_WIDTH_PX, max(1, round(height * _WIDTH_PX / width)))
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
