"""One line of JSON for each thing that flowed: obstacles, announcements, truth.

Unknown (NaN) and free (infinite) numbers are null. Enumerations are their names as in the messages
(STOP, SENSOR, SEEING), sides are words (ahead_left), a priority is its number.
"""

from __future__ import annotations

import math
from typing import Any

from followme.values.intent import Announcement
from followme.values.obstacle import Obstacle, Obstacles, UnrangedThing
from followme.values.truth import TruthObject

Row = dict[str, Any]


def obstacle_row(o: Obstacles) -> Row:
    """Return the line of ``obstacles.jsonl``: state of sight and all obstacles of one stamp."""
    return {
        "stamp_ns": int(o.stamp_ns),
        "sight": o.sight.name,
        "reason": o.reason,
        "obstacles": [_one_obstacle(thing) for thing in o.obstacles],
        "unranged": [_one_unranged(thing) for thing in o.unranged],
    }


def announcement_row(a: Announcement) -> Row:
    """Return the line of ``announcements.jsonl``: what became of one thing worth saying."""
    return {
        "stamp_ns": int(a.stamp_ns),
        "onset_s": _number(a.onset_s),
        "text": a.text,
        "key": a.key,
        "priority": int(a.priority),
        "track_id": int(a.track_id),
        "zone": a.zone.name,
        "kind": a.kind.name,
        "side": a.side.name.lower(),
        "distance_m": _number(a.distance_m),
        "outcome": a.outcome.value,
        "latency_s": _number(a.latency_s),
    }


def truth_row(stamp_ns: int, objects: tuple[TruthObject, ...]) -> Row:
    """Return the line of ``truth.jsonl``: what really stands there."""
    return {
        "stamp_ns": int(stamp_ns),
        "objects": [
            {
                "id": int(thing.id),
                "kind": thing.kind.name,
                "label": thing.label,
                "nearest_m": [_number(value) for value in thing.nearest_m],
            }
            for thing in objects
        ],
    }


def _one_obstacle(o: Obstacle) -> Row:
    return {
        "track_id": int(o.track_id),
        "kind": o.kind.name,
        "label": o.label,
        "confidence": _number(o.confidence),
        "nearest_m": [_number(value) for value in o.nearest_m],
        "distance_m": _number(o.distance_m),
        "distance_std_m": _number(o.distance_std_m),
        "bearing_rad": _number(o.bearing_rad),
        "bottom_m": _number(o.bottom_m),
        "top_m": _number(o.top_m),
        "time_to_contact_s": _number(o.time_to_contact_s),
        "zone": o.zone.name,
        "provenance": o.provenance.name,
        "in_corridor": bool(o.in_corridor),
    }


def _one_unranged(thing: UnrangedThing) -> Row:
    return {
        "track_id": int(thing.track_id),
        "kind": thing.kind.name,
        "label": thing.label,
        "confidence": _number(thing.confidence),
        "bearing_rad": _number(thing.bearing_rad),
        "side": thing.side.name.lower(),
    }


def _number(value: float) -> float | None:
    # JSON has no NaN; five decimals are 10 micrometres and keep a line short
    return round(float(value), 5) if math.isfinite(value) else None
