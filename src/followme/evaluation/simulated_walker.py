"""A walker who answers to what they hear: stops, steps aside, walks on; with a cane, always.

Simple on purpose, and the same with and without FollowMe: what differs is only what is heard. Real
walkers differ from it and from each other; its figure compares, it does not promise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from followme.evaluation.floor_plan import Part
from followme.sources.walker_path import FloorPose
from followme.values.intent import Announcement
from followme.values.obstacle import Kind, Side, Zone

#: From the body to the tip of the cane.
CANE_REACH_M = 1.0
#: Half of the width in which what a cane finds is evaded: what it touches beyond the shoulders
#: is a line to walk along.
CANE_HALF_M = 0.30
#: Edges above are passed below by a cane (B1).
CANE_HIGH_M = 0.685
#: Lower things are stepped over, shallower holes too (R7: canes find drops of 4 to 8 cm).
CANE_LOW_M, CANE_DROP_M = 0.05, 0.06
#: From camera to the leading foot, arm or belly (A: d_eff).
REACH_M = 0.40
#: Half of a body.
BODY_HALF_M = 0.25
BODY_HIGH_M = 1.75

_REACTION_S, _REACTION_SPREAD_S = 0.50, 0.06  # R8: 0.46 s young, 0.57 s older
_BRAKE_MPS2 = 1.5
_SPEED_UP_MPS2 = 0.8
_SIDE_MPS = 0.35
_STAND_S = 1.0
_SLOWED = 0.6
_STEP_M = 0.65
# A walker stays aside until the place of which they heard is behind them by this much; where they
# heard no distance they take it to be so far.
_BEHIND_M, _UNHEARD_M = 1.0, 2.0
# What the cane feels beside the body is not walked into.
_BESIDE_M = 0.25
_SLOW_S = 3.0
# What a cane has not touched this long is found anew.
_AGAIN_S = 2.0
_TOUCHES_S = 0.2
# Words about a warning must be heard before they can be followed.
_WORDS_S = 1.2
# A slower walker stands.
_STANDS_MPS = 0.15
_BACK_M = -0.10


@dataclass(frozen=True)
class _Answer:
    """What will be done about a message, and when."""

    at_s: float
    stop: bool
    side: Side
    distance_m: float = _UNHEARD_M


@dataclass
class SimulatedWalker:
    """Walks along x of a scene.

    Parameters
    ----------
    start : FloorPose
        Where the walk begins.
    speed_mps : float
        Preferred.
    seed : int
        Of the reaction times, and of the side taken when none is better.
    listens : bool
        False: with the cane alone.
    """

    start: FloorPose
    speed_mps: float
    seed: int = 0
    listens: bool = True
    contacts: list[int] = field(default_factory=list)
    _answers: list[_Answer] = field(default_factory=list)
    _found_s: dict[int, float] = field(default_factory=dict)
    _stops_s: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([self.seed, 17])
        self.pose = self.start
        self.forward_mps, self.left_mps = self.speed_mps, 0.0
        self._aside_m = self.start.y_m
        self._stands_until_s = -math.inf
        self._slow_until_s = -math.inf
        self._evades: Side | None = None
        self._evades_until_m = -math.inf

    def hears(self, onset_s: float, a: Announcement) -> None:
        """Take in a message; the answer comes after a reaction time."""
        if not self.listens or a.zone not in (Zone.WARN, Zone.STOP):
            return
        # tone and word "stop" come first, so a walker need not hear it out
        heard_s = 0.0 if a.zone is Zone.STOP else _WORDS_S if a.text else 0.15
        at_s = onset_s + heard_s + self._reaction_s()
        told = any(c.isdigit() for c in a.text)
        distance_m = a.distance_m if told else _UNHEARD_M
        self._answers.append(_Answer(at_s, a.zone is Zone.STOP, a.side, distance_m))

    def walk(self, time_s: float, step_s: float, parts: Sequence[Part]) -> None:
        """Go on for ``step_s``; parts are those around at the pose of now."""
        due = [answer for answer in self._answers if answer.at_s <= time_s]
        self._answers = [answer for answer in self._answers if answer.at_s > time_s]
        for answer in due:
            self._follow(answer, time_s)
        self._sweep(time_s, parts)
        self._touch(time_s, parts)
        self._move(time_s, step_s, parts)

    def _follow(self, answer: _Answer, time_s: float) -> None:
        if answer.stop:
            self._stands_until_s = time_s + self.speed_mps / _BRAKE_MPS2 + _STAND_S
        else:
            self._slow_until_s = time_s + _SLOW_S
        self._step_aside(answer)

    def _step_aside(self, answer: _Answer) -> None:
        """Choose where to pass: away from the thing, else where there is more room."""
        until_m = self.pose.x_m + answer.distance_m + _BEHIND_M
        self._evades_until_m = max(self._evades_until_m, until_m)
        if self._evades is not None and answer.side in (self._evades, Side.AHEAD):
            return
        if answer.side in (Side.AHEAD_LEFT, Side.LEFT):
            way = -1.0
        elif answer.side in (Side.AHEAD_RIGHT, Side.RIGHT):
            way = 1.0
        else:
            way = -math.copysign(1.0, self.pose.y_m) if abs(self.pose.y_m) > 0.05 else self._coin()
        self._evades = answer.side
        self._aside_m = self.pose.y_m + way * _STEP_M

    def _sweep(self, time_s: float, parts: Sequence[Part]) -> None:
        """Let the cane find what stands low: the walker stops and steps aside."""
        for part in parts:
            if not (_is_low(part) or _is_drop(part)):
                continue
            shape = part.in_box(0.0, REACH_M + CANE_REACH_M, -CANE_HALF_M, CANE_HALF_M)
            if not shape:
                continue
            id = part.outline.id
            if time_s - self._found_s.get(id, -math.inf) > _AGAIN_S:
                middle_m = sum(y for _, y in shape) / len(shape)
                at_s = time_s + self._reaction_s()
                self._answers.append(_Answer(at_s, True, _side_of(middle_m)))
                self._stops_s[id] = at_s
            self._found_s[id] = time_s
            # nobody goes on into what the cane still touches
            if time_s >= self._stops_s[id]:
                self._stands_until_s = max(self._stands_until_s, time_s + _TOUCHES_S)

    def _touch(self, time_s: float, parts: Sequence[Part]) -> None:
        for part in parts:
            o = part.outline
            hits = (o.bottom_m < BODY_HIGH_M and o.top_m > CANE_LOW_M) or _is_drop(part)
            if not hits or o.id <= 0 or o.id in self.contacts or not self._moves_into(part):
                continue
            if part.in_box(_BACK_M, REACH_M, -BODY_HALF_M, BODY_HALF_M):
                self.contacts.append(o.id)
                self._stands_until_s = time_s + _STAND_S

    def _moves_into(self, part: Part) -> bool:
        """Whether it is the walker who comes: people walk around one who stands or steps aside."""
        if part.outline.kind is Kind.PERSON:
            return self.forward_mps > _STANDS_MPS
        return math.hypot(self.forward_mps, self.left_mps) > _STANDS_MPS

    def _move(self, time_s: float, step_s: float, parts: Sequence[Part]) -> None:
        stands = time_s < self._stands_until_s
        wanted_mps = 0.0 if stands else self.speed_mps
        if not stands and time_s < self._slow_until_s:
            wanted_mps *= _SLOWED
        if self.pose.x_m >= self._evades_until_m:
            self._evades, self._aside_m = None, self.start.y_m
        limit = _BRAKE_MPS2 if wanted_mps < self.forward_mps else _SPEED_UP_MPS2
        change = wanted_mps - self.forward_mps
        self.forward_mps += max(-limit * step_s, min(limit * step_s, change))
        # who brakes does not step aside yet
        braking = stands and self.forward_mps > 0.05
        self.left_mps = 0.0 if braking else self._sideways_mps(step_s, parts)
        self.pose = FloorPose(
            self.pose.x_m + self.forward_mps * step_s, self.pose.y_m + self.left_mps * step_s
        )

    def _sideways_mps(self, step_s: float, parts: Sequence[Part]) -> float:
        missing_m = self._aside_m - self.pose.y_m
        if abs(missing_m) < 1e-3:
            return 0.0
        inner, outer = BODY_HALF_M, BODY_HALF_M + _BESIDE_M
        across = (inner, outer) if missing_m > 0.0 else (-outer, -inner)
        if any(_is_low(part) and part.in_box(_BACK_M, REACH_M, *across) for part in parts):
            return 0.0
        return max(-_SIDE_MPS, min(_SIDE_MPS, missing_m / step_s))

    def _reaction_s(self) -> float:
        return max(0.3, float(self._rng.normal(_REACTION_S, _REACTION_SPREAD_S)))

    def _coin(self) -> float:
        return 1.0 if self._rng.random() < 0.5 else -1.0


def _side_of(y_m: float) -> Side:
    if abs(y_m) < 0.08:
        return Side.AHEAD
    return Side.AHEAD_LEFT if y_m > 0.0 else Side.AHEAD_RIGHT


def _is_low(part: Part) -> bool:
    return part.outline.bottom_m < CANE_HIGH_M and part.outline.top_m > CANE_LOW_M


def _is_drop(part: Part) -> bool:
    return part.outline.bottom_m <= -CANE_DROP_M
