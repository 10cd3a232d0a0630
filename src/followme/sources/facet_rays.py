"""Where rays meet flat facets: floor, walls, sides of blocks.

A chair has sixty facets, most of them a few pixels large. The rays of all small facets are
therefore followed at once, each beside the figures of its facet; large facets go one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.facets import SEAM_M, Facet
from followme.sources.surfaces import Arrangement, Surfaces, turned
from followme.sources.view import NEAR_M, View, Window, pixels_of

_SEAM = np.float32(SEAM_M)
_SMALL_PX = 1500

Floats = NDArray[np.float32]


class _Placed(NamedTuple):
    """Where all facets are: corners (F, 4, 3), normals (F, 3), axes (F, 3, 3), origins (F, 3)."""

    corners_m: NDArray[np.float64]
    normals: NDArray[np.float64]
    axes: NDArray[np.float64]
    origins_m: NDArray[np.float64]
    moved_m: NDArray[np.float64]


def cast_facets(
    surfaces: Surfaces, view: View, canvas: Canvas, now: Arrangement, *, panes: bool = False
) -> None:
    """Let rays meet every facet that can be seen; the nearest one stays on the canvas.

    ``panes`` says whether those of glass are cast, or those that are not.
    """
    sheet = surfaces.sheet
    chosen = sheet.pane if panes else ~sheet.pane
    if not chosen.any():
        return
    placed = _placed(surfaces, now)
    optical = view.to_optical(placed.corners_m + placed.moved_m[:, None, :])
    # a facet is seen from the side that its normal points to
    seen_from = np.einsum(
        "fi,fi->f", view.origin_m - placed.corners_m[:, 0] - placed.moved_m, placed.normals
    )
    visible = (seen_from > 0) | ~placed.normals.any(axis=1)
    visible &= optical[..., 2].max(axis=1) > NEAR_M
    visible &= chosen & ~np.isin(sheet.actor, now.absent())
    seen = np.flatnonzero(visible)
    small: list[tuple[int, ...]] = []
    for i, window in zip(seen.tolist(), view.windows_of(optical[seen]), strict=True):
        if window is None:
            continue
        rows, columns = window
        size = (rows.stop - rows.start) * (columns.stop - columns.start)
        if size <= _SMALL_PX and not surfaces.facets[i].openings:
            small.append((i, rows.start, rows.stop, columns.start, columns.stop))
            continue
        if any(sheet.actor[j] == sheet.actor[i] for j, *_ in small):
            # where two facets of a thing lie in one plane the later one is seen
            _cast_small(surfaces, placed, small, view, canvas)
            small = []
        axes = placed.axes[i] @ view.to_scene  # its axes in the optical frame, a row each
        origin = placed.axes[i] @ (view.origin_m - placed.origins_m[i] - placed.moved_m[i])
        _cast(surfaces.facets[i], axes, origin, window, view, canvas)
    if small:
        _cast_small(surfaces, placed, small, view, canvas)


def _placed(surfaces: Surfaces, now: Arrangement) -> _Placed:
    sheet = surfaces.sheet
    moved = now.shifts_m[sheet.actor]  # (F, 3)
    turning = now.turning()
    if not turning:
        return _Placed(sheet.corners_m, sheet.normals, sheet.axes, sheet.origins_m, moved)
    corners, normals = sheet.corners_m.copy(), sheet.normals.copy()
    axes, origins = sheet.axes.copy(), sheet.origins_m.copy()
    for actor, turn_rad in turning:
        turn, mine = turned(turn_rad), sheet.actor == actor
        at, pivot = np.array([*now.actors[actor].at_m, 0.0]), now.origin_of(actor)
        corners[mine] = (corners[mine] - at) @ turn + pivot
        origins[mine] = (origins[mine] - at) @ turn + pivot
        normals[mine] = normals[mine] @ turn
        axes[mine] = axes[mine] @ turn
        moved[mine] = 0.0
    return _Placed(corners, normals, axes, origins, moved)


def _cast(
    facet: Facet,
    axes: NDArray[np.float64],
    origin: NDArray[np.float64],
    window: Window,
    view: View,
    canvas: Canvas,
) -> None:
    u, v = facet.edges
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = np.float32(facet.at_m - origin[facet.axis]) / view.along(axes[facet.axis], window)
        along_u = _place(depth, view.along(axes[u], window), np.float32(origin[u] - facet.low_m[0]))
        along_v = _place(depth, view.along(axes[v], window), np.float32(origin[v] - facet.low_m[1]))
        hit = depth <= canvas.depth_m[window]
        hit &= depth > NEAR_M
        hit &= _within(along_u, np.float32(facet.high_m[0] - facet.low_m[0] + SEAM_M))
        hit &= _within(along_v, np.float32(facet.high_m[1] - facet.low_m[1] + SEAM_M))
        for low, high in facet.openings:
            missing_u = _inside(along_u, low[0] - facet.low_m[0], high[0] - facet.low_m[0])
            missing_v = _inside(along_v, low[1] - facet.low_m[1], high[1] - facet.low_m[1])
            hit &= ~(missing_u & missing_v)
    if not hit.any():
        return
    per_m_x, per_m_y, column, row = (np.float32(value) for value in facet.texture)
    along_u *= per_m_x
    along_u += column
    along_v *= per_m_y
    along_v += row
    canvas.put(window, hit, depth, (along_u, along_v), facet.surface)


def _cast_small(
    surfaces: Surfaces,
    placed: _Placed,
    small: list[tuple[int, ...]],
    view: View,
    canvas: Canvas,
) -> None:
    """Cast facets, each with its window: rows from, to, columns from, to."""
    table, sheet = np.array(small, np.intp), surfaces.sheet
    which = table[:, 0]
    entry, row, column = pixels_of(table[:, 1:])
    axes = placed.axes[which]
    standing = view.origin_m - placed.origins_m[which] - placed.moved_m[which]
    origin = np.einsum("fij,fj->fi", axes, standing)
    # rows for the normal and the two edges of each facet
    order = sheet.order[which]
    axes = np.take_along_axis(axes @ view.to_scene, order[:, :, None], axis=1)
    axes[np.abs(axes) < 1e-12] = 0.0
    start = np.take_along_axis(origin, order, axis=1) - sheet.from_m[which]
    across, down = view.across[column], view.down[row]
    toward = axes.astype(np.float32)

    def along(axis: int) -> Floats:
        x, y, z = (toward[:, axis, i][entry] for i in range(3))
        return np.asarray(across * x + (down * y + z))

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = (-start[:, 0]).astype(np.float32)[entry] / along(0)
        places = [_place(depth, along(i), start[:, i].astype(np.float32)[entry]) for i in (1, 2)]
        longest = sheet.longest_m[which][entry]
        hit = _within(places[0], longest[:, 0]) & _within(places[1], longest[:, 1])
    met = np.flatnonzero(hit)
    pixel = row[met] * view.camera.width + column[met]
    near = canvas.nearest(pixel, depth[met])
    pixel, met = pixel[near], met[near]
    facet = which[entry[met]]
    texture = sheet.texture[facet]
    atlas = (
        places[0][met] * texture[:, 0] + texture[:, 2],
        places[1][met] * texture[:, 1] + texture[:, 3],
    )
    canvas.paint(pixel, atlas, sheet.surface[facet])


def _place(depth: Floats, along: Floats, origin: np.float32 | Floats) -> Floats:
    place = depth * along
    place += origin
    return np.asarray(place)


def _within(place: Floats, longest: np.float32 | Floats) -> NDArray[np.bool_]:
    inside = place >= -_SEAM
    inside &= place <= longest
    return np.asarray(inside)


def _inside(place: Floats, low_m: float, high_m: float) -> NDArray[np.bool_]:
    """Whether a place lies in an opening, whose rim belongs to both sides."""
    inside = place > np.float32(low_m) + _SEAM
    inside &= place < np.float32(high_m) - _SEAM
    return np.asarray(inside)
