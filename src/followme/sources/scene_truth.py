"""What really stands there: things of a scene as the walker has them before them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from followme.sources.course import AT_REST, Moment, Placement
from followme.sources.parts import Box, Capsule, Cylinder, Pit
from followme.sources.scene import Scene, Thing
from followme.sources.surfaces import limbs_at
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
        if place is None or _far(thing, pose, place):
            continue
        x, y, z = nearest_point(thing, pose, place)
        if x >= 0.0 and math.hypot(x, y) <= FARTHEST_M:
            objects.append(TruthObject(thing.id, thing.kind, thing.label, (x, y, z)))
    return tuple(sorted(objects, key=lambda o: math.hypot(o.nearest_m[0], o.nearest_m[1])))


def nearest_point(thing: Thing, pose: FloorPose, place: Placement = AT_REST) -> Point:
    """Return the nearest point of one thing, walker frame, metres."""
    parts = [part for part in thing.parts if not isinstance(part, Capsule)]
    points = [_nearest_of_part(thing, part, pose, place) for part in parts]
    points += _nearest_of_limbs(thing, pose, place)
    x, y, z = min(points, key=lambda p: math.hypot(p[0] - pose.x_m, p[1] - pose.y_m))
    ahead, left = pose.to_walker(x, y)
    return ahead, left, z


def _far(thing: Thing, pose: FloorPose, place: Placement) -> bool:
    """Whether no part of it can be within 8 m ahead."""
    ahead, left = pose.to_walker(*thing.position(place))
    return ahead + thing.reach_m < 0.0 or math.hypot(ahead, left) - thing.reach_m > FARTHEST_M


def _nearest_of_limbs(thing: Thing, pose: FloorPose, place: Placement) -> list[Point]:
    """Return the nearest point of all capsules, in the scene; none where there are none."""
    if not thing.capsules:
        return []
    ends, radius_m = limbs_at(thing, place)
    points = nearest_on_stadia(ends[:, :, :2], radius_m, (pose.x_m, pose.y_m))
    near = int(np.argmin(np.hypot(points[:, 0] - pose.x_m, points[:, 1] - pose.y_m)))
    bottom = max(0.0, float(ends[near, :, 2].min() - radius_m[near]))
    return [(float(points[near, 0]), float(points[near, 1]), bottom)]


def _nearest_of_part(
    thing: Thing, part: Box | Cylinder | Pit, pose: FloorPose, place: Placement
) -> Point:
    """Return the nearest point of a part, in the scene."""
    stand = FloorPose(*thing.position(place), thing.yaw_rad + place.turn_rad)
    if isinstance(part, Cylinder):
        axis = np.array([[stand.from_walker(*part.centre_m)] * 2])
        (point,) = nearest_on_stadia(axis, np.array([part.radius_m]), (pose.x_m, pose.y_m))
        return float(point[0]), float(point[1]), part.bottom_m
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


def nearest_on_stadia(
    ends: NDArray[np.float64], radius_m: NDArray[np.float64], walker_m: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the points nearest to a walker of all within a radius of lines (N, 2, 2), (N, 2)."""
    walker = np.array(walker_m)
    line = ends[:, 1] - ends[:, 0]
    length2 = np.maximum((line * line).sum(axis=1), 1e-12)
    share = np.clip(((walker - ends[:, 0]) * line).sum(axis=1) / length2, 0.0, 1.0)
    on_line = ends[:, 0] + share[:, None] * line
    toward = walker - on_line
    distance = np.hypot(toward[:, 0], toward[:, 1])
    # a walker within it is at the nearest point
    part = np.where(distance > radius_m, radius_m / np.maximum(distance, 1e-12), 1.0)
    return np.asarray(on_line + toward * part[:, None])
