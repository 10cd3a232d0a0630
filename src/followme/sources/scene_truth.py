"""What really stands there: things of a scene as the walker has them before them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from followme.sources.course import AT_REST, Moment, Placement
from followme.sources.parts import Box, Capsule, Cylinder, Part
from followme.sources.scene import Scene, Thing
from followme.sources.surfaces import limb_ends
from followme.sources.walker_path import FloorPose
from followme.values.truth import TruthObject

#: Things farther away are left out.
FARTHEST_M = 8.0

Point = tuple[float, float, float]


def truth_of(scene: Scene, pose: FloorPose, when: float | Moment) -> tuple[TruthObject, ...]:
    """Return the things within 8 m ahead of the walker, nearest first.

    Each has its point nearest to the walker on the floor plan, in the walker frame; the height
    of that point is where the part that it belongs to begins.
    """
    moment = when if isinstance(when, Moment) else Moment(when)
    objects = []
    for thing in scene.things:
        place = thing.placed_at(moment)
        if place is None:
            continue
        x, y, z = nearest_point(thing, pose, place)
        if x >= 0.0 and math.hypot(x, y) <= FARTHEST_M:
            objects.append(TruthObject(thing.id, thing.kind, thing.label, (x, y, z)))
    return tuple(sorted(objects, key=lambda o: math.hypot(o.nearest_m[0], o.nearest_m[1])))


def nearest_point(thing: Thing, pose: FloorPose, place: Placement = AT_REST) -> Point:
    """Return the nearest point of one thing, walker frame, metres."""
    points = [_nearest_of_part(thing, part, pose, place) for part in thing.parts]
    x, y, z = min(points, key=lambda p: math.hypot(p[0] - pose.x_m, p[1] - pose.y_m))
    ahead, left = pose.to_walker(x, y)
    return ahead, left, z


def _nearest_of_part(thing: Thing, part: Part, pose: FloorPose, place: Placement) -> Point:
    """Return the nearest point of a part, in the scene."""
    walker = np.array([pose.x_m, pose.y_m])
    if isinstance(part, Capsule):
        ends = limb_ends(part, thing, place)
        bottom = max(0.0, float(ends[:, 2].min()) - part.radius_m)
        x, y = _nearest_on_stadium(ends[:, :2], part.radius_m, walker)
        return x, y, bottom
    stand = FloorPose(*thing.position(place), thing.yaw_rad + place.turn_rad)
    if isinstance(part, Cylinder):
        axis = np.array([stand.from_walker(*part.centre_m)] * 2)
        x, y = _nearest_on_stadium(axis, part.radius_m, walker)
        return x, y, part.bottom_m
    yaw_rad, bottom_m = (
        (part.yaw_rad, part.centre_m[2] - part.size_m[2] / 2) if isinstance(part, Box) else (0, 0.0)
    )
    local = stand.to_walker(pose.x_m, pose.y_m)
    turned_box = FloorPose(part.centre_m[0], part.centre_m[1], yaw_rad)
    inside = turned_box.to_walker(*local)
    near = [
        max(-size / 2, min(size / 2, at)) for at, size in zip(inside, part.size_m[:2], strict=True)
    ]
    x, y = stand.from_walker(*turned_box.from_walker(near[0], near[1]))
    return x, y, bottom_m


def _nearest_on_stadium(
    ends: NDArray[np.float64], radius_m: float, walker: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the point nearest to the walker of all within a radius of a line, (2,)."""
    line = ends[1] - ends[0]
    length2 = float(line @ line)
    share = float((walker - ends[0]) @ line) / length2 if length2 > 0 else 0.0
    on_line = ends[0] + min(1.0, max(0.0, share)) * line
    toward = walker - on_line
    distance = float(np.hypot(*toward))
    if distance <= radius_m:
        return float(walker[0]), float(walker[1])
    point = on_line + toward * (radius_m / distance)
    return float(point[0]), float(point[1])
