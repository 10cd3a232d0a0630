"""Types of entries under ``things`` of a scene file that belong to walls: doors, glass, windows."""

from __future__ import annotations

import math

from followme.sources.corridor_room import Corridor
from followme.sources.course import STANDS, Course, Swing
from followme.sources.doors import a_casing, a_door_leaf, a_doorway, a_glass_door, a_niche
from followme.sources.parts import Finish, Material
from followme.sources.scene import Opening, Panel
from followme.sources.scene_made import EntryType, Made
from followme.sources.yaml_fields import Fields, SceneError

_SIDES = ("left", "right")


def _door(fields: Fields, id: int, corridor: Corridor) -> Made:
    """Make a leaf: in a side wall, with frame and room behind it, or on a hinge anywhere."""
    if fields.has("wall") == fields.has("hinge_m"):
        raise SceneError(
            f"{fields.where}: a door hangs in a wall or on hinge_m, give one of the two"
        )
    width_m = fields.length("width_m", 0.9, 3.0)
    if width_m < 0.3:
        raise SceneError(f"{fields.where} width_m: {width_m} is no door, give 0.3 m or more")
    height_m = fields.length("height_m", min(2.0, corridor.height_m), corridor.height_m)
    if fields.has("hinge_m"):
        return _hinged(fields, id, width_m, height_m)
    return _in_wall(fields, id, corridor, width_m, height_m)


def _hinged(fields: Fields, id: int, width_m: float, height_m: float) -> Made:
    _leave_out(fields, ("hinge", "from_m"), "wall")
    along = math.radians(fields.number("along_deg", low=-360.0, high=360.0))
    open_rad, course = _swing(fields, 1.0)
    hinge_m = fields.place("hinge_m")
    leaf = a_door_leaf(id, hinge_m, along + open_rad, width_m, height_m, course=course)
    return Made(things=(leaf,))


def _in_wall(fields: Fields, id: int, corridor: Corridor, width_m: float, height_m: float) -> Made:
    _leave_out(fields, ("along_deg",), "hinge_m")
    side = 1.0 if fields.choice("wall", _SIDES) == "left" else -1.0
    wall_m, from_m = side * corridor.half_m, fields.number("from_m")
    near = fields.choice("hinge", ("near", "far"), "far") == "near"
    hinge_x, along = (from_m, 0.0) if near else (from_m + width_m, math.pi)
    # inward is to the right of +x at the left wall, to the left at the right wall
    inward = -side if near else side
    open_rad, course = _swing(fields, inward)
    leaf = a_door_leaf(id, (hinge_x, wall_m), along + open_rad, width_m, height_m, course=course)
    return Made(
        things=(leaf,),
        fixtures=(a_casing(wall_m, from_m, width_m, height_m),),
        panels=a_niche(wall_m, from_m, width_m, height_m),
        **_opening(side, ((from_m, 0.0), (from_m + width_m, height_m))),
    )


def _swing(fields: Fields, sign: float) -> tuple[float, Course]:
    """Return how far a door stands open at rest, and how it swings from there."""
    open_deg = fields.number("open_deg", 0.0, -180.0, 180.0)
    if not fields.has("opens_to_deg"):
        return sign * math.radians(open_deg), STANDS
    by_deg = fields.number("opens_to_deg", low=-180.0, high=180.0) - open_deg
    seconds = fields.number("opening_s", 0.8, 0.05, 60.0)
    return sign * math.radians(open_deg), Swing(sign * math.radians(by_deg), seconds)


def _leave_out(fields: Fields, names: tuple[str, ...], where: str) -> None:
    for name in names:
        if fields.has(name):
            raise SceneError(f"{fields.where} {name}: it belongs to one with {where}")


def _opening(side: float, opening: Opening) -> dict[str, tuple[Opening, ...]]:
    return {"left_openings" if side > 0 else "right_openings": (opening,)}


