"""Where rays meet limbs: capsules, smoothly lit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.surfaces import Limb
from followme.sources.view import NEAR_M, View, Window


def cast_limb(
    limb: Limb, light: NDArray[np.float64], view: View, canvas: Canvas, time_s: float
) -> None:
    """Let rays meet a capsule; where it is the nearest it stays on the canvas."""
    ends = view.to_optical(limb.ends_at(time_s))
    window = _window(ends, limb.capsule.radius_m, view)
    if window is None:
        return
    ray = tuple(view.along(axis, window) for axis in np.eye(3))
    depth, share = _meet(ends, limb.capsule.radius_m, ray)
    hit = (depth > NEAR_M) & (depth <= canvas.depth_m[window])
    if not hit.any():
        return
    facing = _facing(ends, limb.capsule.radius_m, ray, (depth, share), light @ view.to_scene)
    left, width, top, height = (np.float32(value) for value in limb.texture)
    atlas = (left + width * (0.5 + 0.5 * facing), top + height * share)
    canvas.put(window, hit, depth, atlas, limb.surface)


def _window(ends: NDArray[np.float64], radius_m: float, view: View) -> Window | None:
    """Return the pixels that the box around a capsule can cover."""
    # plain floats: for six numbers arrays cost ten times as much
    (x0, x1), (y0, y1), (z0, z1) = (
        (min(pair) - radius_m, max(pair) + radius_m) for pair in ends.T.tolist()
    )
    if z1 <= NEAR_M:
        return None
    c, z0 = view.camera, max(z0, NEAR_M)
    return view.window_between(
        c.cx + c.fx * min(x0 / z0, x0 / z1),
        c.cx + c.fx * max(x1 / z0, x1 / z1),
        c.cy + c.fy * min(y0 / z0, y0 / z1),
        c.cy + c.fy * max(y1 / z0, y1 / z1),
    )


def _meet(
    ends: NDArray[np.float64], radius_m: float, ray: tuple[NDArray[np.float32], ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return depth (NaN where missed) and where along the line, 0 to 1.

    A capsule is a cylinder with a ball at each end: both are quadratic in the ray's parameter.
    """
    start, line = ends[0], ends[1] - ends[0]
    length2 = np.float32(line @ line)
    ray2 = ray[0] * ray[0] + ray[1] * ray[1] + np.float32(1.0)
    ray_line = _dot(ray, line)
    ray_start = _dot(ray, start)
    line_start = np.float32(line @ start)
    a = length2 * ray2 - ray_line * ray_line
    b = length2 * ray_start - line_start * ray_line
    c = np.float32((line @ line) * (start @ start - radius_m**2) - (line @ start) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = (b - np.sqrt(b * b - a * c)) / a
        share = (depth * ray_line - line_start) / length2
        for beyond, end in ((share < 0.0, ends[0]), (share > 1.0, ends[1])):
            ray_end = _dot(ray, end)
            root = ray_end * ray_end - ray2 * np.float32(end @ end - radius_m**2)
            np.copyto(depth, (ray_end - np.sqrt(root)) / ray2, where=beyond)
    return np.asarray(depth, np.float32), np.asarray(np.clip(share, 0.0, 1.0), np.float32)


def _facing(
    ends: NDArray[np.float64],
    radius_m: float,
    ray: tuple[NDArray[np.float32], ...],
    met: tuple[NDArray[np.float32], NDArray[np.float32]],
    light: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return the cosine between the surface's normal and the light, -1 to 1."""
    depth, share = met
    start, line = ends[0], ends[1] - ends[0]
    toward = depth * _dot(ray, light) - np.float32(start @ light) - share * np.float32(line @ light)
    return np.clip(toward / np.float32(radius_m), -1.0, 1.0)


def _dot(ray: tuple[NDArray[np.float32], ...], vector: NDArray[np.float64]) -> NDArray[np.float32]:
    x, y, z = (np.float32(value) for value in vector)
    return np.asarray(ray[0] * x + (ray[1] * y + z))
