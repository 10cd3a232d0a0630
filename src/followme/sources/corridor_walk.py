"""Walks along a corridor: an empty one to put things into, and the one for demonstration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from followme.sources.corridor_room import Corridor
from followme.sources.scene import Mount, Scene, Thing
from followme.sources.things import a_box, a_chair, a_person, a_pillar, a_shelf
from followme.sources.walker_path import FloorPose, Knot, WalkerPath, walking

#: Walls stand this far left and right of the middle (specification C: 2.4 m wide).
HALF_WIDTH_M = Corridor().half_m
HEIGHT_M = Corridor().height_m


def a_corridor(
    things: Sequence[Thing] = (),
    path: WalkerPath | None = None,
    length_m: float = 14.0,
    mount: Mount | None = None,
) -> Scene:
    """Return a corridor along x with doors in its walls, from 3 m behind the start.

    Parameters
    ----------
    things : sequence of Thing
        What stands and moves in it.
    path : WalkerPath or None
        Way of the walker; None for 1.0 m/s straight ahead, to 2 m before the end wall.
    length_m : float
        Where the end wall stands.
    mount : Mount or None
        How the camera is worn; None for the usual chest mount.
    """
    seconds = max(1.0, length_m - 2.0)
    return Scene(
        panels=Corridor(length_m=length_m).panels(),
        things=tuple(things),
        path=path or walking((0.0, 1.0), (seconds, 1.0)),
        mount=mount or Mount(),
    )


@lru_cache(maxsize=1)
def demonstration() -> Scene:
    """Return the walk that FollowMe shows without a camera, 16 s.

    A chair and a pillar beside the way need no word. The walker evades a shelf at head height,
    stops before a box and steps around it, meets a person who comes toward them and passes, and
    slows down before the end wall.
    """
    things = (
        a_chair(1, (2.6, -0.84), yaw_rad=math.radians(112)),
        a_pillar(2, (3.3, 1.0), (0.3, 0.3)),
        a_shelf(3, (5.5, 0.72), (0.40, 0.96)),
        a_box(4, (8.7, -0.10), (0.42, 0.46, 0.42), yaw_rad=math.radians(9)),
        a_person(5, (12.4, -0.72), velocity_mps=(-1.0, 0.0), moves_from_s=12.3),
    )
    return a_corridor(things, _demonstration_path(), length_m=14.0)


def _demonstration_path() -> WalkerPath:
    return WalkerPath(
        (
            Knot(0.0, 1.0),
            Knot(2.8, 1.0),  # hears of the shelf
            Knot(3.2, 0.6, -0.13),  # goes slower, to the right
            Knot(6.5, 0.6, -0.13),
            Knot(6.9, 1.0),
            Knot(8.7, 1.0),  # hears "stop" because of the box and brakes
            Knot(9.4, 0.0),
            Knot(9.8, 0.0),
            Knot(10.0, 0.0, 0.28),  # steps to the left of it
            Knot(11.9, 0.0, 0.28),
            Knot(12.1, 0.0),
            Knot(12.6, 1.0),
            Knot(14.6, 1.0),
            Knot(15.7, 0.0),
            Knot(16.0, 0.0),
        ),
        FloorPose(0.0, 0.4),
    )
