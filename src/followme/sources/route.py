"""The way of a walker as a scene file gives it: go there, turn, stand; made into a path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from followme.sources.source import SourceError
from followme.sources.walker_path import FloorPose, Knot, WalkerPath

#: How hard a walker brakes and sets off, metres a second squared (specification B3).
BRAKES_MPS2 = 1.5
TURN_RADPS = math.radians(60.0)
_TURN_RAMP_S = 0.1
_STRAIGHT_RAD = math.radians(0.5)


@dataclass(frozen=True)
class Go:
    """Walk straight to a point; a walker who looks elsewhere turns toward it first, standing.

    Parameters
    ----------
    to_m : tuple of two floats
        In the frame of the scene.
    speed_mps : float or None
        None for the speed of the route.
    """

    to_m: tuple[float, float]
    speed_mps: float | None = None


@dataclass(frozen=True)
class Turn:
    """Turn on the spot.

    Parameters
    ----------
    by_rad : float
        To the left.
    rate_radps : float
        How fast, above 0.
    """

    by_rad: float
    rate_radps: float = TURN_RADPS


@dataclass(frozen=True)
class Stand:
    """Stand for a while."""

    seconds: float


Step = Go | Turn | Stand


@dataclass(frozen=True)
class Route:
    """Where a walker goes.

    Parameters
    ----------
    speed_mps : float
        How fast, unless a step says otherwise; 0 for who stands.
    start : FloorPose
        Where.
    steps : tuple of Go, Turn or Stand
        In their order; after the last one the walker stands. Empty: straight on without end.
    """

    speed_mps: float = 1.0
    start: FloorPose = field(default_factory=lambda: FloorPose(0.0, 0.0))
    steps: tuple[Step, ...] = ()

    def faster(self, speed_mps: float) -> Route:
        """Return the same way at another speed; steps with one of their own keep its share."""
        share = speed_mps / self.speed_mps if self.speed_mps > 0 else 1.0
        steps = tuple(
            replace(step, speed_mps=step.speed_mps * share)
            if isinstance(step, Go) and step.speed_mps is not None
            else step
            for step in self.steps
        )
        return Route(speed_mps, self.start, steps)

    def shifted(self, x_m: float, y_m: float) -> Route:
        """Return the same way beside this one."""
        start = FloorPose(self.start.x_m + x_m, self.start.y_m + y_m, self.start.yaw_rad)
        steps = tuple(
            replace(step, to_m=(step.to_m[0] + x_m, step.to_m[1] + y_m))
            if isinstance(step, Go)
            else step
            for step in self.steps
        )
        return Route(self.speed_mps, start, steps)

    def path(self, seconds: float) -> WalkerPath:
        """Return the path; a route without steps lasts these seconds."""
        if not self.steps:
            knots = (Knot(0.0, self.speed_mps), Knot(seconds, self.speed_mps))
            return WalkerPath(knots, self.start)
        walker = _Walker(self.start)
        steps = self._turned_steps()
        for n, step in enumerate(steps):
            if isinstance(step, Turn):
                walker.turn(step)
            elif isinstance(step, Stand):
                walker.wait(step.seconds)
            else:
                following = steps[n + 1] if n + 1 < len(steps) else None
                ends_at = self._speed(following) if isinstance(following, Go) else 0.0
                walker.go(step.to_m, self._speed(step), ends_at, sets_off=n > 0)
        return WalkerPath(tuple(walker.knots), self.start)

    def _speed(self, step: Go) -> float:
        return self.speed_mps if step.speed_mps is None else step.speed_mps

    def _turned_steps(self) -> Sequence[Step]:
        """Return the steps with the turns between them that nobody wrote."""
        steps: list[Step] = []
        at, heading = (self.start.x_m, self.start.y_m), self.start.yaw_rad
        for step in self.steps:
            if isinstance(step, Go):
                if math.dist(at, step.to_m) < 1e-3:
                    raise SourceError(
                        f"walker path: a walker who is at {list(step.to_m)} cannot go there, "
                        "leave it out"
                    )
                toward = math.atan2(step.to_m[1] - at[1], step.to_m[0] - at[0])
                by = math.remainder(toward - heading, math.tau)
                if abs(by) > _STRAIGHT_RAD:
                    steps.append(Turn(by))
                    heading += by
                at = step.to_m
            elif isinstance(step, Turn):
                heading += step.by_rad
            steps.append(step)
        return steps


@dataclass
class _Walker:
    """Collects knots."""

    at: FloorPose
    time_s: float = 0.0
    speed_mps: float = 0.0
    knots: list[Knot] = field(default_factory=list)

    def _knot(self, forward_mps: float = 0.0, yaw_rate_radps: float = 0.0) -> None:
        if self.knots and self.knots[-1].time_s >= self.time_s - 1e-9:
            self.knots.pop()
        self.knots.append(Knot(self.time_s, forward_mps, 0.0, yaw_rate_radps))

    def wait(self, seconds: float) -> None:
        self._knot()
        self.time_s += seconds
        self._knot()

    def turn(self, step: Turn) -> None:
        angle = abs(step.by_rad)
        rate = min(step.rate_radps, angle / _TURN_RAMP_S)
        signed = math.copysign(rate, step.by_rad)
        self._knot()
        for seconds, ends_at in (
            (_TURN_RAMP_S, signed),
            (angle / rate - _TURN_RAMP_S, signed),
            (_TURN_RAMP_S, 0.0),
        ):
            self.time_s += seconds
            self._knot(yaw_rate_radps=ends_at)
        self.at = replace(self.at, yaw_rad=self.at.yaw_rad + step.by_rad)

    def go(self, to_m: tuple[float, float], speed: float, ends_at: float, sets_off: bool) -> None:
        """Walk to a point; who begins with it is on the way already."""
        length = math.dist((self.at.x_m, self.at.y_m), to_m)
        begins = self.speed_mps if sets_off else speed
        for before, after, metres in _stretches(length, begins, speed, min(ends_at, speed)):
            self._knot(before)
            self.time_s += 2.0 * metres / (before + after)
            self._knot(after)
            self.speed_mps = after
        self.at = FloorPose(*to_m, self.at.yaw_rad)


def _stretches(
    length: float, begins: float, speed: float, ends_at: float
) -> list[tuple[float, float, float]]:
    """Return speed before and after, and length, of setting off, walking and braking."""
    peak = min(speed, math.sqrt(BRAKES_MPS2 * length + 0.5 * (begins**2 + ends_at**2)))
    if peak < begins:  # too near to brake gently
        return [(begins, ends_at, length)]
    off = (peak**2 - begins**2) / (2 * BRAKES_MPS2)
    brake = (peak**2 - ends_at**2) / (2 * BRAKES_MPS2)
    stretches = [(begins, peak, off), (peak, peak, length - off - brake), (peak, ends_at, brake)]
    return [stretch for stretch in stretches if stretch[2] > 1e-9]
