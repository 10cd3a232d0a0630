"""Where rays meet upright cylinders with flat ends: poles, bins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.surfaces import Arrangement, Round, Surfaces
from followme.sources.view import NEAR_M, View, Window

Floats = NDArray[np.float32]


def cast_rounds(surfaces: Surfaces, view: View, canvas: Canvas, now: Arrangement) -> None:
    """Let rays meet every cylinder; where one is the nearest it stays on the canvas."""
    for item in surfaces.rounds:
        if now.places[item.actor] is not None:
            frame, origin = now.frame_of(item.actor), now.origin_of(item.actor)
            axis = np.array([*item.cylinder.centre_m, 0.0]) @ frame + origin
            _cast(item, axis, surfaces.light, view, canvas)


def _cast(
    item: Round,
    axis_m: NDArray[np.float64],
    light: NDArray[np.float64],
    view: View,
    canvas: Canvas,
) -> None:
    window = _window(item, axis_m, view)
    if window is None:
        return
    c = item.cylinder
    along = [view.along(view.to_scene[i], window) for i in range(3)]
    to_axis = axis_m[:2] - view.origin_m[:2]
    from_m = float(view.origin_m[2])
    with np.errstate(divide="ignore", invalid="ignore"):
        depth, facing = _side(along, to_axis, c.radius_m, light)
        height = np.float32(from_m) + depth * along[2]
        depth = np.where((height >= c.bottom_m) & (height <= c.top_m), depth, np.float32(np.nan))
        end_m = c.top_m if from_m > c.top_m else c.bottom_m if from_m < c.bottom_m else None
        if end_m is not None:
            flat, inside = _end(along, to_axis, end_m - from_m, c.radius_m)
            nearer = inside & ~(depth < flat)
            depth = np.where(nearer, flat, depth)
            shine = np.float32(light[2] if end_m == c.top_m else 0.0)
            facing = np.where(nearer, shine, facing)
        share = (np.float32(from_m) + depth * along[2] - np.float32(c.bottom_m)) / np.float32(
            c.top_m - c.bottom_m
        )
        hit = (depth > NEAR_M) & (depth <= canvas.depth_m[window])
    if not hit.any():
        return
    left, width, top, tall = (np.float32(value) for value in item.texture)
    atlas = (
        left + width * (np.float32(0.5) + np.float32(0.5) * np.clip(facing, -1.0, 1.0)),
        top + tall * np.clip(share, 0.0, 1.0),
    )
    canvas.put(window, hit, np.asarray(depth, np.float32), atlas, item.surface)


def _side(
    along: list[Floats], to_axis: NDArray[np.float64], radius_m: float, light: NDArray[np.float64]
) -> tuple[Floats, Floats]:
    """Return where rays enter the endless cylinder (NaN where they miss), and the light there."""
    x, y = (np.float32(v) for v in to_axis)
    a = along[0] * along[0] + along[1] * along[1]
    b = along[0] * x + along[1] * y
    c = np.float32(to_axis @ to_axis - radius_m**2)
    depth = (b - np.sqrt(b * b - a * c)) / a
    toward = (depth * along[0] - x) * np.float32(light[0])
    toward = toward + (depth * along[1] - y) * np.float32(light[1])
    return np.asarray(depth, np.float32), np.asarray(toward / np.float32(radius_m), np.float32)


def _end(
    along: list[Floats], to_axis: NDArray[np.float64], over_m: float, radius_m: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return where rays meet the plane of a flat end, and whether within it."""
    depth = np.float32(over_m) / along[2]
    off_x = depth * along[0] - np.float32(to_axis[0])
    off_y = depth * along[1] - np.float32(to_axis[1])
    inside = off_x * off_x + off_y * off_y <= np.float32(radius_m**2)
    return np.asarray(depth, np.float32), np.asarray(inside & (depth > 0))


def _window(item: Round, axis_m: NDArray[np.float64], view: View) -> Window | None:
    """Return the pixels that the box around a cylinder can cover."""
    c = item.cylinder
    x, y, r = axis_m[0], axis_m[1], c.radius_m
    corners = view.to_optical(
        np.array(
            [
                (x + sx * r, y + sy * r, z)
                for sx in (-1, 1)
                for sy in (-1, 1)
                for z in (c.bottom_m, c.top_m)
            ]
        )
    )
    ahead = corners[:, 2] > NEAR_M
    if not ahead.any():
        return None
    camera = view.camera
    if not ahead.all():
        return view.window_between(0, camera.width, 0, camera.height)
    column = camera.fx * corners[:, 0] / corners[:, 2] + camera.cx
    row = camera.fy * corners[:, 1] / corners[:, 2] + camera.cy
    return view.window_between(column.min(), column.max(), row.min(), row.max())
