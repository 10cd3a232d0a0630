"""Which phrase and which priority fit an obstacle (assistive specification B7, B8, B10, D)."""

from __future__ import annotations

import math

from followme.settings import SchedulerSettings
from followme.values.intent import Priority
from followme.values.obstacle import Kind, Obstacle, Zone

_STAIRS = ("stairs", "stair", "staircase")


def sort_of(thing: Obstacle, walker_speed_mps: float, s: SchedulerSettings) -> str:
    """Return the second half of a phrase key: "object", "overhang_head", "drop", ..."""
    stairs = thing.label.strip().lower() in _STAIRS
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
    """Whether a cane does not find it in time: overhangs and drops."""
    return thing.kind in (Kind.OVERHANG, Kind.DROP_OFF)


def closing_mps(thing: Obstacle) -> float:
    """Return how fast it comes nearer to the walker, metres a second; NaN unknown."""
    x, y, _ = thing.nearest_m
    range_m = math.hypot(x, y)
    if range_m == 0.0:
        return math.nan
    return -(thing.velocity_mps[0] * x + thing.velocity_mps[1] * y) / range_m


def _approaches(thing: Obstacle, walker_speed_mps: float, s: SchedulerSettings) -> bool:
    speed_mps = s.assumed_speed_mps if math.isnan(walker_speed_mps) else walker_speed_mps
    return closing_mps(thing) > speed_mps + s.approaching_mps  # NaN does not approach


def _height_of(thing: Obstacle, s: SchedulerSettings) -> str:
    if thing.bottom_m >= s.head_m:
        return "head"
    return "chest" if thing.bottom_m >= s.chest_m else "waist"
