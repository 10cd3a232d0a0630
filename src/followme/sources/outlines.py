"""What things cover on the floor plan, part by part: the truth that corridors are held against."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.sources.course import Moment, Placement
from followme.sources.parts import Box, Capsule, Cylinder, Pit
from followme.sources.scene import Scene, Thing
from followme.sources.surfaces import limbs_at
from followme.sources.walker_path import FloorPose
from followme.values.obstacle import Kind

# directions to the corners around a line, from a right angle before it
_AROUND = (np.arange(16) + 0.5) * (math.tau / 16) - math.pi / 2


@dataclass(frozen=True, eq=False)
class Outline:
    """One part of a thing, seen from above.

    Parameters
    ----------
    id : int
        Of the thing; 0 for walls and other parts of the room.
    kind : Kind
        Of the thing.
    label : str
        Of the thing.
    corners_m : (N, 2) float64
        Of a convex polygon in order around it, 2 of a wall; x forward and y left of the walker.
    bottom_m, top_m : float
        Above the floor; a pit has its bottom below 0 and its top at 0.
    """

    id: int
    kind: Kind
    label: str
    corners_m: NDArray[np.float64]
    bottom_m: float
    top_m: float


def outlines_of(
    scene: Scene, pose: FloorPose, when: float | Moment, within_m: float = math.inf
) -> tuple[Outline, ...]:
    """Return what is there, in the frame of a walker.

    Parameters
    ----------
    scene : Scene
    pose : FloorPose
        Of the walker.
    when : float or Moment
        In the walk.
    within_m : float
        Things that are farther away may be missing; what belongs to the room never is.

    Returns
    -------
    tuple of Outline
        All parts of things, then of the room.
    """
    moment = when if isinstance(when, Moment) else Moment(when)
    found: list[Outline] = []
    for thing in (*scene.things, *scene.fixtures):
        place = thing.placed_at(moment)
        if place is not None and not (thing.id and _beyond(thing, place, pose, within_m)):
            found += _thing(thing, place, pose)
    return (*found, *_walls(scene, pose))


def _beyond(thing: Thing, place: Placement, pose: FloorPose, within_m: float) -> bool:
    x, y = thing.position(place)
    return math.hypot(x - pose.x_m, y - pose.y_m) - thing.reach_m > within_m


def _thing(thing: Thing, place: Placement, pose: FloorPose) -> Iterator[Outline]:
    ends, radius_m = limbs_at(thing, place)
    low, high = ends[:, :, 2].min(axis=1) - radius_m, ends[:, :, 2].max(axis=1) + radius_m
    around = seen_from(_stadia(ends[:, :, :2], radius_m), pose)
    for corners, bottom, top in zip(around, low.tolist(), high.tolist(), strict=True):
        yield Outline(thing.id, thing.kind, thing.label, corners, bottom, top)
    stand = FloorPose(*thing.position(place), thing.yaw_rad + place.turn_rad)
    for part in thing.parts:
        if not isinstance(part, Capsule):
            corners, bottom, top = _part(part, stand)
            yield Outline(thing.id, thing.kind, thing.label, seen_from(corners, pose), bottom, top)


def _part(part: Box | Cylinder | Pit, stand: FloorPose) -> tuple[NDArray[np.float64], float, float]:
    if isinstance(part, Cylinder):
        axis = np.array([[stand.from_walker(*part.centre_m)] * 2])
        return _stadia(axis, np.array([part.radius_m]))[0], part.bottom_m, part.top_m
    yaw_rad = part.yaw_rad if isinstance(part, Box) else 0.0
    middle = FloorPose(part.centre_m[0], part.centre_m[1], yaw_rad)
    length, width = part.size_m[0] / 2, part.size_m[1] / 2
    square = ((-length, -width), (length, -width), (length, width), (-length, width))
    corners = np.array([stand.from_walker(*middle.from_walker(*corner)) for corner in square])
    if isinstance(part, Box):
        half = part.size_m[2] / 2
        return corners, part.centre_m[2] - half, part.centre_m[2] + half
    return corners, -part.depth_m, 0.0


def _stadia(ends: NDArray[np.float64], radius_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 16 corners around each of the lines (N, 2, 2), (N, 16, 2)."""
    way = ends[:, 1] - ends[:, 0]
    turn = np.arctan2(way[:, 1], way[:, 0])[:, None] + _AROUND
    ring = radius_m[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], axis=2)
    # each half of the ring goes around its own end
    half = len(_AROUND) // 2
    return np.concatenate([ends[:, 1:] + ring[:, :half], ends[:, :1] + ring[:, half:]], axis=1)


def _walls(scene: Scene, pose: FloorPose) -> Iterator[Outline]:
    for panel in scene.panels:
        if panel.axis != 2 and panel.label == "wall":
            along = np.array([panel.low_m[0], panel.high_m[0]])
            at = np.full(2, panel.at_m)
            corners = np.stack([at, along] if panel.axis == 0 else [along, at], axis=1)
            low, high = panel.low_m[1], panel.high_m[1]
            yield Outline(0, Kind.OBJECT, "wall", seen_from(corners, pose), low, high)


def seen_from(corners: NDArray[np.float64], pose: FloorPose) -> NDArray[np.float64]:
    """Turn corners (..., 2) of the scene into the frame of a walker."""
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    return np.asarray((corners - (pose.x_m, pose.y_m)) @ np.array([[cos, -sin], [sin, cos]]))


def distance_m(outline: Outline, x_m: float, y_m: float) -> float:
    """Return how far a point is from an outline on the floor plan; 0 within it."""
    point, corners = np.array([x_m, y_m]), outline.corners_m
    ways = np.roll(corners, -1, axis=0) - corners
    off = point - corners
    length2 = np.maximum(np.einsum("ni,ni->n", ways, ways), 1e-12)
    share = np.clip(np.einsum("ni,ni->n", off, ways) / length2, 0.0, 1.0)
    nearest = float(np.hypot(*(off - share[:, None] * ways).T).min())
    sides = ways[:, 0] * off[:, 1] - ways[:, 1] * off[:, 0]
    within = len(corners) > 2 and (bool((sides > 0).all()) or bool((sides < 0).all()))
    return 0.0 if within else nearest
