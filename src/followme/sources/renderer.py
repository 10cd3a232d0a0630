"""Rays into a scene: colour, exact depth, classes and ids of what each pixel sees.

Every pixel's ray has z = 1 in the optical frame, so the ray's parameter is the depth along the
optical axis. Components of a turned ray are a part of its column plus a part of its row; where
one of them is zero (a level camera looks along the corridor) whole planes cost one row or column.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from followme.sources.limb_rays import cast_limb
from followme.sources.scene import Scene
from followme.sources.shading import colour_of, darken_below
from followme.sources.surfaces import Facet, Surfaces, surfaces_of
from followme.sources.view import View, bounds_of
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera

# neighbouring facets overlap by this much, else rays slip through between them
_SEAM_M = 1e-4


@dataclass(frozen=True, eq=False)
class Rendered:
    """What a perfect camera sees.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        Colour.
    depth_m : (H, W) float32
        Along the optical axis; infinity where there is nothing.
    labels : (H, W) uint8
        Index into ``scene.CLASS_NAMES``.
    ids : (H, W) uint8
        Id of the thing, 0 for none.
    """

    bgr: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    labels: NDArray[np.uint8]
    ids: NDArray[np.uint8]


def render(
    scene: Scene, camera: Camera, attitude: Attitude, pose: FloorPose, time_s: float
) -> Rendered:
    """Render a scene as a camera sees it.

    Parameters
    ----------
    scene : Scene
        What there is.
    camera : Camera
        Of the image.
    attitude : Attitude
        How the camera stands over the floor.
    pose : FloorPose
        Where the walker is.
    time_s : float
        Where moving things are by then.
    """
    surfaces = _prepared(scene)
    view = View.of(camera, attitude, pose)
    canvas = Canvas.blank(camera)
    _cast_facets(surfaces, view, canvas, time_s)
    for limb in surfaces.limbs:
        cast_limb(limb, limb.ends_at(time_s), surfaces.light, view, canvas)
    darken_below(scene, surfaces, view, canvas, time_s)
    return Rendered(
        bgr=colour_of(surfaces.atlas, canvas),
        depth_m=canvas.depth_m,
        labels=surfaces.labels[canvas.surface],
        ids=surfaces.ids[canvas.surface],
    )
