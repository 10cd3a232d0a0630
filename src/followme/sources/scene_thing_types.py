"""Types of entries under ``things`` of a scene file that stand freely; see docs/scenes.md."""

from __future__ import annotations

import math
from dataclasses import replace

from followme.sources.corridor_room import Corridor
from followme.sources.fittings import a_bench, a_cabinet, a_cylinder, a_sign, a_wet_floor_sign
from followme.sources.parts import Box, Finish
from followme.sources.people import HEIGHT_M, sitting_parts, standing_parts
from followme.sources.scene import Thing
from followme.sources.scene_made import EntryType, Made
from followme.sources.things import a_chair, a_pillar, a_shelf, a_table, an_office_chair
from followme.sources.yaml_fields import Fields, SceneError
from followme.values.obstacle import Kind

_CARDBOARD = (176, 132, 84)
_STEEL = (70, 74, 80)
_BIN = (54, 104, 78)
_SHIRT = (42, 116, 126)
_FINISHES = ("plain", "cardboard", "wood", "stone", "books", "door", "sign")
_BASES = ("legs", "star")
# leading edges above this are not found by a cane (assistive specification A)
_CANE_HIGH_M = 0.685


def _hangs(bottom_m: float) -> Kind:
    return Kind.OVERHANG if bottom_m >= _CANE_HIGH_M else Kind.OBJECT


def _turned(fields: Fields, default_deg: float = 0.0) -> float:
    return math.radians(fields.number("turned_deg", default_deg, -360.0, 360.0))


def _size(fields: Fields, default: tuple[float, ...]) -> tuple[float, ...]:
    return fields.numbers("size_m", len(default), default, low=1e-3)


def _one(thing: Thing) -> Made:
    return Made(things=(thing,))


def _box(fields: Fields, id: int, corridor: Corridor) -> Made:
    length, width, height = _size(fields, (0.4, 0.4, 0.4))
    bottom_m = fields.number("bottom_m", 0.0, 0.0, 20.0)
    finish = Finish(fields.choice("finish", _FINISHES, "cardboard"))
    part = Box((0.0, 0.0, bottom_m + height / 2), (length, width, height), finish=finish)
    at_m, yaw_rad = fields.place("at_m"), _turned(fields)
    return _one(Thing(id, _hangs(bottom_m), "box", _CARDBOARD, (part,), at_m, yaw_rad))


def _cylinder(fields: Fields, id: int, corridor: Corridor) -> Made:
    return _upright(fields, id, "pole", 0.05, 2.0, _STEEL)


def _bin(fields: Fields, id: int, corridor: Corridor) -> Made:
    return _upright(fields, id, "bin", 0.18, 0.6, _BIN)


def _upright(
    fields: Fields,
    id: int,
    label: str,
    radius_m: float,
    height_m: float,
    colour: tuple[int, int, int],
) -> Made:
    bottom_m = fields.number("bottom_m", 0.0, 0.0, 20.0)
    thing = a_cylinder(
        id,
        fields.place("at_m"),
        fields.length("radius_m", radius_m, 5.0),
        fields.length("height_m", height_m, 20.0),
        bottom_m,
        label,
        colour,
    )
    return _one(replace(thing, kind=_hangs(bottom_m)))


def _person(fields: Fields, id: int, corridor: Corridor) -> Made:
    height_m = fields.number("height_m", HEIGHT_M, 0.5, 2.3)
    sits = fields.flag("sits")
    if sits and fields.has("moves"):
        raise SceneError(f"{fields.where} moves: who sits does not walk, leave out sits or moves")
    parts = sitting_parts(height_m) if sits else standing_parts(height_m)
    yaw_rad = math.radians(fields.number("heading_deg", 180.0, -360.0, 360.0))
    return _one(Thing(id, Kind.PERSON, "person", _SHIRT, parts, fields.place("at_m"), yaw_rad))


def _chair(fields: Fields, id: int, corridor: Corridor) -> Made:
    make = {"legs": a_chair, "star": an_office_chair}[fields.choice("base", _BASES, "legs")]
    return _one(make(id, fields.place("at_m"), _turned(fields)))


def _table(fields: Fields, id: int, corridor: Corridor) -> Made:
    length, width, height = _size(fields, (0.8, 1.2, 0.74))
    if min(length, width) < 0.15 or height < 0.1:
        raise SceneError(
            f"{fields.where} size_m: {[length, width, height]} is no table, "
            "give 0.15 m or more each way and 0.1 m of height"
        )
    return _one(a_table(id, fields.place("at_m"), (length, width, height), _turned(fields)))


