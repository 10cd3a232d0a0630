"""Doors to put into a scene: leaves that swing, doorways in walls, glass."""

from __future__ import annotations

import math
from itertools import pairwise

from followme.sources.course import STANDS, Course
from followme.sources.parts import Box, Colour, Finish, Material
from followme.sources.scene import Panel, Thing
from followme.values.obstacle import Kind

_THICK_M = 0.04
_STEEL = (196, 198, 200)
_FRAME = (206, 200, 188)
_DIM = (150, 145, 136)
_PLASTER = (228, 220, 204)
_CASING_M, _PROUD_M = 0.07, 0.015
_NICHE_M = 1.2
_PANE_M, _RAIL_M = 0.012, 0.05


def a_door_leaf(
    id: int,
    hinge_m: tuple[float, float],
    yaw_rad: float,
    width_m: float = 0.9,
    height_m: float = 2.0,
    colour: Colour = (150, 92, 66),
    course: Course = STANDS,
) -> Thing:
    """Return a leaf that reaches from its hinge along its x, with a handle on both sides."""
    leaf = Box(
        (width_m / 2, 0.0, height_m / 2 + 0.005),
        (width_m, _THICK_M, height_m - 0.01),
        finish=Finish.DOOR,
    )
    handles = [
        Box((width_m - 0.11, side * 0.045, 1.02), (0.12, 0.022, 0.022), colour=_STEEL)
        for side in (1, -1)
    ]
    return Thing(id, Kind.OBJECT, "door", colour, (leaf, *handles), hinge_m, yaw_rad, course)


def a_doorway(
    id: int,
    x_m: float,
    room_m: tuple[float, float],
    clear_m: float = 0.82,
    middle_m: float = 0.0,
    height_m: float = 2.05,
    thick_m: float = 0.12,
    colour: Colour = _PLASTER,
) -> Thing:
    """Return a wall across the corridor with an opening in it.

    Parameters
    ----------
    x_m : float
        Where the wall begins.
    room_m : tuple of two floats
        Width and height of the corridor.
    middle_m : float
        Where the middle of the opening is, to the left of the middle of the corridor.
    """
    half, ceiling_m = room_m[0] / 2, room_m[1]
    parts = []
    for low, high in ((-half, middle_m - clear_m / 2), (middle_m + clear_m / 2, half)):
        if high - low > 1e-3:
            middle = (thick_m / 2, (low + high) / 2, ceiling_m / 2)
            parts.append(Box(middle, (thick_m, high - low, ceiling_m), finish=Finish.WALL))
    if ceiling_m - height_m > 1e-3:
        middle = (thick_m / 2, middle_m, (ceiling_m + height_m) / 2)
        parts.append(Box(middle, (thick_m, clear_m, ceiling_m - height_m)))
    return Thing(id, Kind.OBJECT, "wall", colour, tuple(parts), (x_m, 0.0))


def a_glass_door(
    id: int,
    at_m: tuple[float, float],
    room_m: tuple[float, float],
    door_m: float = 1.0,
    yaw_rad: float = 0.0,
    open_door: bool = False,
    colour: Colour = (74, 78, 84),
) -> Thing:
    """Return a glass front with a door in its middle, panes in a frame; it stands along its y.

    Parameters
    ----------
    room_m : tuple of two floats
        Width and height of the corridor that it closes.
    door_m : float
        Width of the door.
    open_door : bool
        Whether the door was slid aside: its place is free up to the lintel.
    """
    half, top = room_m[0] / 2, room_m[1]
    rail_m = _RAIL_M
    door = door_m / 2
    posts = [-half + rail_m / 2, -door, door, half - rail_m / 2]
    parts = [_member((y, top / 2), (rail_m, top)) for y in posts]
    foot = 2.0 * rail_m
    for n, (low, high) in enumerate(pairwise(posts)):
        width, y = high - low - rail_m, (low + high) / 2
        free = open_door and n == 1
        for z, tall in ((foot / 2, foot), (2.1, rail_m), (top - rail_m / 2, rail_m))[free:]:
            parts.append(_member((y, z), (width, tall)))
        for bottom, end in ((foot, 2.1 - rail_m / 2), (2.1 + rail_m / 2, top - rail_m))[free:]:
            parts.append(_pane((y, (bottom + end) / 2), (width, end - bottom)))
    if not open_door:
        parts += [
            Box((x, door - 0.10, 1.05), (0.03, 0.03, 0.5), colour=_STEEL, label="door")
            for x in (-0.07, 0.10)
        ]
    return Thing(id, Kind.OBJECT, "glass", colour, tuple(parts), at_m, yaw_rad)


def a_casing(
    wall_y_m: float, from_m: float, width_m: float, height_m: float, colour: Colour = _FRAME
) -> Thing:
    """Return the frame around a door in a side wall, a fixture that stands proud of the wall."""
    inward = -math.copysign(_PROUD_M, wall_y_m)
    sides = [
        Box((x, inward / 2, height_m / 2), (_CASING_M, _PROUD_M, height_m))
        for x in (-_CASING_M / 2, width_m + _CASING_M / 2)
    ]
    lintel = Box(
        (width_m / 2, inward / 2, height_m + _CASING_M / 2),
        (width_m + 2 * _CASING_M, _PROUD_M, _CASING_M),
    )
    return Thing(0, Kind.OBJECT, "wall", colour, (*sides, lintel), (from_m, wall_y_m))


def a_niche(wall_y_m: float, from_m: float, width_m: float, height_m: float) -> tuple[Panel, ...]:
    """Return what is seen of the room behind a door in a side wall."""
    deep = wall_y_m + math.copysign(_NICHE_M, wall_y_m)
    low_y, high_y = min(wall_y_m, deep), max(wall_y_m, deep)
    to_m = from_m + width_m
    return (
        Panel(1, deep, (from_m, 0.0), (to_m, height_m), "wall", _DIM, Finish.WALL),
        Panel(0, from_m, (low_y, 0.0), (high_y, height_m), "wall", _DIM, Finish.WALL),
        Panel(0, to_m, (low_y, 0.0), (high_y, height_m), "wall", _DIM, Finish.WALL),
        Panel(2, height_m, (from_m, low_y), (to_m, high_y), "ceiling", _DIM),
        Panel(2, 0.0, (from_m, low_y), (to_m, high_y), "floor", _DIM, Finish.TILES),
    )


def _member(at_m: tuple[float, float], size_m: tuple[float, float]) -> Box:
    return Box((0.025, *at_m), (0.05, *size_m), label="door")


def _pane(at_m: tuple[float, float], size_m: tuple[float, float]) -> Box:
    return Box(
        (0.025, *at_m),
        (_PANE_M, *size_m),
        colour=(150, 176, 172),
        finish=Finish.GLOSS,
        material=Material.GLASS,
    )
