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


class _Shape(NamedTuple):
    """Figures of limbs in the optical frame, float32: (L,), or of one limb, or a ray each."""

    start: tuple[Floats, Floats, Floats]
    end: tuple[Floats, Floats, Floats]
    line: tuple[Floats, Floats, Floats]
    length2: Floats
    line_start: Floats
    c: Floats
    start_c: Floats
    end_c: Floats
    radius: Floats
    start_light: Floats
    line_light: Floats

    def of(self, which: int | NDArray[np.intp]) -> _Shape:
        """Return the figures of some limbs."""
        figures: list[Any] = [
            tuple(axis[which] for axis in value) if isinstance(value, tuple) else value[which]
            for value in self
        ]
        return _Shape(*figures)


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
    light = (surfaces.light @ view.to_scene).astype(np.float32)
    shape = _shape(ends, limbs.radius_m, surfaces.light @ view.to_scene)
    for i in np.flatnonzero(pixels > _SMALL_PX).tolist():
        _cast_large(limbs, shape, i, windows[i].tolist(), light, view, canvas)
    small = np.flatnonzero((pixels > 0) & (pixels <= _SMALL_PX))
    if small.size:
        _cast_small(limbs, shape, small, windows[small], light, view, canvas)


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


def _shape(
    ends: NDArray[np.float64], radius_m: NDArray[np.float64], light: NDArray[np.float64]
) -> _Shape:
    start, end = ends[:, 0], ends[:, 1]
    line = end - start
    length2 = np.einsum("li,li->l", line, line)
    line_start = np.einsum("li,li->l", line, start)
    start_c = np.einsum("li,li->l", start, start) - radius_m**2
    end_c = np.einsum("li,li->l", end, end) - radius_m**2
    singles = (
        length2,
        line_start,
        length2 * start_c - line_start**2,
        start_c,
        end_c,
        radius_m,
        start @ light,
        line @ light,
    )
    return _Shape(
        _axes(start), _axes(end), _axes(line), *(np.asarray(v, np.float32) for v in singles)
    )


def _axes(vectors: NDArray[np.float64]) -> tuple[Floats, Floats, Floats]:
    x, y, z = vectors.T.astype(np.float32)
    return x, y, z


def _cast_large(
    limbs: Limbs,
    shape: _Shape,
    i: int,
    window: list[int],
    light: Floats,
    view: View,
    canvas: Canvas,
) -> None:
    part = slice(window[0], window[1]), slice(window[2], window[3])
    ray = (view.across[part[1]][None, :], view.down[part[0]][:, None], np.float32(1.0))
    mine = shape.of(i)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth, share = _meet(mine, ray)  # type: ignore[arg-type]
        hit = (depth > NEAR_M) & (depth <= canvas.depth_m[part])
        if not hit.any():
            return
        facing = _facing(mine, ray, depth, share, light)  # type: ignore[arg-type]
    left, width, top, height = limbs.texture[i]
    atlas = (left + width * (np.float32(0.5) + np.float32(0.5) * facing), top + height * share)
    canvas.put(part, hit, depth, atlas, int(limbs.surface[i]))


def _cast_small(
    limbs: Limbs,
    shape: _Shape,
    which: NDArray[np.intp],
    windows: NDArray[np.intp],
    light: Floats,
    view: View,
    canvas: Canvas,
) -> None:
    limb, row, column = pixels_of(windows)
    limb = which[limb]
    ray = (view.across[column], view.down[row], np.ones(1, np.float32))
    pixel = row * view.camera.width + column
    flat = canvas.depth_m.reshape(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mine = shape.of(limb)
        depth, share = _meet(mine, ray)
        hit = np.flatnonzero((depth > NEAR_M) & (depth <= flat[pixel]))
        if not hit.size:
            return
        # written from far to near, the nearest of several limbs on one pixel stays
        hit = hit[np.argsort(-depth[hit], kind="stable")]
        limb, pixel, depth, share = limb[hit], pixel[hit], depth[hit], share[hit]
        ray = (ray[0][hit], ray[1][hit], ray[2])
        facing = _facing(shape.of(limb), ray, depth, share, light)
    left, width, top, height = limbs.texture[limb].T
    across = left + width * (np.float32(0.5) + np.float32(0.5) * facing)
    canvas.put_pixels(pixel, depth, (across, top + height * share), limbs.surface[limb])


def _meet(shape: _Shape, ray: Rays) -> tuple[Floats, Floats]:
    """Return depth (NaN where missed) and where along the line, 0 to 1.

    A capsule is a cylinder with a ball at each end: both are quadratic in the ray's parameter.
    """
    ray2 = ray[0] * ray[0] + ray[1] * ray[1] + np.float32(1.0)
    ray_line = _dot(ray, shape.line)
    ray_start = _dot(ray, shape.start)
    a = shape.length2 * ray2 - ray_line * ray_line
    b = shape.length2 * ray_start - shape.line_start * ray_line
    depth = (b - np.sqrt(b * b - a * shape.c)) / a
    share = (depth * ray_line - shape.line_start) / shape.length2
    for beyond, end, end_c in (
        (share < 0.0, shape.start, shape.start_c),
        (share > 1.0, shape.end, shape.end_c),
    ):
        ray_end = _dot(ray, end)
        root = ray_end * ray_end - ray2 * end_c
        np.copyto(depth, (ray_end - np.sqrt(root)) / ray2, where=beyond)
    return np.asarray(depth, np.float32), np.asarray(np.clip(share, 0.0, 1.0), np.float32)


def _facing(shape: _Shape, ray: Rays, depth: Floats, share: Floats, light: Floats) -> Floats:
    """Return the cosine between the surface's normal and the light, -1 to 1."""
    toward = depth * _dot(ray, (light[0], light[1], light[2]))
    toward = toward - shape.start_light - share * shape.line_light
    return np.asarray(np.clip(toward / shape.radius, np.float32(-1.0), np.float32(1.0)))


def _dot(ray: Rays, vector: tuple[Floats, Floats, Floats]) -> Floats:
    return np.asarray(ray[0] * vector[0] + (ray[1] * vector[1] + vector[2]))
