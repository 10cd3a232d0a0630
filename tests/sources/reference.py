"""A slow reference that shares nothing with the renderer.

It walks along each ray by the distance to the nearest surface.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from followme.sources.corridor_walk import HALF_WIDTH_M, HEIGHT_M
from followme.sources.course import Moment, Placement
from followme.sources.parts import Box, Capsule, Cylinder, Material, Part, Pit
from followme.sources.scene import Scene, Thing
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera

#: Where the end wall of its corridor stands; all else is as in ``a_corridor``.
LENGTH_M = 9.0

Points = NDArray[np.float64]
Distances = NDArray[np.float64]


def reference_m(
    scene: Scene,
    camera: Camera,
    attitude: Attitude,
    pose: FloorPose,
    grown_m: float,
    *,
    time_s: float = 0.0,
    glass: bool = True,
) -> Distances:
    """Return the depth of each pixel with every surface moved toward the viewer.

    Parameters
    ----------
    grown_m : float
        How far.
    glass : bool
        Whether panes stop a ray.
    """
    rays = camera.rays().astype(np.float64).reshape(-1, 3)
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    level = rays @ attitude.rotation().T
    ways = np.stack(
        [cos * level[:, 0] - sin * level[:, 1], sin * level[:, 0] + cos * level[:, 1], level[:, 2]],
        axis=1,
    )
    origin = np.array([pose.x_m, pose.y_m, attitude.height_m])
    length = np.linalg.norm(ways, axis=1)
    things = [
        (replace(thing, parts=parts), place)
        for thing in scene.things
        if (place := thing.placed_at(Moment(time_s))) is not None
        if (parts := tuple(p for p in thing.parts if glass or not _is_glass(p)))
    ]
    depth = np.zeros(len(ways))
    still = np.arange(len(ways))  # rays on their way
    for _ in range(300):
        clearance = _clearance_m(things, origin + depth[still, None] * ways[still])
        step = np.maximum(clearance - grown_m, 0) / length[still]
        depth[still] += step
        still = still[step > 1e-6]
        if not still.size:
            break
    return depth.reshape(camera.height, camera.width)


def _is_glass(part: Part) -> bool:
    return isinstance(part, Box) and part.material is Material.GLASS


def _clearance_m(things: Sequence[tuple[Thing, Placement]], points: Points) -> Distances:
    room = np.min(
        [
            points[:, 2],
            HEIGHT_M - points[:, 2],
            HALF_WIDTH_M - np.abs(points[:, 1]),
            LENGTH_M - points[:, 0],
            points[:, 0] + 3.0,
        ],
        axis=0,
    )
    solid = []
    for thing, place in things:
        for part in thing.parts:
            if isinstance(part, Pit):
                # the room goes on in the pit
                room = np.maximum(room, _pit_m(thing, part, points))
            else:
                solid.append(_part_m(thing, part, place, points))
    return np.asarray(np.min([room, *solid], axis=0))


def _pit_m(thing: Thing, pit: Pit, points: Points) -> Distances:
    x, y = points[:, 0] - thing.at_m[0], points[:, 1] - thing.at_m[1]
    return np.asarray(
        np.min(
            [
                pit.size_m[0] / 2 - np.abs(x - pit.centre_m[0]),
                pit.size_m[1] / 2 - np.abs(y - pit.centre_m[1]),
                points[:, 2] + pit.depth_m,
                HEIGHT_M - points[:, 2],
            ],
            axis=0,
        )
    )


def _part_m(
    thing: Thing, part: Box | Capsule | Cylinder, place: Placement, points: Points
) -> Distances:
    yaw = thing.yaw_rad + place.turn_rad
    x0, y0 = thing.at_m[0] + place.shift_m[0], thing.at_m[1] + place.shift_m[1]
    local = _into(points - (x0, y0, 0.0), yaw)
    if isinstance(part, Capsule):
        swing = math.sin(place.stride_rad)
        ends = np.array([part.start_m, part.end_m])
        ends[:, 0] += swing * np.array(part.swing_m)
        start, end = ends
        line = end - start
        share = np.clip((local - start) @ line / (line @ line), 0, 1)
        away = np.linalg.norm(local - start - share[:, None] * line, axis=1)
        return np.asarray(away - part.radius_m)
    if isinstance(part, Cylinder):
        off = np.hypot(local[:, 0] - part.centre_m[0], local[:, 1] - part.centre_m[1])
        middle, half = (part.bottom_m + part.top_m) / 2, (part.top_m - part.bottom_m) / 2
        over = np.stack([off - part.radius_m, np.abs(local[:, 2] - middle) - half], axis=1)
    else:
        over = np.abs(_into(local - part.centre_m, part.yaw_rad)) - np.array(part.size_m) / 2
    outside = np.linalg.norm(np.maximum(over, 0), axis=1)
    return np.asarray(outside + np.minimum(over.max(axis=1), 0))


def _into(points: Points, yaw_rad: float) -> Points:
    """Turn points into a frame that is turned to the left."""
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    x, y, z = points.T
    return np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=1)
