"""Where rays meet flat facets: floor, walls, sides of blocks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.surfaces import Arrangement, Facet, Surfaces, turned
from followme.sources.view import NEAR_M, View, Window

# neighbouring facets overlap by this much, else rays slip through between them
_SEAM_M = 1e-4


class _Placed(NamedTuple):
    """Where facets are: their frames' axes and origins (F, ...), and how far those have gone."""

    corners_m: NDArray[np.float64]
    normals: NDArray[np.float64]
    moved_m: NDArray[np.float64]
    turned: dict[int, NDArray[np.float64]]


def cast_facets(
    surfaces: Surfaces, view: View, canvas: Canvas, now: Arrangement, *, panes: bool = False
) -> None:
    """Let rays meet every facet that can be seen; the nearest one stays on the canvas.

    ``panes`` says whether those of glass are cast, or those that are not.
    """
    chosen = np.array([facet.pane == panes for facet in surfaces.facets], bool)
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
    visible &= chosen & ~np.isin(surfaces.facet_actor, now.absent())
    seen = np.flatnonzero(visible)
    for i, window in zip(seen, view.windows_of(optical[seen]), strict=True):
        if window is not None:
            facet = surfaces.facets[i]
            frame, origin = facet.frame, facet.origin_m
            if facet.actor in placed.turned:
                turn = placed.turned[facet.actor]
                pivot = np.array(now.origin_of(facet.actor))
                at = np.array([*now.actors[facet.actor].at_m, 0.0])
                frame, origin = frame @ turn, (origin - at) @ turn + pivot
            _cast(facet, (frame, origin), placed.moved_m[i], window, view, canvas)


def _placed(surfaces: Surfaces, now: Arrangement) -> _Placed:
    moved = now.shifts_m[surfaces.facet_actor]  # (F, 3)
    turning = now.turning()
    if not turning:
        return _Placed(surfaces.corners_m, surfaces.normals, moved, {})
    corners, normals = surfaces.corners_m.copy(), surfaces.normals.copy()
    turns = {}
    for actor in turning:
        place = now.places[actor]
        assert place is not None
        turn = turns[actor] = turned(place.turn_rad)
        mine = surfaces.facet_actor == actor
        at = np.array([*now.actors[actor].at_m, 0.0])
        corners[mine] = (corners[mine] - at) @ turn + now.origin_of(actor)
        normals[mine] = normals[mine] @ turn
        moved[mine] = 0.0
    return _Placed(corners, normals, moved, turns)


def _cast(
    facet: Facet,
    placed: tuple[NDArray[np.float64], NDArray[np.float64]],
    moved: NDArray[np.float64],
    window: Window,
    view: View,
    canvas: Canvas,
) -> None:
    frame, origin_m = placed
    axes = frame @ view.to_scene  # its axes in the optical frame, a row each
    origin = frame @ (view.origin_m - origin_m - moved)
    u, v = (a for a in range(3) if a != facet.axis)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = np.float32(facet.at_m - origin[facet.axis]) / view.along(axes[facet.axis], window)
        along_u = _place(depth, view.along(axes[u], window), origin[u] - facet.low_m[0])
        along_v = _place(depth, view.along(axes[v], window), origin[v] - facet.low_m[1])
        hit = depth <= canvas.depth_m[window]
        hit &= depth > NEAR_M
        hit &= _within(along_u, facet.high_m[0] - facet.low_m[0])
        hit &= _within(along_v, facet.high_m[1] - facet.low_m[1])
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


def _place(
    depth: NDArray[np.float32], along: NDArray[np.float32], origin: float
) -> NDArray[np.float32]:
    place = depth * along
    place += np.float32(origin)
    return np.asarray(place)


def _within(place: NDArray[np.float32], length_m: float) -> NDArray[np.bool_]:
    inside = place >= np.float32(-_SEAM_M)
    inside &= place <= np.float32(length_m + _SEAM_M)
    return np.asarray(inside)


def _inside(place: NDArray[np.float32], low_m: float, high_m: float) -> NDArray[np.bool_]:
    """Whether a place lies in an opening, whose rim belongs to both sides."""
    inside = place > np.float32(low_m + _SEAM_M)
    inside &= place < np.float32(high_m - _SEAM_M)
    return np.asarray(inside)
