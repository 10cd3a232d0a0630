"""Where rays meet limbs: capsules, smoothly lit.

People are made of two dozen limbs, most of them a few pixels large. The rays of all small limbs
are therefore followed at once, each beside the figures of its limb; large limbs go one by one.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.surfaces import Arrangement, Limbs, Surfaces, turned
from followme.sources.view import NEAR_M, View, pixels_of

_SMALL_PX = 3000

Floats = NDArray[np.float32]
Rays = tuple[Floats, Floats, Floats]

_ONE: Floats = np.asarray(1.0, np.float32)


class _Lines(NamedTuple):
    """Figures of the lines of limbs, optical frame, float32: (L,), of one limb, or a ray each."""

    start: Rays
    line: Rays
    length2: Floats
    line_start: Floats
    c: Floats

    def of(self, which: int | NDArray[np.intp]) -> _Lines:
        """Return those of some limbs."""
        return _Lines(*_taken(self, which))


class _Ends(NamedTuple):
    """Figures of their ends and of the light on them, likewise."""

    start: Rays
    end: Rays
    start_c: Floats
    end_c: Floats
    line_start: Floats
    length2: Floats
    radius: Floats
    start_light: Floats
    line_light: Floats

    def of(self, which: int | NDArray[np.intp]) -> _Ends:
        """Return those of some limbs."""
        return _Ends(*_taken(self, which))


class _Along(NamedTuple):
    """What rays have to do with the line of a limb; they miss where ``root2`` is below 0."""

    ray2: Floats
    ray_line: Floats
    a: Floats
    b: Floats
    root2: Floats


def _taken(figures: tuple[Any, ...], which: int | NDArray[np.intp]) -> list[Any]:
    return [
        tuple(axis[which] for axis in value) if isinstance(value, tuple) else value[which]
        for value in figures
    ]


def cast_limbs(surfaces: Surfaces, view: View, canvas: Canvas, now: Arrangement) -> None:
    """Let rays meet every capsule; where one is the nearest it stays on the canvas."""
    limbs = surfaces.limbs
    if not len(limbs.radius_m):
        return
    ends = view.to_optical(_ends(limbs, now))
    windows = _windows(ends, limbs.radius_m, view)
    for actor, mine in limbs.whose:
        if now.places[actor] is None:
            windows[mine, 1] = windows[mine, 0]
    pixels = np.prod(np.maximum(windows[:, 1::2] - windows[:, ::2], 0), axis=1)
    light = surfaces.light @ view.to_scene
    figures = _figures(ends, limbs.radius_m, light)
    toward = _axes(light[None])
    for i in np.flatnonzero(pixels > _SMALL_PX).tolist():
        _cast_large(limbs, figures, i, windows[i].tolist(), toward, view, canvas)
    small = np.flatnonzero((pixels > 0) & (pixels <= _SMALL_PX))
    if small.size:
        _cast_small(limbs, figures, small, windows[small], toward, view, canvas)


def _ends(limbs: Limbs, now: Arrangement) -> NDArray[np.float64]:
    """Return the ends of all limbs in the scene, (L, 2, 3)."""
    ends = limbs.ends_m.copy()
    for actor, mine in limbs.whose:
        place = now.places[actor]
        if place is not None:
            ends[mine, :, 0] += limbs.swing_m[mine] * math.sin(place.stride_rad)
            frame = turned(now.actors[actor].yaw_rad + place.turn_rad)
            ends[mine] = ends[mine] @ frame + now.origin_of(actor)
    return ends


def _windows(
    ends: NDArray[np.float64], radius_m: NDArray[np.float64], view: View
) -> NDArray[np.intp]:
    """Return the pixels that the box around each capsule can cover: rows from, to, columns."""
    low = ends.min(axis=1) - radius_m[:, None]
    high = ends.max(axis=1) + radius_m[:, None]
    near, far = np.maximum(low[:, 2], NEAR_M), np.maximum(high[:, 2], NEAR_M)
    c = view.camera
    borders = []
    for axis, focal, centre, size in ((1, c.fy, c.cy, c.height), (0, c.fx, c.cx, c.width)):
        first = centre + focal * np.minimum(low[:, axis] / near, low[:, axis] / far)
        last = centre + focal * np.maximum(high[:, axis] / near, high[:, axis] / far)
        borders += [np.maximum(np.floor(first), 0), np.minimum(np.ceil(last) + 1, size)]
    windows = np.stack(borders, axis=1)
    windows[high[:, 2] <= NEAR_M] = 0
    return windows.astype(np.intp)


def _figures(
    ends: NDArray[np.float64], radius_m: NDArray[np.float64], light: NDArray[np.float64]
) -> tuple[_Lines, _Ends]:
    start, end = ends[:, 0], ends[:, 1]
    line = end - start
    length2 = np.einsum("li,li->l", line, line)
    line_start = np.einsum("li,li->l", line, start)
    start_c = np.einsum("li,li->l", start, start) - radius_m**2
    end_c = np.einsum("li,li->l", end, end) - radius_m**2
    c = length2 * start_c - line_start**2
    length2, line_start, c, start_c, end_c, radius, start_light, line_light = (
        np.asarray(v, np.float32)
        for v in (
            length2,
            line_start,
            c,
            start_c,
            end_c,
            radius_m,
            start @ light,
            line @ light,
        )
    )
    starts = _axes(start)
    return (
        _Lines(starts, _axes(line), length2, line_start, c),
        _Ends(
            starts,
            _axes(end),
            start_c,
            end_c,
            line_start,
            length2,
            radius,
            start_light,
            line_light,
        ),
    )


def _axes(vectors: NDArray[np.float64]) -> tuple[Floats, Floats, Floats]:
    x, y, z = vectors.T.astype(np.float32)
    return x, y, z


def _cast_large(
    limbs: Limbs,
    figures: tuple[_Lines, _Ends],
    i: int,
    window: list[int],
    light: Rays,
    view: View,
    canvas: Canvas,
) -> None:
    part = slice(window[0], window[1]), slice(window[2], window[3])
    ray = (view.across[part[1]][None, :], view.down[part[0]][:, None], _ONE)
    ends = figures[1].of(i)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = _along(figures[0].of(i), ray)
        depth, share = _meet(ends, ray, along)
        hit = (depth > NEAR_M) & (depth <= canvas.depth_m[part])
        if not hit.any():
            return
        facing = _facing(ends, ray, depth, share, light)
    canvas.put(part, hit, depth, _atlas(limbs.texture[i], facing, share), int(limbs.surface[i]))


def _cast_small(
    limbs: Limbs,
    figures: tuple[_Lines, _Ends],
    which: NDArray[np.intp],
    windows: NDArray[np.intp],
    light: Rays,
    view: View,
    canvas: Canvas,
) -> None:
    entry, row, column = pixels_of(windows)
    limb, pixel = which[entry], row * view.camera.width + column
    ray: Rays = (view.across[column], view.down[row], _ONE)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = _along(figures[0].of(limb), ray)
        # half of the rays miss: from here on without them
        met = np.flatnonzero(along.root2 >= 0.0)
        limb, pixel, ray = limb[met], pixel[met], (ray[0][met], ray[1][met], _ONE)
        depth, share = _meet(figures[1].of(limb), ray, _Along(*(v[met] for v in along)))
        near = canvas.nearest(pixel, depth)
        limb, pixel, depth, share = limb[near], pixel[near], depth[near], share[near]
        ray = (ray[0][near], ray[1][near], _ONE)
        facing = _facing(figures[1].of(limb), ray, depth, share, light)
    canvas.paint(pixel, _atlas(limbs.texture[limb].T, facing, share), limbs.surface[limb])


def _along(lines: _Lines, ray: Rays) -> _Along:
    ray2 = ray[0] * ray[0] + ray[1] * ray[1] + _ONE
    ray_line = _dot(ray, lines.line)
    a = lines.length2 * ray2 - ray_line * ray_line
    b = lines.length2 * _dot(ray, lines.start) - lines.line_start * ray_line
    return _Along(ray2, ray_line, a, b, b * b - a * lines.c)


def _meet(ends: _Ends, ray: Rays, along: _Along) -> tuple[Floats, Floats]:
    """Return depth (NaN where missed) and where along the line, 0 to 1.

    A capsule is a cylinder with a ball at each end: both are quadratic in the ray's parameter.
    """
    depth = (along.b - np.sqrt(along.root2)) / along.a
    share = (depth * along.ray_line - ends.line_start) / ends.length2
    for beyond, end, end_c in (
        (share < 0.0, ends.start, ends.start_c),
        (share > 1.0, ends.end, ends.end_c),
    ):
        ray_end = _dot(ray, end)
        root2 = ray_end * ray_end - along.ray2 * end_c
        np.copyto(depth, (ray_end - np.sqrt(root2)) / along.ray2, where=beyond)
    return np.asarray(depth, np.float32), np.asarray(np.clip(share, 0.0, 1.0), np.float32)


def _facing(ends: _Ends, ray: Rays, depth: Floats, share: Floats, light: Rays) -> Floats:
    """Return the cosine between the surface's normal and the light, -1 to 1."""
    toward = depth * _dot(ray, light) - ends.start_light - share * ends.line_light
    return np.asarray(np.clip(toward / ends.radius, -_ONE, _ONE))


def _atlas(texture: Floats, facing: Floats, share: Floats) -> tuple[Floats, Floats]:
    left, width, top, height = texture
    half = np.float32(0.5)
    return left + width * (half + half * facing), top + height * share


def _dot(ray: Rays, vector: Rays) -> Floats:
    return np.asarray(ray[0] * vector[0] + (ray[1] * vector[1] + vector[2]))
