"""B10: people who cross the way, and are out of it when the walker comes there."""

from __future__ import annotations

import math

from followme.geometry.motion_step import MotionStep
from followme.settings import TrackingSettings

_LEAST_DT_S = 0.02  # a shorter interval would turn noise into speed


class Crossing:
    """How fast both edges of one thing move to the left over the floor.

    What comes into view, or out from behind something, moves one of its edges only; so does a
    wall along which the walker goes. Only what both edges tell is believed.

    Parameters
    ----------
    s : TrackingSettings
        How long before it means something, share of a new one.
    """

    def __init__(self, s: TrackingSettings) -> None:
        self._s = s
        self._frames = 0
        self._edges: tuple[tuple[float, float], tuple[float, float]] | None = None
        self._right_mps = self._left_mps = 0.0

    @property
    def mps(self) -> float:
        """Speed to the left, negative to the right; 0 as long as that is not sure."""
        if self._frames < self._s.crossing_frames or self._right_mps * self._left_mps <= 0.0:
            return 0.0
        slower = min(abs(self._right_mps), abs(self._left_mps))
        return math.copysign(slower, self._right_mps)

    def carry(self, step: MotionStep) -> None:
        """Let the walker move: whatever stands is then seen from elsewhere."""
        if not step.known:
            self._edges, self._frames = None, 0
        elif self._edges is not None:
            right, left = self._edges
            self._edges = step.carry(*right), step.carry(*left)

    def take(self, x_m: float, right_m: float, left_m: float, dt_s: float) -> None:
        """Take where the edges are seen, ``dt_s`` after the last time."""
        if self._edges is not None:
            (_, before_right_m), (_, before_left_m) = self._edges
            self._frames += 1
            share = max(self._s.crossing_share, 1.0 / self._frames)
            dt_s = max(dt_s, _LEAST_DT_S)
            self._right_mps += share * ((right_m - before_right_m) / dt_s - self._right_mps)
            self._left_mps += share * ((left_m - before_left_m) / dt_s - self._left_mps)
        self._edges = (x_m, right_m), (x_m, left_m)

    def lose(self) -> None:
        """Note that it was not seen: where its edges are now is not known."""
        self._edges, self._frames = None, 0


def is_gone_at_contact(
    span_m: tuple[float, float], crossing_mps: float, contact_s: float, half_m: float
) -> bool:
    """Return whether a thing that crosses has left the way when the walker comes there.

    Parameters
    ----------
    span_m : tuple of two floats
        Rightmost and leftmost point across the corridor now, left positive.
    crossing_mps : float
        How fast it moves to the left over the floor.
    contact_s : float
        Until the walker is there, if it stood.
    half_m : float
        Half of the way that must be free, with what is kept beside it.
    """
    right_m, left_m = (edge_m + crossing_mps * contact_s for edge_m in span_m)
    return right_m >= half_m if crossing_mps > 0.0 else left_m <= -half_m
