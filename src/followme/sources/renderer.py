"""Rays into a scene: colour, exact depth, classes and ids of what each pixel sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.canvas import Canvas
from followme.sources.course import Moment
from followme.sources.facet_rays import cast_facets
from followme.sources.limb_rays import cast_limbs
from followme.sources.round_rays import cast_rounds
from followme.sources.scene import Panel, Scene, Thing
from followme.sources.shading import colour_of, tint_panes
from followme.sources.surface_builder import surfaces_of
from followme.sources.surfaces import Arrangement, Surfaces
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
        Along the optical axis to the nearest surface, panes of glass too; infinity where there is
        nothing.
    labels : (H, W) uint8
        Index into ``parts.CLASS_NAMES``.
    ids : (H, W) uint8
        Id of the thing, 0 for none.
    materials : (H, W) uint8
        What the surface does to a depth sensor, :class:`followme.sources.parts.Material`.
    behind_m : (H, W) float32
        Depth as if glass were not there.
    """

    bgr: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    labels: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    materials: NDArray[np.uint8]
    behind_m: NDArray[np.float32]


def render(
    scene: Scene, camera: Camera, attitude: Attitude, pose: FloorPose, when: float | Moment
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
    when : float or Moment
        Seconds in the walk, or also what the walker has set going by then.
    """
    surfaces = ready(scene)
    view = View.of(camera, attitude, pose)
    now = Arrangement.at(surfaces.actors, when if isinstance(when, Moment) else Moment(when))
    canvas = Canvas.blank(camera)
    cast_facets(surfaces, view, canvas, now)
    cast_limbs(surfaces, view, canvas, now)
    cast_rounds(surfaces, view, canvas, now)
    bgr = colour_of(surfaces, view, canvas, now)
    depth, surface = canvas.depth_m, canvas.surface
    if surfaces.sheet.pane.any():
        depth, surface = _through_glass(surfaces, view, canvas, now, bgr)
    labels, ids, materials = (
        np.asarray(cv2.LUT(surface, table), np.uint8)
        for table in (surfaces.labels, surfaces.ids, surfaces.materials)
    )
    return Rendered(bgr, depth, labels, ids, materials, canvas.depth_m)


def _through_glass(
    surfaces: Surfaces, view: View, canvas: Canvas, now: Arrangement, bgr: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Lay panes over what is seen through them; return depth and surface of the nearest."""
    panes = Canvas.blank(view.camera)
    cast_facets(surfaces, view, panes, now, panes=True)
    seen = panes.depth_m < canvas.depth_m
    if not seen.any():
        return canvas.depth_m, canvas.surface
    tint_panes(bgr, surfaces, panes, seen)
    return (
        np.where(seen, panes.depth_m, canvas.depth_m),
        np.where(seen, panes.surface, canvas.surface),
    )


@lru_cache(maxsize=8)
def ready(scene: Scene) -> Surfaces:
    """Draw the pictures of a scene, once for each scene; the first rendering does it else.

    Raises
    ------
    SourceError
        When the scene has more panels and things than can be told apart.
    """
    return _drawn(scene.panels, scene.things, scene.fixtures)


@lru_cache(maxsize=8)
def _drawn(
    panels: tuple[Panel, ...], things: tuple[Thing, ...], fixtures: tuple[Thing, ...]
) -> Surfaces:
    """Draw what several scenes share that differ in the way or the camera of the walker."""
    return surfaces_of(panels, things, fixtures)
