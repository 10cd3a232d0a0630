"""Points above the floor joined on a bird's-eye grid to things, split by the corridor."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.geometry.corridor import Corridor
from followme.geometry.measuring import Blob, Ruler
from followme.geometry.points import Points, Split
from followme.geometry.walls import wall_pieces
from followme.settings import DistanceSettings

BESIDE_THINNED = 2  # beside the corridor every second row and column is enough
_STRAY = 3  # fewer points do not make a cell occupied
_SQUARE = np.ones((3, 3), np.uint8)


class BlobFinder:
    """Finds things in the points of a frame.

    Parameters
    ----------
    corridor : Corridor
        Where things matter.
    s : DistanceSettings
        Grid, least size, percentile.
    instant_m : float
        What is nearer counts towards an instant STOP.
    """

    def __init__(self, corridor: Corridor, s: DistanceSettings, instant_m: float) -> None:
        self._s = s
        self._ruler = Ruler(corridor, s, instant_m)
        self._rows = math.ceil(s.max_m / s.cell_m) + 1
        self._columns = 2 * math.ceil(s.beside_m / s.cell_m) + 2

    def find(self, cloud: Cloud, points: Split) -> list[Blob]:
        """Return the things of one frame, nearest first.

        A thing that reaches into the corridor is measured there and nowhere else, so that a
        wall does not swallow the box that stands against it, and what matters of a thing half
        in the way decides its side. Beside the corridor walls are left out, and so is the rest
        of what stands in the way.
        """
        cells = self._cells(points.inside)
        way = self._labels(cells)
        inside = self._measured(cloud, points.inside, way.ravel()[cells], self._s.min_pixels)
        taken = cv2.dilate((way > 0).astype(np.uint8), _SQUARE) > 0
        cells = self._cells(points.beside)
        rest = self._labels(cells)
        number = rest.ravel()[cells]
        number[np.isin(number, np.unique(rest[taken]))] = 0
        least = max(4, self._s.min_pixels // BESIDE_THINNED**2)
        beside = self._measured(cloud, points.beside, number, least, walls=False)
        found = whole(inside, self._s.join_m) + whole(beside, self._s.join_m)
        return sorted(found, key=lambda blob: blob.distance_m)

    def _cells(self, points: Points) -> NDArray[np.intp]:
        """Return the flat index of each point's cell."""
        per_m = np.float32(1.0 / self._s.cell_m)
        row = (points.ahead_m * per_m).astype(np.intp)
        column = (points.aside_m * per_m + np.float32(self._columns / 2)).astype(np.intp)
        np.clip(row, 0, self._rows - 1, out=row)
        np.clip(column, 0, self._columns - 1, out=column)
        return np.asarray(row * self._columns + column)

    def _labels(self, cells: NDArray[np.intp]) -> NDArray[np.int32]:
        """Join neighbouring cells; return the number of the thing in each, 0 for none."""
        counts = np.bincount(cells, minlength=self._rows * self._columns)
        occupied = (counts >= _STRAY).astype(np.uint8).reshape(self._rows, self._columns)
        _, labels = cv2.connectedComponents(occupied, connectivity=8)
        return np.asarray(labels, np.int32)

    def _measured(
        self,
        cloud: Cloud,
        points: Points,
        number: NDArray[np.int32],
        least: int,
        walls: bool = True,
    ) -> list[Blob]:
        """Measure each thing that is large enough, by the number of each point."""
        sizes = np.bincount(number)
        things = [
            points.where(np.flatnonzero(number == i))
            for i in np.flatnonzero(sizes >= least)
            if i > 0
        ]
        if not walls:
            things = self._without_walls(things)
        thinned = 1 if walls else BESIDE_THINNED**2
        blobs = [self._ruler.measure(cloud, thing, thinned) for thing in things]
        return [blob for blob in blobs if blob is not None]

    def _without_walls(self, things: list[Points]) -> list[Points]:
        """Leave out walls."""
        spans = [self._ruler.span(thing) for thing in things]
        pieces = wall_pieces(spans, self._s.wall_m, 1.5 * self._s.cell_m)
        return [thing for thing, is_wall in zip(things, pieces, strict=True) if not is_wall]


def whole(blobs: list[Blob], join_m: float) -> list[Blob]:
    """Return things without the fragments that lie closely behind them, nearest first.

    A level surface that is seen at a grazing angle, such as the top of a cupboard, falls into
    pieces on the grid; what is behind the front says nothing new but how high the thing is.

    Parameters
    ----------
    blobs : list of Blob
        Of one frame.
    join_m : float
        How closely behind.
    """
    kept: list[Blob] = []
    for blob in sorted(blobs, key=lambda b: b.distance_m):
        for i, front in enumerate(kept):
            if _is_behind(blob, front, join_m):
                kept[i] = replace(front, top_m=max(front.top_m, blob.top_m))
                break
        else:
            kept.append(blob)
    return kept


def _is_behind(blob: Blob, front: Blob, join_m: float) -> bool:
    overlaps = blob.aside_min_m < front.aside_max_m and front.aside_min_m < blob.aside_max_m
    return overlaps and blob.distance_m - front.distance_m <= join_m
