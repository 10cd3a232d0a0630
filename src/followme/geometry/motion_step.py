"""How far the walker moved between two frames, and where that leaves a thing that stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

from followme.values.motion import Motion


@dataclass(frozen=True)
class MotionStep:
    """The walker's move over one interval, in the walker frame at its beginning.

    Parameters
    ----------
    dt_s : float
        Length of the interval.
    forward_mps, left_mps : float
        Mean speed; 0 where unknown.
    yaw_rad : float
        Turn to the left; 0 where unknown.
    known : bool
        Whether the speed was measured.
    """

    dt_s: float
    forward_mps: float = 0.0
    left_mps: float = 0.0
    yaw_rad: float = 0.0
    known: bool = False

    @classmethod
    def over(cls, dt_s: float, motion: Motion | None, before: Motion | None = None) -> MotionStep:
        """Take the mean of the velocities at both ends of an interval; without one the other."""
        ends = [m for m in (before, motion) if m is not None and not math.isnan(m.speed_mps)]
        if motion is None or motion not in ends:
            return cls(dt_s)
        rates = [0.0 if math.isnan(m.yaw_rate_radps) else m.yaw_rate_radps for m in ends]
        return cls(
            dt_s,
            sum(m.forward_mps for m in ends) / len(ends),
            sum(m.left_mps for m in ends) / len(ends),
            sum(rates) / len(ends) * dt_s,
            known=True,
        )

    @property
    def speed_mps(self) -> float:
        """Speed over the floor; NaN unknown."""
        return math.hypot(self.forward_mps, self.left_mps) if self.known else math.nan

    def shift_m(self) -> tuple[float, float]:
        """Return the way covered, seen from the beginning: along the chord of the arc."""
        half = 0.5 * self.yaw_rad
        forward_m, left_m = self.forward_mps * self.dt_s, self.left_mps * self.dt_s
        c, s = math.cos(half), math.sin(half)
        return c * forward_m - s * left_m, s * forward_m + c * left_m

    def carry(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return where a standing point of the old walker frame lies in the new one."""
        dx, dy = self.shift_m()
        return self.turn(x_m - dx, y_m - dy)

    def turn(self, x: float, y: float) -> tuple[float, float]:
        """Return a direction of the old walker frame in the new one."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return c * x + s * y, -s * x + c * y
