"""The real things that a walker met: whether they were seen, and how early they were said."""

from __future__ import annotations

import math
from dataclasses import dataclass

from followme.evaluation.judge import true_stops
from followme.evaluation.walk_record import Heard, Moment, TrueThing, WalkRecord
from followme.settings import WalkerSettings
from followme.values.obstacle import Kind, Obstacle, Sight

#: Recall is counted to here (C1).
RECALL_M = 3.0
#: Nearer than the body nothing can be seen any more.
NEAREST_M = 0.5
#: What comes into the way nearer than this is sudden (C2).
SUDDEN_M = 2.0
CANE_HIGH_M = 0.685
#: A walker who comes nearer more slowly than this has all the time there is.
_SLOW_MPS = 0.3


@dataclass(frozen=True)
class Sighting:
    """A real thing in the way at one frame, and what FollowMe believed of it; None: nothing."""

    moment: Moment
    thing: TrueThing
    seen: Obstacle | None


@dataclass(frozen=True)
class Encounter:
    """One real thing of a walk.

    Parameters
    ----------
    id : int
    kind : Kind
    sightings : tuple of Sighting
        Each frame in which it was in the way while FollowMe had sight, in order.
    stops : tuple of (from, until)
        When it truly was in STOP.
    alarms : tuple of Heard
        WARN and STOP that were about it.
    """

    id: int
    kind: Kind
    sightings: tuple[Sighting, ...]
    stops: tuple[tuple[float, float], ...]
    alarms: tuple[Heard, ...]

    @property
    def overhang(self) -> bool:
        """Whether a cane passes below it."""
        first = self.sightings[0].thing
        return self.kind is Kind.OVERHANG or first.nearest_m[2] >= CANE_HIGH_M

    @property
    def sudden(self) -> bool:
        """Whether it came into the way when it was near already."""
        return self.sightings[0].thing.distance_m < SUDDEN_M

    def near(self) -> list[Sighting]:
        """Return the sightings within 3 m."""
        return [s for s in self.sightings if NEAREST_M < s.thing.distance_m <= RECALL_M]


def encounters(record: WalkRecord, *, walls: bool = True) -> list[Encounter]:
    """Return every real thing that was in the way of a walk, with or without the walls."""
    found = []
    met = {t.id for m in record.moments for t in m.things if t.in_corridor}
    for id in sorted(id for id in met if walls or id > 0):
        sightings = [
            Sighting(m, thing, m.seen_as(thing))
            for m in record.moments
            for thing in m.things
            if thing.id == id and thing.in_corridor and m.sight is not Sight.BLIND
        ]
        if sightings:
            alarms = tuple(h for h in record.heard if h.is_alarm and h.thing == id)
            stops = tuple(true_stops(record, id))
            found.append(Encounter(id, sightings[0].thing.kind, tuple(sightings), stops, alarms))
    return found


def lead_s(record: WalkRecord, id: int, at_s: float) -> float:
    """Return how long before contact a second of the walk was; NaN when nothing came nearer."""
    thing = record.at(at_s).thing(id)
    distance_m = record.distance_at(id, at_s)
    if thing is None or math.isnan(distance_m) or thing.closing_mps < _SLOW_MPS:
        return math.nan
    return (distance_m - WalkerSettings().reach_m) / thing.closing_mps
