"""Rays into a scene: colour, exact depth, classes and ids of what each pixel sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.facet_rays import cast_facets
from followme.sources.limb_rays import cast_limb
from followme.sources.scene import Scene
from followme.sources.shading import colour_of
from followme.sources.surface_builder import surfaces_of
from followme.sources.surfaces import Surfaces
from followme.sources.view import View
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera


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
    surfaces = ready(scene)
    view = View.of(camera, attitude, pose)
    canvas = Canvas.blank(camera)
    cast_facets(surfaces, view, canvas, time_s)
    for limb in surfaces.limbs:
        cast_limb(limb, surfaces.light, view, canvas, time_s)
    return Rendered(
        bgr=colour_of(surfaces, view, canvas, time_s),
        depth_m=canvas.depth_m,
        labels=np.asarray(cv2.LUT(canvas.surface, surfaces.labels), np.uint8),
        ids=np.asarray(cv2.LUT(canvas.surface, surfaces.ids), np.uint8),
    )


@lru_cache(maxsize=8)
def ready(scene: Scene) -> Surfaces:
    """Draw the pictures of a scene, once for each scene; the first rendering does it else.

    Raises
    ------
    SourceError
        When the scene has more panels and things than can be told apart.
    """
    return surfaces_of(scene)