def _doorway(fields: Fields, id: int, corridor: Corridor) -> Made:
    clear_m = fields.length("clear_m", 0.82, corridor.width_m)
    middle_m = fields.number("middle_m", 0.0)
    if abs(middle_m) + clear_m / 2 > corridor.half_m:
        raise SceneError(
            f"{fields.where} clear_m: an opening of {clear_m} m around {middle_m} m reaches beyond "
            f"the corridor's {corridor.width_m} m, make it smaller"
        )
    height_m = fields.length("height_m", min(2.05, corridor.height_m), corridor.height_m)
    room = (corridor.width_m, corridor.height_m)
    if room[0] - clear_m < 2e-3 and room[1] - height_m < 2e-3:
        raise SceneError(f"{fields.where} clear_m: {clear_m} m leaves no wall, make it smaller")
    thing = a_doorway(id, fields.number("x_m"), room, clear_m, middle_m, height_m)
    return Made(things=(thing,))


def _glass_door(fields: Fields, id: int, corridor: Corridor) -> Made:
    """Make a glass front, across the corridor or in a side wall before what is beside it."""
    if fields.has("wall") == fields.has("x_m"):
        raise SceneError(
            f"{fields.where}: a glass front stands across the corridor at x_m or in a wall, give "
            "one of the two"
        )
    if fields.has("x_m"):
        _leave_out(fields, ("from_m", "width_m"), "wall")
        width_m, at_m, yaw_rad = corridor.width_m, (fields.number("x_m"), 0.0), 0.0
    else:
        side = 1.0 if fields.choice("wall", _SIDES) == "left" else -1.0
        width_m = fields.length("width_m", 3.0, 50.0)
        at_m = (fields.number("from_m") + width_m / 2, side * corridor.half_m)
        # its frame stands before its x, in what is beside the corridor
        yaw_rad = side * math.pi / 2
    door_m = fields.number("door_m", 1.0, 0.5, 3.0)
    if door_m > width_m - 0.3 or corridor.height_m < 2.3:
        raise SceneError(
            f"{fields.where} door_m: {door_m} m does not fit, it needs 0.3 m of the front's "
            f"{width_m} m beside it and a ceiling at 2.3 m or more"
        )
    room = (width_m, corridor.height_m)
    thing = a_glass_door(id, at_m, room, door_m, yaw_rad, fields.flag("open"))
    return Made(things=(thing,))


def _window(fields: Fields, id: int, corridor: Corridor) -> Made:
    """Make a window that is flush with its wall; it is part of the room."""
    side = 1.0 if fields.choice("wall", _SIDES) == "left" else -1.0
    from_m, width_m = fields.number("from_m"), fields.length("width_m", 1.2, 20.0)
    bottom_m = fields.number("bottom_m", 0.9, 0.0, 20.0)
    top_m = bottom_m + fields.length("height_m", 1.2, 20.0)
    if top_m > corridor.height_m:
        raise SceneError(
            f"{fields.where} height_m: the window ends at {top_m:g} m, "
            f"the ceiling is at {corridor.height_m:g} m"
        )
    panel = Panel(
        1,
        side * corridor.half_m,
        (from_m, bottom_m),
        (from_m + width_m, top_m),
        "window",
        (240, 240, 240),
        Finish.WINDOW,
        Material.GLASS,
    )
    return Made(panels=(panel,))


WALL_TYPES = {
    "door": EntryType(
        (
            "wall",
            "from_m",
            "hinge",
            "hinge_m",
            "along_deg",
            "width_m",
            "height_m",
            "open_deg",
            "opens_to_deg",
            "opening_s",
        ),
        _door,
    ),
    "doorway": EntryType(("x_m", "clear_m", "middle_m", "height_m"), _doorway),
    "glass_door": EntryType(("x_m", "wall", "from_m", "width_m", "door_m", "open"), _glass_door),
    "window": EntryType(("wall", "from_m", "width_m", "bottom_m", "height_m"), _window),
}
