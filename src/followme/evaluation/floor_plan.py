"""Convex shapes on the floor plan: cut to a part of the plane, and their nearest point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from followme.sources.outlines import Outline

Point = tuple[float, float]
#: All points with ``a x + b y + c >= 0``.
HalfPlane = tuple[float, float, float]

_FLAT_M2 = 1e-9


@dataclass(frozen=True, eq=False)
class Part:
    """An outline, ready to be cut.

    Parameters
    ----------
    outline : Outline
    x_m, y_m : tuple of two floats
        Least and largest.
    """

    outline: Outline
    x_m: tuple[float, float]
    y_m: tuple[float, float]

    @classmethod
    def of(cls, outline: Outline) -> Part:
        """Make a part of an outline."""
        return parts_of((outline,))[0]

    @cached_property
    def points(self) -> list[Point]:
        """Its corners; most parts are too far away to be asked for them."""
        return [(x, y) for x, y in self.outline.corners_m.tolist()]

    def least_m(self, to: Point = (0.0, 0.0)) -> float:
        """Return a distance that it is at least away from a point."""
        x, y = to
        return math.hypot(
            max(self.x_m[0] - x, x - self.x_m[1], 0.0), max(self.y_m[0] - y, y - self.y_m[1], 0.0)
        )

    def in_box(self, x_min: float, x_max: float, y_min: float, y_max: float) -> list[Point]:
        """Return what of it is in a rectangle; empty when nothing is."""
        if self.x_m[1] < x_min or self.x_m[0] > x_max or self.y_m[1] < y_min or self.y_m[0] > y_max:
            return []
        sides = ((1.0, 0.0, -x_min), (-1.0, 0.0, x_max), (0.0, 1.0, -y_min), (0.0, -1.0, y_max))
        return cut(self.points, sides)


def parts_of(outlines: Sequence[Outline]) -> list[Part]:
    """Make parts of many outlines at once."""
    if not outlines:
        return []
    corners = np.concatenate([o.corners_m for o in outlines])
    begins = np.cumsum([0, *(len(o.corners_m) for o in outlines[:-1])])
    low = np.minimum.reduceat(corners, begins).tolist()
    high = np.maximum.reduceat(corners, begins).tolist()
    return [
        Part(outline, (x0, x1), (y0, y1))
        for outline, (x0, y0), (x1, y1) in zip(outlines, low, high, strict=True)
    ]


def cut(shape: Iterable[Sequence[float]], planes: Iterable[HalfPlane]) -> list[Point]:
    """Return the part of a convex shape (corners in order, two for a line) in all half planes.

    Empty where there is none.
    """
    points: list[Point] = [(x, y) for x, y in shape]
    for a, b, c in planes:
        inside = [a * x + b * y + c for x, y in points]
        kept: list[Point] = []
        # a line has one edge, not two
        edges = range(len(points)) if len(points) > 2 else range(len(points) - 1)
        if len(points) <= 2 and points and inside[0] >= 0.0:
            kept.append(points[0])
        for i in edges:
            j = (i + 1) % len(points)
            if (inside[i] < 0.0) != (inside[j] < 0.0):
                share = inside[i] / (inside[i] - inside[j])
                (x0, y0), (x1, y1) = points[i], points[j]
                kept.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
            if inside[j] >= 0.0:
                kept.append(points[j])
        points = kept
        if not points:
            break
    return points


def nearest(shape: Sequence[Point], to: Point = (0.0, 0.0)) -> Point:
    """Return the point of a convex shape that is nearest to a point."""
    if len(shape) == 1:
        return shape[0]
    if len(shape) > 2 and _holds(shape, to):
        return to
    best, least_m = shape[0], math.inf
    # a line has one edge, not two
    for a, b in zip(shape, (*shape[1:], shape[0]) if len(shape) > 2 else shape[1:], strict=False):
        foot = _foot(a, b, to)
        away_m = math.dist(foot, to)
        if away_m < least_m:
            best, least_m = foot, away_m
    return best


def _holds(shape: Sequence[Point], p: Point) -> bool:
    x, y = p
    left = right = False
    x0, y0 = shape[-1]
    for x1, y1 in shape:
        side = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        # a cut leaves corners double and shapes flat: neither edge nor area, so neither decides
        left = left or side >= _FLAT_M2
        right = right or side <= -_FLAT_M2
        if left and right:
            return False
        x0, y0 = x1, y1
    return left or right


def _foot(a: Point, b: Point, p: Point) -> Point:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length2 = dx * dx + dy * dy
    if length2 < 1e-18:
        return a
    share = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2
    share = 0.0 if share < 0.0 else 1.0 if share > 1.0 else share
    return a[0] + share * dx, a[1] + share * dy
