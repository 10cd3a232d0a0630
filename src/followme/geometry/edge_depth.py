"""Points on the straight edges of an image, and the one line of inverse depth that each edge is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_EDGES, _EVERY_PX = 60, 5.0  # edges, the longest, and points on them
_MOST_ON = 12  # a longer edge is as straight
_POINTS, _SHARE, _MISFIT = 3, 0.5, 0.08  # that must agree on the depth of one edge
_ROUNDS = 3
_FARTHEST_M = 6.0  # an edge whose line leads beyond says nothing


@dataclass(frozen=True)
class EdgePoints:
    """Points on edges, edge after edge.

    Parameters
    ----------
    edge : (P,) int
        Whose each is, counted from zero.
    along : (P,) float64
        Where on it, from 0 to 1.
    pixel : (P, 2) float64
        Column and row.
    across : (P, 2) float64
        Unit vectors across the edge: movement along it cannot be seen.
    """

    edge: NDArray[np.intp]
    along: NDArray[np.float64]
    pixel: NDArray[np.float64]
    across: NDArray[np.float64]

    def where(self, chosen: NDArray[np.bool_]) -> EdgePoints:
        """Return the chosen ones."""
        return EdgePoints(
            self.edge[chosen], self.along[chosen], self.pixel[chosen], self.across[chosen]
        )


def points_on(ends: NDArray[np.float64]) -> EdgePoints:
    """Return points on the longest edges of an image.

    Parameters
    ----------
    ends : (N, 4) float64
        Both ends (x1, y1, x2, y2) of each edge, pixels.
    """
    way = ends[:, 2:] - ends[:, :2]
    length_px = np.hypot(way[:, 0], way[:, 1])
    order = np.argsort(-length_px, kind="stable")[:_EDGES]
    many = np.minimum(length_px[order] // _EVERY_PX, _MOST_ON).astype(np.intp)
    order, many = order[many > 0], many[many > 0]
    edge = np.repeat(np.arange(len(order)), many)
    first = np.cumsum(many) - many
    along = (np.arange(len(edge)) - first[edge] + 0.5) / many[edge]
    way = way[order]
    across = np.column_stack([-way[:, 1], way[:, 0]]) / length_px[order, None]
    pixel = ends[order, :2][edge] + along[:, None] * way[edge]
    return EdgePoints(edge, along, pixel, across[edge])


def fitted_along(
    points: EdgePoints, found_m: NDArray[np.float64], good: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the depth of points on the line of their edge, and for which ones it holds.

    In an image the inverse depth of a straight edge is linear along it. Half of the points of an
    edge, three at least, must be good ones and agree on that line.

    Parameters
    ----------
    points : EdgePoints
    found_m : (P,) float64
        Depth that each has by itself, metres.
    good : (P,) bool
        Which of these to believe; there it is finite and positive.
    """
    edges = int(points.edge[-1]) + 1 if len(points.edge) else 0
    seen = np.bincount(points.edge, minlength=edges)
    count = np.bincount(points.edge[good], minlength=edges)
    enough = (count >= _POINTS) & (count >= _SHARE * seen)
    good = good & enough[points.edge]
    edge, along = points.edge[good], points.along[good]
    inverse = 1.0 / found_m[good]
    on = np.ones(len(edge), bool)
    for _ in range(_ROUNDS):
        line = _lines(edge[on], along[on], inverse[on], edges)
        fitted = line[edge, 0] + line[edge, 1] * along
        misfit = np.abs(fitted / inverse - 1.0)
        middle = _medians(edge, misfit, edges)
        on = misfit <= np.maximum(_MISFIT, 2.0 * middle)[edge]
    beyond = np.bincount(edge[fitted <= 1.0 / _FARTHEST_M], minlength=edges) > 0
    holds = ((middle <= _MISFIT) & ~beyond)[edge]
    told_m, told = found_m.copy(), good.copy()
    told[good] = holds
    told_m[told] = 1.0 / fitted[holds]
    return told_m, told


def _lines(
    edge: NDArray[np.intp],
    along: NDArray[np.float64],
    value: NDArray[np.float64],
    edges: int,
) -> NDArray[np.float64]:
    """Return value and slope (edges, 2) of the line of least squares of each edge; NaN: none."""

    def total(of: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(edge, of, edges), np.float64)

    count = np.bincount(edge, minlength=edges).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, mean = total(along) / count, total(value) / count
        off = along - middle[edge]
        slope = total(off * value) / total(off**2)
    return np.column_stack([mean - slope * middle, slope])


def _medians(edge: NDArray[np.intp], value: NDArray[np.float64], edges: int) -> NDArray[np.float64]:
    """Return the median of the values of each edge; NaN where there is none."""
    count = np.bincount(edge, minlength=edges)
    ordered = np.append(value[np.lexsort((value, edge))], np.nan)
    first = np.cumsum(count) - count
    middle = 0.5 * (ordered[first + (count - 1) // 2] + ordered[first + count // 2])
    return np.where(count > 0, middle, np.nan)
