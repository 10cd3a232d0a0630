"""Where rays meet flat facets: floor, walls, sides of blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.surfaces import Facet, Surfaces
from followme.sources.view import NEAR_M, View, Window

# neighbouring facets overlap by this much, else rays slip through between them
_SEAM_M = 1e-4


def cast_facets(surfaces: Surfaces, view: View, canvas: Canvas, time_s: float) -> None:
    """Let rays meet every facet that can be seen; the nearest one stays on the canvas."""
    if not surfaces.facets:
        return
    moved = np.array([facet.moved_at(time_s) for facet in surfaces.facets])  # (F, 3)
    optical = view.to_optical(surfaces.corners_m + moved[:, None, :])
    # a facet is seen from the side that its normal points to
    seen_from = np.einsum(
        "fi,fi->f", view.origin_m - surfaces.corners_m[:, 0] - moved, surfaces.normals
    )
    visible = (seen_from > 0) | ~surfaces.normals.any(axis=1)
    visible &= optical[..., 2].max(axis=1) > NEAR_M
    seen = np.flatnonzero(visible)
    for i, window in zip(seen, view.windows_of(optical[seen]), strict=True):
        if window is not None:
            _cast(surfaces.facets[i], moved[i], window, view, canvas)


def _cast(
    facet: Facet, moved: NDArray[np.float64], window: Window, view: View, canvas: Canvas
) -> None:
    axes = facet.frame @ view.to_scene  # its axes in the optical frame, a row each
    origin = facet.frame @ (view.origin_m - facet.origin_m - moved)
    u, v = (a for a in range(3) if a != facet.axis)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = np.float32(facet.at_m - origin[facet.axis]) / view.along(axes[facet.axis], window)
        along_u = _place(depth, view.along(axes[u], window), origin[u] - facet.low_m[0])
        along_v = _place(depth, view.along(axes[v], window), origin[v] - facet.low_m[1])
        hit = depth <= canvas.depth_m[window]
        hit &= depth > NEAR_M
        hit &= _within(along_u, facet.high_m[0] - facet.low_m[0])
        hit &= _within(along_v, facet.high_m[1] - facet.low_m[1])
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
