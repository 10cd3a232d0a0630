"""What is said of things at no known distance: once each, a name and a side (B8, B12)."""

from __future__ import annotations

import math

from followme.alerts.memory import Memory
from followme.alerts.spoken_type import NAMELESS, spoken_type
from followme.alerts.want import Source, Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Obstacle, Obstacles, Side, UnrangedThing, Zone


def as_obstacle(thing: UnrangedThing) -> Obstacle:
    """Return a thing in the form that phrases and memory take; all metres are NaN."""
    return Obstacle(
        track_id=thing.track_id,
        kind=thing.kind,
        label=thing.label,
        confidence=thing.confidence,
        nearest_m=(math.nan, math.nan, math.nan),
        distance_m=math.nan,
        distance_std_m=math.nan,
        bearing_rad=thing.bearing_rad,
        angular_width_rad=math.nan,
        bottom_m=math.nan,
        top_m=math.nan,
        y_min_m=math.nan,
        y_max_m=math.nan,
        zone=Zone.INFORM,
        side=thing.side,
    )


class UnrangedNews:
    """Things without metres that are worth a name, while that is all that can be said.

    No warning competes with them, so they are told in the verbosity "normal" too. A detector that
    loses a thing and finds it again makes a new one of it: the same words rest for a while.
    """

    def __init__(self) -> None:
        self._told_s: dict[tuple[str, Side], float] = {}

    def wants(
        self,
        obstacles: Obstacles,
        arrived_s: float,
        memory: Memory,
        now_s: float,
        s: SchedulerSettings,
    ) -> list[Want]:
        """Return one want for each thing that the user was not told of.

        Parameters
        ----------
        obstacles : Obstacles
            Newest.
        arrived_s : float
            When they came; older evidence than an intent's lifetime makes no intent.
        """
        if now_s - arrived_s > s.inform_lifetime_s:
            return []
        wants = []
        for thing in map(as_obstacle, obstacles.unranged):
            words = _words_of(thing)
            rests = now_s - self._told_s.get(words, -math.inf) < s.name_again_s
            # what cannot be named is no news where it cannot be located either
            if words[0] == NAMELESS or rests or memory.of(thing.track_id).last is not None:
                continue
            intent = Intent(
                key="inform.object",
                priority=Priority.INFORM,
                stamp_ns=obstacles.stamp_ns,
                born_s=arrived_s,
                lifetime_s=s.inform_lifetime_s,
                obstacle=thing,
            )
            wants.append(Want(intent, Source.TRACK, first=True, covers=(thing,)))
        return wants

    def heard(self, intent: Intent, now_s: float) -> None:
        """Note that the first sound of a message was heard."""
        if intent.obstacle is not None:
            self._told_s[_words_of(intent.obstacle)] = now_s


def _words_of(thing: Obstacle) -> tuple[str, Side]:
    return spoken_type(thing), thing.side
