"""Convex shapes on the floor plan: cut to a part of the plane, and their nearest point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

Point = tuple[float, float]
#: All points with ``a x + b y + c >= 0``.
HalfPlane = tuple[float, float, float]

_FLAT_M2 = 1e-9


def cut(shape: Iterable[Sequence[float]], planes: Iterable[HalfPlane]) -> list[Point]:
    """Return the part of a convex shape (corners in order, two for a line) in all half planes.

    Empty where there is none.
    """
    points: list[Point] = [(float(x), float(y)) for x, y in shape]
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
    count = len(shape) if len(shape) > 2 else 1
    feet = [_foot(shape[i], shape[(i + 1) % len(shape)], to) for i in range(count)]
    return min(feet, key=lambda p: math.dist(p, to))


def box(x_min: float, x_max: float, y_half: float) -> tuple[HalfPlane, ...]:
    """Return the half planes of a rectangle that lies symmetrically about x."""
    return ((1.0, 0.0, -x_min), (-1.0, 0.0, x_max), (0.0, 1.0, y_half), (0.0, -1.0, y_half))


def _holds(shape: Sequence[Point], p: Point) -> bool:
    sides = [
        (x1 - x0) * (p[1] - y0) - (y1 - y0) * (p[0] - x0)
        for (x0, y0), (x1, y1) in zip(shape, (*shape[1:], shape[0]), strict=True)
    ]
    # a cut leaves corners double and shapes flat: neither edge nor area, so neither decides
    if all(abs(s) < _FLAT_M2 for s in sides):
        return False
    return all(s > -_FLAT_M2 for s in sides) or all(s < _FLAT_M2 for s in sides)


def _foot(a: Point, b: Point, p: Point) -> Point:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length2 = dx * dx + dy * dy
    if length2 < 1e-18:
        return a
    share = min(1.0, max(0.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2))
    return a[0] + share * dx, a[1] + share * dy