def _shelf(fields: Fields, id: int, corridor: Corridor) -> Made:
    length, width = _size(fields, (0.45, 0.9))
    bottom, top = fields.number("bottom_m", 1.5, 0.0, 20.0), fields.number("top_m", 1.9, 0.0, 20.0)
    if top - bottom < 0.15 or min(length, width) < 0.12:
        raise SceneError(
            f"{fields.where} top_m: {top} over bottom_m {bottom} is no shelf, "
            "give 0.15 m of height or more, and 0.12 m each way"
        )
    shelf = a_shelf(id, fields.place("at_m"), (length, width), bottom, top, _turned(fields))
    return _one(replace(shelf, kind=_hangs(bottom)))


def _pillar(fields: Fields, id: int, corridor: Corridor) -> Made:
    length, width = _size(fields, (0.3, 0.3))
    height_m = fields.length("height_m", corridor.height_m, 20.0)
    pillar = a_pillar(id, fields.place("at_m"), (length, width), height_m)
    return _one(replace(pillar, yaw_rad=_turned(fields)))


def _bench(fields: Fields, id: int, corridor: Corridor) -> Made:
    length, width, height = _size(fields, (0.42, 1.4, 0.46))
    if length < 0.15 or height < 0.1:
        raise SceneError(
            f"{fields.where} size_m: {[length, width, height]} is no bench, "
            "give 0.15 m of depth and 0.1 m of height or more"
        )
    return _one(a_bench(id, fields.place("at_m"), (length, width, height), _turned(fields)))


def _sign(fields: Fields, id: int, corridor: Corridor) -> Made:
    width, height = _size(fields, (0.6, 0.4))
    bottom_m = fields.number("bottom_m", 1.6, 0.0, 20.0)
    sign = a_sign(id, fields.place("at_m"), (width, height), bottom_m, _turned(fields, 180.0))
    return _one(replace(sign, kind=_hangs(bottom_m)))


def _wet_floor_sign(fields: Fields, id: int, corridor: Corridor) -> Made:
    return _one(a_wet_floor_sign(id, fields.place("at_m"), _turned(fields)))


def _cabinet(fields: Fields, id: int, corridor: Corridor) -> Made:
    length, width, height = _size(fields, (0.45, 0.9, 1.8))
    bottom_m = fields.number("bottom_m", 0.0, 0.0, 20.0)
    if length < 0.1 or width < 0.2 or height < 0.1:
        raise SceneError(
            f"{fields.where} size_m: {[length, width, height]} is no cabinet, "
            "give 0.1 m of depth, 0.2 m of width and 0.1 m of height or more"
        )
    at_m, size_m = fields.place("at_m"), (length, width, height)
    cabinet = a_cabinet(id, at_m, size_m, bottom_m, _turned(fields))
    return _one(replace(cabinet, kind=_hangs(bottom_m)))


FREE_TYPES = {
    "box": EntryType(("at_m", "size_m", "turned_deg", "bottom_m", "finish"), _box),
    "cylinder": EntryType(("at_m", "radius_m", "height_m", "bottom_m"), _cylinder),
    "pole": EntryType(("at_m", "radius_m", "height_m", "bottom_m"), _cylinder),
    "bin": EntryType(("at_m", "radius_m", "height_m", "bottom_m"), _bin),
    "person": EntryType(("at_m", "heading_deg", "height_m", "sits"), _person),
    "chair": EntryType(("at_m", "turned_deg", "base"), _chair),
    "table": EntryType(("at_m", "size_m", "turned_deg"), _table),
    "shelf": EntryType(("at_m", "size_m", "bottom_m", "top_m", "turned_deg"), _shelf),
    "pillar": EntryType(("at_m", "size_m", "height_m", "turned_deg"), _pillar),
    "bench": EntryType(("at_m", "size_m", "turned_deg"), _bench),
    "wet_floor_sign": EntryType(("at_m", "turned_deg"), _wet_floor_sign),
    "cabinet": EntryType(("at_m", "size_m", "bottom_m", "turned_deg"), _cabinet),
    "sign": EntryType(("at_m", "size_m", "bottom_m", "turned_deg"), _sign),
}
