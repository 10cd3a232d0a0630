"""The overlay: all that FollowMe knows about one picture, drawn into it."""

from __future__ import annotations

import math

import numpy as np

from followme.drawing.banner import banner_height, draw_banner
from followme.drawing.bird_view import bird_view_box, draw_bird_view
from followme.drawing.blur import blur_faces
from followme.drawing.floor_marks import draw_floor
from followme.drawing.found import draw_found
from followme.drawing.labels import Box
from followme.drawing.marks import draw_obstacles
from followme.drawing.palette import Picture
from followme.drawing.perspective import View
from followme.drawing.segments import are_about, draw_legend, draw_segments, legend_box
from followme.drawing.subtitle import draw_subtitle, subtitle_height, subtitle_lines
from followme.drawing.text import Scale
from followme.geometry.corridor import Corridor
from followme.settings import CorridorSettings, WalkerSettings
from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.label_map import LabelMap
from followme.values.obstacle import Obstacles, Sight


def draw_overlay(
    image: ColourImage,
    *,
    camera: Camera | None,
    status: DepthStatus | None,
    obstacles: Obstacles | None,
    corridor: CorridorSettings,
    saying: str = "",
    now_ns: int | None = None,
    faces: Detections | None = None,
    objects: Detections | None = None,
    labels: LabelMap | None = None,
) -> Picture:
    """Draw everything that is known about an image into a copy of it.

    Parameters
    ----------
    image : ColourImage
        The picture; it is not changed.
    camera : Camera or None
        Calibration at any size of the same picture. Without it nothing can be projected: band,
        map and subtitle remain.
    status : DepthStatus or None
        How the camera stands; as for ``camera``.
    obstacles : Obstacles or None
        What stands where, and the state of sight; None before the first result.
    corridor : CorridorSettings
        The walker's way (B1).
    saying : str
        What can be heard at this moment; empty for silence.
    now_ns : int or None
        Time at which the picture is shown, for its age; None: no age is written.
    faces : Detections or None
        Faces to make unrecognisable; None: none are.
    objects : Detections or None
        What a detector saw in the picture, drawn thin; None: nothing is.
    labels : LabelMap or None
        What each pixel shows, painted thinly below all else, with a legend; None: nothing is, nor
        where the labels are half a second away from the image.

    Returns
    -------
    (H, W, 3) uint8
        Blue, green, red; a new array.
    """
    bgr = image.bgr.copy() if faces is None else blur_faces(image.bgr, faces)
    bgr = np.ascontiguousarray(bgr)
    height, width = bgr.shape[:2]
    scale = Scale.of(width, height)
    lines = subtitle_lines(saying, width, scale)
    area: Box = (0, banner_height(scale), width, height - subtitle_height(lines, scale))
    chart = bird_view_box(width, height, area[1], area[3], scale)
    way = Corridor(corridor, WalkerSettings())  # on the floor, the walker's height is nothing
    if labels is not None and are_about(labels, image.stamp_ns):
        # first of all: neither paint nor a word of the legend is worth hiding a mark
        draw_segments(bgr, labels)
        draw_legend(bgr, labels, legend_box(area, chart, scale), scale)
    if objects is not None:
        draw_found(bgr, objects, scale)
    view = View.of(camera, status, width, height)
    if view is not None and status is not None:
        blind = obstacles is not None and obstacles.sight is Sight.BLIND
        draw_floor(bgr, view, way, scale, floor_seen=status.floor is not None, blind=blind)
        if obstacles is not None and area[3] > area[1]:
            taken = [] if chart is None else [chart]
            draw_obstacles(bgr, obstacles, view, scale, area, taken)
    if chart is not None:
        draw_bird_view(bgr, obstacles, way, chart, scale)
    draw_subtitle(bgr, lines, scale)
    age_s = math.nan if now_ns is None else (now_ns - image.stamp_ns) * 1e-9
    draw_banner(bgr, obstacles, age_s, scale)
    return bgr
