"""Records of walks made by hand: a thing that comes nearer, and what was said of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from followme.evaluation.truth import Truth
from followme.evaluation.walk_record import (
    PIECE_S,
    Fault,
    Heard,
    Moment,
    TrueThing,
    WalkRecord,
)
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.values.intent import Priority
from followme.values.obstacle import Kind, Obstacle, Side, Sight, Zone

RATE_HZ = 10.0
PRIORITY = {"stop": Priority.STOP, "warn": Priority.WARN, "inform": Priority.INFORM}
ZONE = {"stop": Zone.STOP, "warn": Zone.WARN, "inform": Zone.INFORM}


def a_part(
    x_m: float,
    y_m: float = 0.0,
    z_m: float = 0.0,
    top_m: float = 1.0,
    *,
    id: int = 1,
    kind: Kind = Kind.OBJECT,
    label: str = "box",
) -> Outline:
    """Return a thin part that begins at a point and reaches away from the walker."""
    corners = np.array([(x_m, y_m), (x_m + 0.2, y_m)])
    return Outline(id, kind, label, corners, z_m, max(top_m, z_m + 0.1))


See = Callable[[float, TrueThing], Obstacle | None]


def an_obstacle(thing: TrueThing, track_id: int = 7, **more: object) -> Obstacle:
    """Return what FollowMe believes of a thing when it is right."""
    facts: dict[str, object] = {
        "track_id": track_id,
        "kind": thing.kind,
        "label": thing.label,
        "confidence": 1.0,
        "nearest_m": thing.nearest_m,
        "distance_m": thing.distance_m,
        "distance_std_m": 0.1,
        "bearing_rad": thing.bearing_rad,
        "angular_width_rad": 0.1,
        "bottom_m": thing.nearest_m[2],
        "top_m": 1.0,
        "y_min_m": thing.nearest_m[1] - 0.1,
        "y_max_m": thing.nearest_m[1] + 0.1,
        "zone": thing.zone,
        "in_corridor": True,
        "side": Side.AHEAD,
    }
    return Obstacle(**{**facts, **more})  # type: ignore[arg-type]


def seen_well(time_s: float, thing: TrueThing) -> Obstacle | None:
    return an_obstacle(thing)


def unseen(time_s: float, thing: TrueThing) -> Obstacle | None:
    return None


def heard(
    onset_s: float,
    key: str = "warn.object",
    text: str = "Box ahead, 3 metres",
    thing: int | None = 1,
    **more: object,
) -> Heard:
    room = key.partition(".")[0]
    facts: dict[str, object] = {
        "onset_s": onset_s,
        "stamp_s": onset_s - 0.15,
        "key": key,
        "text": text,
        "priority": PRIORITY.get(room, Priority.LOST if room == "health" else Priority.CLEAR),
        "zone": ZONE.get(room, Zone.CLEAR),
        "track_id": -1 if thing is None else 7,
        "thing": thing,
    }
    return Heard(**{**facts, **more})  # type: ignore[arg-type]


def a_record(
    said: Sequence[Heard] = (),
    *,
    from_m: float | None = 6.0,
    y_m: float = 0.0,
    z_m: float = 0.0,
    kind: Kind = Kind.OBJECT,
    seconds: float = 5.0,
    speed_mps: float = 1.0,
    see: See = seen_well,
    sight: Sight = Sight.SEEING,
    observed_free: float = 1.0,
    faults: Sequence[Fault] = (),
    sounding: np.ndarray | None = None,
) -> WalkRecord:
    """Return a walk straight ahead toward one thing (none: ``from_m`` None) at 10 frames/s."""
    count = round(seconds * RATE_HZ)
    truth = Truth()
    walk = []
    for n in range(count):
        pose = FloorPose(n * speed_mps / RATE_HZ, 0.0)
        outlines = ()
        if from_m is not None and from_m > pose.x_m:
            outlines = (a_part(from_m - pose.x_m, y_m, z_m, kind=kind),)
        walk.append(truth.snapshot(n / RATE_HZ, pose, outlines))
    things = truth.things(walk)
    moments = tuple(
        Moment(
            s.time_s,
            s.pose,
            speed_mps,
            there,
            tuple(o for t in there if (o := see(s.time_s, t)) is not None),
            {7: 1},
            sight,
            observed_free=observed_free,
            rules_ms=5.0,
        )
        for s, there in zip(walk, things, strict=True)
    )
    silent = np.zeros(round(seconds / PIECE_S), bool)
    return WalkRecord(
        1,
        "made by hand",
        seconds,
        speed_mps,
        moments,
        tuple(sorted(said, key=lambda h: h.onset_s)),
        silent if sounding is None else sounding,
        tuple(faults),
    )
