"""The parts ``things`` and ``floor`` of a scene file; docs/scenes.md has the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from followme.sources.corridor_room import Corridor
from followme.sources.course import Course, Start, Way
from followme.sources.parts import CLASS_NAMES
from followme.sources.scene import Thing
from followme.sources.scene_door_types import WALL_TYPES
from followme.sources.scene_floor_types import FLOOR_TYPES
from followme.sources.scene_made import EntryType, Made
from followme.sources.scene_thing_types import FREE_TYPES
from followme.sources.yaml_fields import Fields, SceneError
from followme.values.obstacle import Kind

THING_TYPES = {**FREE_TYPES, **WALL_TYPES}

#: Keys that every thing may have, and every entry of the floor.
THING_KEYS = ("type", "id", "label", "kind", "colour", "when", "moves", "appears", "stays_s")
FLOOR_KEYS = ("type", "id", "colour")
MOVE_KEYS = ("way_m", "speed_mps", "turns")
WHEN_KEYS = ("time_s", "walker_within_m", "walker_at_x_m")

_MOST_THINGS = 255


def things_of(things: Sequence[Any], floor: Sequence[Any], corridor: Corridor) -> Made:
    """Make what the lists ``things`` and ``floor`` hold.

    Raises
    ------
    SceneError
        For an unknown type or key, an impossible shape, or an id that is taken.
    """
    entries = [
        *(_entry(raw, "things", n, THING_TYPES, THING_KEYS) for n, raw in enumerate(things, 1)),
        *(_entry(raw, "floor", n, FLOOR_TYPES, FLOOR_KEYS) for n, raw in enumerate(floor, 1)),
    ]
    ids = _ids([fields for fields, _ in entries])
    made = Made()
    for (fields, kind), id in zip(entries, ids, strict=True):
        one = kind.make(fields, id, corridor)
        made += replace(one, things=tuple(_common(fields, thing) for thing in one.things))
    return made


def _entry(
    raw: Any, part: str, number: int, types: dict[str, EntryType], common: tuple[str, ...]
) -> tuple[Fields, EntryType]:
    where = f"{part}, {number}."
    every = {key for kind in types.values() for key in kind.keys}
    name = Fields(raw, where, {*common, *every}).choice("type", types)
    kind = types[name]
    return Fields(raw, f"{where} ({name})", (*common, *kind.keys)), kind


def _ids(entries: list[Fields]) -> Iterator[int]:
    """Yield the id of each entry: the given one, else the first that nobody has."""
    if len(entries) > _MOST_THINGS:
        raise SceneError(f"things: there are {len(entries)}, give {_MOST_THINGS} at most")
    given = [fields.whole("id", 0, 1, 255) if fields.has("id") else 0 for fields in entries]
    taken: set[int] = set()
    for fields, id in zip(entries, given, strict=True):
        if id in taken:
            raise SceneError(f"{fields.where} id: {id} is taken, give each thing its own")
        taken |= {id} - {0}
    free = (id for id in range(1, 256) if id not in taken)
    return iter([id or next(free) for id in given])


def _common(fields: Fields, thing: Thing) -> Thing:
    """Lay the keys over a thing that all things share."""
    label = fields.choice("label", CLASS_NAMES, thing.label) if fields.has("label") else thing.label
    kinds = {kind.name.lower(): kind for kind in Kind if kind is not Kind.UNKNOWN}
    kind = kinds[fields.choice("kind", kinds)] if fields.has("kind") else thing.kind
    course = _course(fields, thing)
    return replace(
        thing,
        label=label,
        kind=kind,
        colour=fields.colour("colour", thing.colour),
        course=course,
        start=_start(fields),
        appears=fields.flag("appears"),
        stays_s=fields.number("stays_s", low=0.01) if fields.has("stays_s") else thing.stays_s,
    )


def _course(fields: Fields, thing: Thing) -> Course:
    if not fields.has("moves"):
        return thing.course
    if fields.has("opens_to_deg"):
        raise SceneError(f"{fields.where} moves: a door that opens does not move, give one of both")
    moves = fields.section("moves", MOVE_KEYS)
    here = thing.at_m
    points = tuple((x - here[0], y - here[1]) for x, y in moves.places("way_m"))
    person = thing.kind is Kind.PERSON
    speed = moves.number("speed_mps", 1.0 if person else 0.5, 0.01, 20.0)
    turns = moves.flag("turns", person)
    for n, (a, b) in enumerate(pairwise([(0.0, 0.0), *points]), start=1):
        if a == b:
            raise SceneError(f"{moves.where} way_m, {n}.: it is where the thing already is")
    return Way(points, speed, thing.yaw_rad if turns else None)


def _start(fields: Fields) -> Start:
    when = fields.section("when", WHEN_KEYS)
    given = [key for key in WHEN_KEYS if when.has(key)]
    if fields.has("when") and len(given) != 1:
        raise SceneError(f"{when.where}: give exactly one of {', '.join(WHEN_KEYS)}")
    return Start(
        when.number("time_s", 0.0, 0.0, 3600.0),
        when.number("walker_within_m", low=0.0) if when.has("walker_within_m") else None,
        when.number("walker_at_x_m") if when.has("walker_at_x_m") else None,
    )
