"""From what rays have met to colour: the atlas, fading with distance, shadow below things."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.parts import CLASS_NAMES
from followme.sources.surfaces import Arrangement, Footprint, Surfaces
from followme.sources.view import View

_FADE_PER_M = 0.045
_BRIGHTEST = 1.10
_SHADOW_M = 0.28
_SHADOW = 0.55
# share of what a pane shows that it mirrors
_MIRROR = 0.22
_FLOOR = CLASS_NAMES.index("floor")


def colour_of(
    surfaces: Surfaces, view: View, canvas: Canvas, now: Arrangement
) -> NDArray[np.uint8]:
    """Return the colour image, (H, W, 3) blue green red."""
    plain = cv2.remap(
        surfaces.atlas,
        canvas.atlas_x,
        canvas.atlas_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
    )
    light = np.float32(_BRIGHTEST) / (np.float32(1.0) + np.float32(_FADE_PER_M) * canvas.depth_m)
    for footprint in surfaces.footprints:
        if now.places[footprint.actor] is not None:
            _darken_below(footprint, surfaces, view, canvas, light, now)
    strength = cv2.convertScaleAbs(light, alpha=200.0)
    lit = cv2.multiply(plain, cv2.merge([strength] * 4), scale=1.0 / 200.0)
    return np.asarray(cv2.cvtColor(lit, cv2.COLOR_BGRA2BGR), np.uint8)


def _darken_below(
    footprint: Footprint,
    surfaces: Surfaces,
    view: View,
    canvas: Canvas,
    light: NDArray[np.float32],
    now: Arrangement,
) -> None:
    """Darken the floor around the feet of a thing: without shadow things seem to float."""
    frame = now.frame_of(footprint.actor)
    centre = footprint.centre_m @ frame + now.origin_of(footprint.actor)
    reach = [footprint.half_m[0] + _SHADOW_M, footprint.half_m[1] + _SHADOW_M, 0.0]
    around = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * np.array(reach)
    window = view.window_of(view.to_optical(around @ frame + centre))
    if window is None:
        return
    axes = frame @ view.to_scene
    origin = frame @ (view.origin_m - centre)
    with np.errstate(invalid="ignore"):
        depth = canvas.depth_m[window]
        away = [
            np.maximum(
                np.abs(depth * view.along(axes[i], window) + np.float32(origin[i]))
                - np.float32(footprint.half_m[i]),
                0.0,
            )
            for i in (0, 1)
        ]
        near = 1.0 - (away[0] ** 2 + away[1] ** 2) / np.float32(_SHADOW_M**2)
    shade = 1.0 - np.float32(_SHADOW) * np.square(np.maximum(near, 0.0))
    floor = surfaces.labels[canvas.surface[window]] == _FLOOR
    np.multiply(light[window], shade, out=light[window], where=floor)


def tint_panes(
    bgr: NDArray[np.uint8], surfaces: Surfaces, panes: Canvas, seen: NDArray[np.bool_]
) -> None:
    """Lay the reflections of glass (H, W) over what is behind it, in place."""
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    mirror = cv2.remap(
        surfaces.atlas, panes.atlas_x[window], panes.atlas_y[window], cv2.INTER_LINEAR
    )
    mirror = cv2.cvtColor(mirror, cv2.COLOR_BGRA2BGR)
    both = cv2.addWeighted(bgr[window], 1.0 - _MIRROR, mirror, _MIRROR, 0.0)
    np.copyto(bgr[window], both, where=seen[window][..., None])
