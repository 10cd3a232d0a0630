"""Types of entries under ``floor`` of a scene file: holes, drops, stairs, carpet, shine."""

from __future__ import annotations

from dataclasses import replace

from followme.sources.corridor_room import Corridor
from followme.sources.fittings import a_hole, stairs_down, stairs_up
from followme.sources.parts import Colour, Finish, Material
from followme.sources.scene import Panel, Thing
from followme.sources.scene_made import EntryType, Made
from followme.sources.yaml_fields import Fields, SceneError

_DEEPEST_M = 20.0


def _hole(fields: Fields, id: int, corridor: Corridor) -> Made:
    length, width = fields.numbers("size_m", 2, None, low=0.01)
    depth_m = fields.length("depth_m", 0.5, _DEEPEST_M)
    x, y = fields.place("at_m")
    if abs(y) + width / 2 > corridor.half_m + 1e-9:
        raise SceneError(
            f"{fields.where} size_m: a hole {width} m wide at y = {y} reaches under the wall, "
            f"the corridor is {corridor.width_m} m wide"
        )
    _check_end(fields, corridor, x - length / 2, x + length / 2)
    return Made(things=(a_hole(id, (x, y), (length, width), depth_m),))


def _drop(fields: Fields, id: int, corridor: Corridor) -> Made:
    from_m = fields.number("from_m")
    length_m = fields.length("length_m", max(0.01, corridor.length_m - from_m))
    depth_m = fields.length("depth_m", None, _DEEPEST_M)
    _check_end(fields, corridor, from_m, from_m + length_m)
    middle = (from_m + length_m / 2, 0.0)
    return Made(things=(a_hole(id, middle, (length_m, corridor.width_m), depth_m),))


def _stairs_down(fields: Fields, id: int, corridor: Corridor) -> Made:
    thing, from_m, to_m = _stairs(fields, id, corridor, stairs_down)
    _check_end(fields, corridor, from_m, to_m)
    return Made(things=(thing,))


def _stairs_up(fields: Fields, id: int, corridor: Corridor) -> Made:
    thing, _, _ = _stairs(fields, id, corridor, stairs_up)
    return Made(things=(thing,))


def _stairs(
    fields: Fields, id: int, corridor: Corridor, make: object
) -> tuple[Thing, float, float]:
    steps = fields.whole("steps", 10, 2, 60)
    rise_m = fields.number("rise_m", 0.17, 0.02, 0.5)
    tread_m = fields.number("tread_m", 0.28, 0.1, 1.0)
    landing_m = fields.length("landing_m", 1.5)
    from_m = fields.number("from_m")
    thing = make(  # type: ignore[operator]
        id, (from_m, 0.0), corridor.width_m, steps, rise_m, tread_m, landing_m
    )
    return thing, from_m, from_m + (steps - 1) * tread_m + landing_m


def _check_end(fields: Fields, corridor: Corridor, from_m: float, to_m: float) -> None:
    if from_m < -corridor.behind_m or to_m > corridor.length_m + 1e-6 or from_m >= to_m:
        raise SceneError(
            f"{fields.where}: it reaches from {from_m:g} to {to_m:g} m, "
            f"the corridor from {-corridor.behind_m:g} to {corridor.length_m:g} m"
        )


def _carpet(fields: Fields, id: int, corridor: Corridor) -> Made:
    return _patch(fields, corridor, (38, 36, 42), Finish.CARPET, Material.DARK)


def _shiny(fields: Fields, id: int, corridor: Corridor) -> Made:
    return _patch(fields, corridor, (150, 150, 156), Finish.GLOSS, Material.SHINY)


def _patch(
    fields: Fields, corridor: Corridor, colour: Colour, finish: Finish, material: Material
) -> Made:
    """Make a piece of floor that looks, and reflects, differently; it is no thing."""
    from_m, to_m = fields.number("from_m"), fields.number("to_m")
    _check_end(fields, corridor, from_m, to_m)
    half = fields.length("width_m", corridor.width_m, corridor.width_m) / 2
    patch = Panel(
        2, 0.0, (from_m, -half), (to_m, half), "floor", fields.colour("colour", colour), finish
    )
    return Made(panels=(replace(patch, material=material),))


_STAIRS = ("from_m", "steps", "rise_m", "tread_m", "landing_m")

FLOOR_TYPES = {
    "hole": EntryType(("at_m", "size_m", "depth_m"), _hole),
    "drop": EntryType(("from_m", "depth_m", "length_m"), _drop),
    "stairs_down": EntryType(_STAIRS, _stairs_down),
    "stairs_up": EntryType(_STAIRS, _stairs_up),
    "carpet": EntryType(("from_m", "to_m", "width_m"), _carpet),
    "shiny": EntryType(("from_m", "to_m", "width_m"), _shiny),
}
