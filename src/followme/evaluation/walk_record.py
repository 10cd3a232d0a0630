"""What a walk leaves for judgement: what stood where, what was seen, what was heard and when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from followme.sources.walker_path import FloorPose
from followme.values.intent import Priority
from followme.values.obstacle import Kind, Obstacle, Sight, Zone


@dataclass(frozen=True)
class TrueThing:
    """One real thing at the time of a frame.

    Parameters
    ----------
    id : int
        Of the thing; negative for a wall of the room.
    kind : Kind
    label : str
    nearest_m : tuple of three floats
        Its point nearest to the walker in the frame of the body, x forward and y left: of what is
        in the way, if any of it is. Its height is where the thing begins there.
    bearings_rad : tuple of two floats
        Between which bearings points lie that are as near within 0.10 m, in the frame of the
        sight, which turns with the sway of the camera; left is positive. Which of them is called
        the nearest, noise decides.
    span_m : tuple of two floats
        The rightmost and leftmost y of its parts in the way, of all that is none, frame of the
        body.
    closing_mps : float
        How fast it really comes nearer.
    zone, wide_zone : Zone
        By rule B3 of true values; ``wide_zone`` with the slack that rule B6 grants before a zone
        is left, so that a message is called false only when it was wrong by more than that.
    in_corridor : bool
        Whether it reaches into the way of the body (B1).
    """

    id: int
    kind: Kind
    label: str
    nearest_m: tuple[float, float, float]
    bearings_rad: tuple[float, float] = (math.nan, math.nan)
    span_m: tuple[float, float] = (math.nan, math.nan)
    closing_mps: float = math.nan
    zone: Zone = Zone.CLEAR
    wide_zone: Zone = Zone.CLEAR
    in_corridor: bool = False

    @property
    def distance_m(self) -> float:
        """Over the floor, from below the camera."""
        return math.hypot(self.nearest_m[0], self.nearest_m[1])

    @property
    def bearing_rad(self) -> float:
        """Of its nearest point in the frame of the body, positive to the left."""
        return math.atan2(self.nearest_m[1], self.nearest_m[0])

    def bearing_error_rad(self, bearing_rad: float) -> float:
        """Return how far a bearing of the sight is off; 0 between its bearings."""
        low, high = self.bearings_rad
        return max(low - bearing_rad, bearing_rad - high, 0.0)


@dataclass(frozen=True)
class Moment:
    """One frame of a walk: truth, and what FollowMe made of it.

    Parameters
    ----------
    time_s : float
        In the walk; that of the stamp.
    pose : FloorPose
        Where the walker was.
    speed_mps : float
        How fast the walker really went.
    things : tuple of TrueThing
        Nearest first.
    seen : tuple of Obstacle
        What was believed.
    matches : mapping of track to id
        Which real thing each of it was; phantoms are not in it.
    sight : Sight
    distances_known, observed_free : bool, float
        See :class:`followme.values.obstacle.Obstacles`.
    rules_ms : float
        How long depth, fusion, tracking, zones and scheduling took on this machine.
    """

    time_s: float
    pose: FloorPose
    speed_mps: float
    things: tuple[TrueThing, ...]
    seen: tuple[Obstacle, ...] = ()
    matches: Mapping[int, int] = field(default_factory=dict)
    sight: Sight = Sight.SEEING
    distances_known: bool = True
    observed_free: float = 0.0
    rules_ms: float = math.nan

    def thing(self, id: int) -> TrueThing | None:
        """Return a thing by its id."""
        return next((t for t in self.things if t.id == id), None)

    def obstacle(self, track_id: int) -> Obstacle | None:
        """Return what was believed of a track."""
        return next((o for o in self.seen if o.track_id == track_id), None)

    def seen_as(self, thing: TrueThing) -> Obstacle | None:
        """Return what was believed of a real thing: of all that are it, the nearest one."""
        fitting = [o for o in self.seen if self.matches.get(o.track_id) == thing.id]
        return min(fitting, key=lambda o: o.distance_m, default=None)


@dataclass(frozen=True)
class Heard:
    """One message, with its true circumstances.

    Parameters
    ----------
    onset_s : float
        Second of the walk at which its first sample over the threshold left the loudspeaker.
    stamp_s : float
        Second of the walk at which its evidence was photographed.
    key, text : str
        Of the catalogue; text is empty for a tone.
    priority : Priority
    zone : Zone
    kind : Kind
    side : str
        ``ahead``, ``ahead_left`` ...
    track_id : int
        -1 for none.
    distance_m : float
        As FollowMe believed; NaN for none.
    outcome : str
        What became of it: ``spoken``, ``cut`` ...
    thing : int or None
        Id of the real thing that it is about; None where there is none.
    """

    onset_s: float
    stamp_s: float
    key: str
    text: str
    priority: Priority
    zone: Zone = Zone.CLEAR
    kind: Kind = Kind.UNKNOWN
    side: str = "ahead"
    track_id: int = -1
    distance_m: float = math.nan
    outcome: str = "spoken"
    thing: int | None = None

    @property
    def latency_s(self) -> float:
        """From the photograph to the ear."""
        return self.onset_s - self.stamp_s

    @property
    def says(self) -> str:
        """One of WARN, STOP, INFORM, CLEAR, HEALTH, REPLY, as ``expect`` calls it."""
        return {"reply": "REPLY", "brief": "REPLY"}.get(_room(self.key), _room(self.key).upper())

    @property
    def is_alarm(self) -> bool:
        """Whether it tells a walker to beware: WARN or STOP."""
        return self.says in ("WARN", "STOP")


@dataclass(frozen=True)
class Fault:
    """A camera that did not see: from when to when, and what it was (dark, stalled ...)."""

    kind: str
    from_s: float
    until_s: float


@dataclass(frozen=True)
class WalkRecord:
    """All that is known of one walk after it.

    Parameters
    ----------
    number, name : int, str
        Of the walk.
    seconds : float
        How long it took.
    speed_mps : float
        At which its windows hold.
    moments : tuple of Moment
        In order.
    heard : tuple of Heard
        In order of their onsets.
    sounding : (N,) bool
        Whether anything was audible in each piece of :data:`PIECE_S`.
    faults : tuple of Fault
        In order.
    pictures : mapping of time to JPEG
        A few frames, empty unless they were asked for.
    """

    number: int
    name: str
    seconds: float
    speed_mps: float
    moments: tuple[Moment, ...]
    heard: tuple[Heard, ...]
    sounding: NDArray[np.bool_]
    faults: tuple[Fault, ...] = ()
    pictures: Mapping[float, bytes] = field(default_factory=dict)

    def at(self, time_s: float) -> Moment:
        """Return the newest moment that is not after a time; the first one before the walk."""
        times = [m.time_s for m in self.moments]
        return self.moments[max(0, int(np.searchsorted(times, time_s + 1e-6)) - 1)]

    def distance_at(self, id: int, time_s: float) -> float:
        """Return how far a thing really was at any time, metres; NaN when it was not there."""
        before = after = None
        for m in self.moments:
            thing = m.thing(id)
            if thing is None:
                continue
            if m.time_s <= time_s:
                before = (m.time_s, thing)
            elif after is None:
                after = (m.time_s, thing)
                break
        return _between(before, after, time_s)


#: Sound is looked at in pieces this long.
PIECE_S = 0.020
# A thing that was not in truth this long was not there in between either.
_GONE_S = 0.5


def _between(
    before: tuple[float, TrueThing] | None, after: tuple[float, TrueThing] | None, time_s: float
) -> float:
    near = [pair for pair in (before, after) if pair and abs(pair[0] - time_s) <= _GONE_S]
    if not near:
        return math.nan
    if len(near) == 1:
        moment_s, thing = near[0]
        return max(0.0, thing.distance_m - thing.closing_mps * (time_s - moment_s))
    (t0, first), (t1, second) = near
    return float(np.interp(time_s, [t0, t1], [first.distance_m, second.distance_m]))


def _room(key: str) -> str:
    return key.partition(".")[0]


def spells(flags: Sequence[bool], times_s: Sequence[float]) -> list[tuple[float, float]]:
    """Return from when to when a flag was up, given at each time."""
    found: list[tuple[float, float]] = []
    edges = np.flatnonzero(np.diff(np.r_[False, np.asarray(flags, bool), False].astype(np.int8)))
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        found.append((times_s[low], times_s[high - 1]))
    return found


def moments_in(record: WalkRecord, from_s: float, until_s: float) -> list[Moment]:
    """Return the moments between two times, both included; at least the newest before."""
    inside = [m for m in record.moments if from_s - 1e-6 <= m.time_s <= until_s + 1e-6]
    return inside or [record.at(from_s)]


def period_s(record: WalkRecord) -> float:
    """Return the usual time between two frames."""
    times = [m.time_s for m in record.moments]
    gaps = [b - a for a, b in pairwise(times)]
    return float(np.median(gaps)) if gaps else 0.0
