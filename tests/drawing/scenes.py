"""Made-up situations to draw."""

from __future__ import annotations

import math

import numpy as np

from followme.drawing.overlay import draw_overlay
from followme.settings import CorridorSettings
from followme.values.camera import Attitude, Camera
from followme.values.depth_map import DepthStatus, FloorPlane, ImageHealth, Provenance
from followme.values.frame import ColourImage
from followme.values.obstacle import Kind, Obstacle, Obstacles, Sight, Zone

STAMP_NS = 5_000_000_000


def a_camera(width=640, height=480):
    return Camera.from_field_of_view(width, height, math.radians(65))


def an_image(width=640, height=480, grey=110):
    return ColourImage(STAMP_NS, np.full((height, width, 3), grey, np.uint8))


def a_status(*, pitch_deg=12.0, roll_deg=0.0, height_m=1.3, floor=True):
    attitude = Attitude(height_m, math.radians(pitch_deg), math.radians(roll_deg))
    normal = tuple(float(v) for v in attitude.floor_normal())
    plane = FloorPlane(normal, height_m, 0.4) if floor else None
    return DepthStatus(
        STAMP_NS, Provenance.SENSOR, 1.0, True, 0.01, plane, attitude, True, 0.9, ImageHealth()
    )


def an_obstacle(x=3.0, y=0.0, *, width_m=0.5, bottom=0.0, top=1.0, zone=Zone.WARN, **facts):
    given = {"track_id": 4, "kind": Kind.OBJECT, "label": "chair", "confidence": 0.9, **facts}
    return Obstacle(
        nearest_m=(x, y, 0.5),
        distance_m=math.hypot(x, y),
        distance_std_m=0.1,
        bearing_rad=math.atan2(y, x),
        angular_width_rad=0.2,
        bottom_m=bottom,
        top_m=top,
        y_min_m=y - width_m / 2,
        y_max_m=y + width_m / 2,
        zone=zone,
        **given,
    )


def seen(*things, sight=Sight.SEEING, reason="", distances_known=True):
    return Obstacles(STAMP_NS, things, sight, reason, distances_known=distances_known)


def drawn(obstacles=None, *, image=None, saying="", status=None, **facts):
    image = an_image() if image is None else image
    height, width = image.bgr.shape[:2]
    return draw_overlay(
        image,
        camera=facts.pop("camera", a_camera(width, height)),
        status=a_status() if status is None else status,
        obstacles=obstacles,
        corridor=CorridorSettings(),
        saying=saying,
        **facts,
    )


def pixels_of(bgr, colour, *, box=None):
    """Return rows and columns of the pixels that have exactly a colour."""
    left, top, right, bottom = box or (0, 0, bgr.shape[1], bgr.shape[0])
    rows, columns = np.nonzero((bgr[top:bottom, left:right] == colour).all(axis=-1))
    return rows + top, columns + left
