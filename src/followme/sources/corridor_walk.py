"""Walks along a corridor: an empty one to put things into, and the one for demonstration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from followme.sources.scene import Finish, Mount, Panel, Scene, Thing
from followme.sources.textures import LAMP_EVERY_M, LAMP_FROM_M
from followme.sources.things import a_box, a_chair, a_person, a_pillar, a_shelf
from followme.sources.walker_path import FloorPose, Knot, WalkerPath, walking

#: Walls stand this far left and right of the middle (specification C: 2.4 m wide).
HALF_WIDTH_M = 1.2
HEIGHT_M = 2.5

_DOOR_SIZE_M = (1.0, 2.1)
_DOORS_LEFT_M = (1.9, 6.6, 10.4)
_DOORS_RIGHT_M = (0.2, 3.9, 7.1, 11.2)
_DOOR_COLOURS = ((86, 116, 150), (150, 92, 66), (96, 132, 104))


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
        panels=(*_room(length_m), *_doors(length_m), *_lamps(length_m)),
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


def _room(length_m: float) -> list[Panel]:
    back, half, high = -3.0, HALF_WIDTH_M, HEIGHT_M
    plaster = (214, 206, 190)
    side_low, side_high = (back, 0.0), (length_m, high)
    end_low, end_high = (-half, 0.0), (half, high)
    return [
        Panel(2, 0.0, (back, -half), (length_m, half), "floor", (150, 146, 138), Finish.TILES),
        Panel(2, high, (back, -half), (length_m, half), "ceiling", (226, 226, 222), Finish.CEILING),
        Panel(1, half, side_low, side_high, "wall", plaster, Finish.WALL),
        Panel(1, -half, side_low, side_high, "wall", (202, 196, 184), Finish.WALL),
        Panel(0, length_m, end_low, end_high, "wall", (190, 178, 152), Finish.WALL),
        Panel(0, back, end_low, end_high, "wall", (190, 178, 152), Finish.WALL),
    ]


def _doors(length_m: float) -> list[Panel]:
    """Doors in both walls, each 14 m again, and one in the end wall."""
    width, height = _DOOR_SIZE_M
    doors = []
    for side_m, places in ((HALF_WIDTH_M, _DOORS_LEFT_M), (-HALF_WIDTH_M, _DOORS_RIGHT_M)):
        every = [
            place + again * 14.0 for again in range(int(length_m // 14) + 1) for place in places
        ]
        for n, x in enumerate(x for x in every if x + width < length_m):
            colour = _DOOR_COLOURS[n % len(_DOOR_COLOURS)]
            doors.append(
                Panel(1, side_m, (x, 0.0), (x + width, height), "door", colour, Finish.DOOR)
            )
    end = Panel(
        0, length_m, (-width / 2, 0.0), (width / 2, height), "door", (120, 84, 62), Finish.DOOR
    )
    return [*doors, end]


def _lamps(length_m: float) -> list[Panel]:
    count = int((length_m - LAMP_FROM_M) // LAMP_EVERY_M) + 1
    lamps = []
    for n in range(count):
        x = LAMP_FROM_M + n * LAMP_EVERY_M
        corner = (x - 0.55, -0.15)
        lamps.append(
            Panel(2, HEIGHT_M, corner, (x + 0.55, 0.15), "ceiling", (255, 255, 255), Finish.LAMP)
        )
    return lamps
