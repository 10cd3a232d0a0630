"""How things move: when they begin, whither they go, how doors swing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from followme.sources.source import SourceError

_STEP_HZ = 0.9
# people swing their limbs once for each metre and a bit, however fast they go
_STRIDE_RAD_PER_M = 2.0 * math.pi * _STEP_HZ


class Placement(NamedTuple):
    """Where a thing is, as seen from its place at rest.

    Parameters
    ----------
    shift_m : tuple of two floats
        How far its origin has gone, in the frame of the scene.
    turn_rad : float
        How far it has turned about its origin, to the left.
    stride_rad : float
        Phase of the swinging limbs; 0 while it stands.
    """

    shift_m: tuple[float, float] = (0.0, 0.0)
    turn_rad: float = 0.0
    stride_rad: float = 0.0


#: Where a thing is that has not moved.
AT_REST = Placement()


class Course(Protocol):
    """A motion."""

    def placed_at(self, time_s: float) -> Placement:
        """Return the place at a time of its own; before 0 it rests (minus infinity too)."""
        ...


@dataclass(frozen=True)
class Stands:
    """No motion at all."""

    def placed_at(self, time_s: float) -> Placement:
        """Return the place at rest."""
        return AT_REST


#: Of what never moves.
STANDS = Stands()


@dataclass(frozen=True)
class Straight:
    """Straight on for ever.

    Parameters
    ----------
    velocity_mps : tuple of two floats
        In the frame of the scene.
    from_s : float
        It stands until then.
    """

    velocity_mps: tuple[float, float]
    from_s: float = 0.0

    def placed_at(self, time_s: float) -> Placement:
        """Return the place at a time."""
        moved_s = max(0.0, time_s - self.from_s)
        shift = self.velocity_mps[0] * moved_s, self.velocity_mps[1] * moved_s
        walks = self.velocity_mps != (0.0, 0.0) and moved_s > 0.0
        return Placement(shift, 0.0, 2.0 * math.pi * _STEP_HZ * moved_s if walks else 0.0)


@dataclass(frozen=True)
class Way:
    """From point to point at one speed, then it stands.

    Parameters
    ----------
    points_m : tuple of pairs of floats
        Where it goes, from its place at rest (0, 0), axes of the scene.
    speed_mps : float
        Above 0.
    heading_rad : float or None
        How it is turned at rest, when it turns to face the way; None when it keeps its heading.
    """

    points_m: tuple[tuple[float, float], ...]
    speed_mps: float
    heading_rad: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.speed_mps < math.inf:
            raise SourceError(f"way: speed {self.speed_mps!r} m/s must be above 0")
        if not self.points_m or not np.isfinite(self.points_m).all():
            raise SourceError(f"way: points {self.points_m} must be one or more pairs of metres")
        if not all(self._lengths_m > 0):
            raise SourceError(f"way: points {self.points_m} must each differ from the one before")

    @cached_property
    def _knots_m(self) -> np.ndarray:
        return np.array([(0.0, 0.0), *self.points_m])

    @cached_property
    def _lengths_m(self) -> np.ndarray:
        return np.asarray(np.hypot(*np.diff(self._knots_m, axis=0).T))

    @cached_property
    def _reached_m(self) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(self._lengths_m)])

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return float(self._reached_m[-1]) / self.speed_mps

    def placed_at(self, time_s: float) -> Placement:
        """Return the place at a time."""
        if time_s <= 0.0:
            return AT_REST
        gone_m = min(time_s * self.speed_mps, float(self._reached_m[-1]))
        x, y = (float(np.interp(gone_m, self._reached_m, self._knots_m[:, i])) for i in (0, 1))
        stride = _STRIDE_RAD_PER_M * gone_m if time_s < self.seconds else 0.0
        return Placement((x, y), self._turned_rad(gone_m), stride)

    def _turned_rad(self, gone_m: float) -> float:
        if self.heading_rad is None:
            return 0.0
        leg = int(np.searchsorted(self._reached_m[1:-1], gone_m, side="right"))
        x, y = self._knots_m[leg + 1] - self._knots_m[leg]
        return math.atan2(y, x) - self.heading_rad


@dataclass(frozen=True)
class Swing:
    """A turn about the origin of the thing, as a door swings about its hinge.

    Parameters
    ----------
    by_rad : float
        How far, to the left.
    seconds : float
        How long; it begins and ends gently.
    """

    by_rad: float
    seconds: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.by_rad) and 0 < self.seconds < math.inf):
            raise SourceError(f"swing: {self.seconds!r} s must be above 0, and its angle finite")

    def placed_at(self, time_s: float) -> Placement:
        """Return the place at a time."""
        share = min(1.0, max(0.0, time_s / self.seconds))
        return Placement((0.0, 0.0), self.by_rad * share * share * (3.0 - 2.0 * share))


@dataclass(frozen=True)
class Start:
    """When a thing begins: at a time, or by where the walker is. At most one of these is given.

    Parameters
    ----------
    time_s : float
        Of the walk.
    walker_within_m : float or None
        Once the walker is this near to the nearest point of the thing at rest.
    walker_at_x_m : float or None
        Once the walker has come this far along the corridor.
    """

    time_s: float = 0.0
    walker_within_m: float | None = None
    walker_at_x_m: float | None = None

    @property
    def waits_for_walker(self) -> bool:
        """Whether a time alone does not tell."""
        return self.walker_within_m is not None or self.walker_at_x_m is not None


#: At the start of the walk.
AT_ONCE = Start()


@dataclass(frozen=True)
class Moment:
    """A time of a walk, with what the walker has set going by then.

    Parameters
    ----------
    time_s : float
        Of the walk.
    began_s : mapping of int to float
        When those things began that wait for the walker, by id; who is not in it still waits.
    """

    time_s: float
    began_s: Mapping[int, float] = field(default_factory=dict)

    def since(self, id: int, start: Start) -> float:
        """Return the time of a thing's own, seconds since it began; negative before."""
        if start.waits_for_walker:
            return self.time_s - self.began_s.get(id, math.inf)
        return self.time_s - start.time_s
