"""Something worth saying, and what became of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, IntEnum

from followme.values.obstacle import Kind, Obstacle, Side, Zone


class Priority(IntEnum):
    """Who may cut whom (assistive specification B7); lower is more urgent."""

    LOST = 0
    STOP_DROP = 1
    STOP = 2
    WARN_HAZARD = 3
    WARN = 4
    REPLY = 5
    INFORM = 6
    CLEAR = 7


class Outcome(str, Enum):
    """What became of something worth saying; all but STARTED are final."""

    STARTED = "started"
    SPOKEN = "spoken"
    CUT = "cut"
    DROPPED_STALE = "dropped_stale"
    DROPPED_GONE = "dropped_gone"
    DROPPED_CAPPED = "dropped_capped"
    DROPPED_MUTED = "dropped_muted"
    FAILED = "failed"


@dataclass(frozen=True)
class Intent:
    """Something worth saying; never a string, because the world moves on while it waits.

    Parameters
    ----------
    key : str
        Phrase in the catalogue, such as "stop.object" or "health.vision_lost".
    priority : Priority
        Who may cut whom.
    stamp_ns : int
        Of the evidence.
    born_s : float
        When it was decided, seconds of the clock that drives the scheduler.
    lifetime_s : float
        After which it must not begin to sound.
    obstacle : Obstacle or None
        What it is about, as last seen.
    """

    key: str
    priority: Priority
    stamp_ns: int
    born_s: float
    lifetime_s: float
    obstacle: Obstacle | None = None

    @property
    def track_id(self) -> int:
        """Of its obstacle, -1 when it is about none."""
        return -1 if self.obstacle is None else self.obstacle.track_id

    @property
    def guards(self) -> bool:
        """Whether a walker's safety hangs on hearing it: lost sight and STOP."""
        return self.priority <= Priority.STOP

    @property
    def zone(self) -> Zone:
        """Of its obstacle, CLEAR when it is about none."""
        return Zone.CLEAR if self.obstacle is None else self.obstacle.zone


@dataclass(frozen=True)
class Utterance:
    """An intent in words, ready for a voice.

    Parameters
    ----------
    intent : Intent
        What it says.
    text : str
        The words; empty when a tone alone will do.
    tone : str
        Earcon that comes before the words, empty for none.
    """

    intent: Intent
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Announcement:
    """The record of one intent: said, cut or dropped.

    Parameters
    ----------
    stamp_ns : int
        Of the evidence.
    text, key : str
        Words and catalogue key.
    priority : Priority
    track_id : int
        -1 for none.
    zone, kind, side
        Of the obstacle; CLEAR, UNKNOWN and AHEAD for none.
    distance_m : float
        As spoken or as last known; NaN for none.
    onset_s : float
        First audible sample, seconds on the sound track; NaN when it was not heard.
    outcome : Outcome
    latency_s : float
        From the stamp of the evidence to the first audible sample; NaN when it was not heard.
    """

    stamp_ns: int
    text: str
    key: str
    priority: Priority
    track_id: int = -1
    zone: Zone = Zone.CLEAR
    kind: Kind = Kind.UNKNOWN
    side: Side = Side.AHEAD
    distance_m: float = math.nan
    onset_s: float = math.nan
    outcome: Outcome = Outcome.SPOKEN
    latency_s: float = math.nan

    @classmethod
    def of(
        cls,
        utterance: Utterance,
        outcome: Outcome,
        onset_s: float = math.nan,
        latency_s: float = math.nan,
    ) -> Announcement:
        """Record what became of an utterance."""
        intent, thing = utterance.intent, utterance.intent.obstacle
        return cls(
            stamp_ns=intent.stamp_ns,
            text=utterance.text,
            key=intent.key,
            priority=intent.priority,
            track_id=intent.track_id,
            zone=intent.zone,
            kind=Kind.UNKNOWN if thing is None else thing.kind,
            side=Side.AHEAD if thing is None else thing.side,
            distance_m=math.nan if thing is None else thing.distance_m,
            onset_s=onset_s,
            outcome=outcome,
            latency_s=latency_s,
        )
