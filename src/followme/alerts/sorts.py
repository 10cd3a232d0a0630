"""Which phrase and which priority fit an obstacle (assistive specification B7, B8, B10, D)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from followme.settings import SchedulerSettings
from followme.values.intent import Priority
from followme.values.obstacle import Kind, Obstacle, Zone

_STAIRS = ("stairs", "stair", "staircase")
# What geometry cannot call a thing, by its label: a guess that has words of its own.
_UNSURE = {"glass": "glass", "floor": "floor_unclear", "gap": "gap"}


def sort_of(thing: Obstacle, walker_speed_mps: float, s: SchedulerSettings) -> str:
    """Return the second half of a phrase key: "object", "overhang_head", "drop", ..."""
    stairs = thing.label.strip().lower() in _STAIRS
    unsure = _unsure_sort(thing)
    if unsure:
        return unsure
    if thing.kind is Kind.DROP_OFF:
        return "stairs_down" if stairs else "drop"
    if thing.kind is Kind.OVERHANG:
        return f"overhang_{_height_of(thing, s)}"
    if stairs:
        return "stairs_up"
    if thing.kind is Kind.PERSON and _approaches(thing, walker_speed_mps, s):
        return "approaching"
    return "object"


def key_of(zone: Zone, sort: str) -> str:
    """Return the phrase for a sort of obstacle in a zone."""
    if zone is Zone.STOP:
        return "stop.object" if sort == "approaching" else f"stop.{sort}"
    return f"warn.{sort}" if zone is Zone.WARN else f"inform.{sort}"


def brief_key_of(sort: str) -> str:
    """Return the phrase that names a sort of obstacle and its side only."""
    if sort.startswith("overhang"):
        return "brief.overhang"
    return "brief.object" if sort == "approaching" else f"brief.{sort}"


def priority_of(thing: Obstacle) -> Priority:
    """Return who may cut whom when it is about this thing (B7)."""
    if thing.zone is Zone.STOP:
        return Priority.STOP_DROP if thing.kind is Kind.DROP_OFF else Priority.STOP
    if thing.zone is Zone.WARN:
        return Priority.WARN_HAZARD if is_hazard(thing) else Priority.WARN
    return Priority.INFORM


def is_hazard(thing: Obstacle) -> bool:
    """Whether a cane does not find it in time: overhangs, drops, and floor that may be a drop.

    A cane finds glass, and the word for it is a guess: glass has no precedence over what is sure.
    """
    if thing.kind in (Kind.OVERHANG, Kind.DROP_OFF):
        return True
    return _unsure_sort(thing) == "floor_unclear"


def has_own_words(thing: Obstacle) -> bool:
    """Whether "and more" would hide what it is: hazards, glass, gaps."""
    return is_hazard(thing) or bool(_unsure_sort(thing))


def hides_the_way(thing: Obstacle) -> bool:
    """Whether the way behind it cannot be called free: glass and unclear floor ahead."""
    ahead = thing.nearest_m[0] > 0.0 and (thing.in_corridor or thing.zone > Zone.CLEAR)
    return ahead and _unsure_sort(thing) in ("glass", "floor_unclear")


def capped(thing: Obstacle) -> Obstacle:
    """Return a thing in the highest zone that it may have: a gap warns and never stops.

    What makes the gap narrow is two things with zones of their own.
    """
    if thing.zone is Zone.STOP and _unsure_sort(thing) == "gap":
        return replace(thing, zone=Zone.WARN)
    return thing


def by_track(things: Iterable[Obstacle]) -> dict[int, Obstacle]:
    """Return things by their track, of each track the most urgent.

    Things that are not followed share one.
    """
    found: dict[int, Obstacle] = {}
    for thing in things:
        known = found.get(thing.track_id)
        if known is None or thing.zone > known.zone:
            found[thing.track_id] = thing
    return found


def closing_mps(thing: Obstacle) -> float:
    """Return how fast it comes nearer to the walker, metres a second; NaN unknown."""
    x, y, _ = thing.nearest_m
    range_m = math.hypot(x, y)
    if range_m == 0.0:
        return math.nan
    return -(thing.velocity_mps[0] * x + thing.velocity_mps[1] * y) / range_m


def _unsure_sort(thing: Obstacle) -> str:
    if thing.kind is not Kind.UNKNOWN:
        return ""
    return _UNSURE.get(thing.label.strip().lower(), "")


def _approaches(thing: Obstacle, walker_speed_mps: float, s: SchedulerSettings) -> bool:
    speed_mps = s.assumed_speed_mps if math.isnan(walker_speed_mps) else walker_speed_mps
    return closing_mps(thing) > speed_mps + s.approaching_mps  # NaN does not approach


def _height_of(thing: Obstacle, s: SchedulerSettings) -> str:
    if thing.bottom_m >= s.head_m:
        return "head"
    return "chest" if thing.bottom_m >= s.chest_m else "waist"
