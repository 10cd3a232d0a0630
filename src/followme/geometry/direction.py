"""B1: where the walker is going, as opposed to where the camera looks this instant."""

from __future__ import annotations

import math

from followme.geometry.motion_step import MotionStep
from followme.settings import CorridorSettings

# B3: who is slower stands; there is no step to sway with.
_STANDS_MPS = 0.15


class TravelDirection:
    """Direction of the corridor in the walker frame, positive to the left.

    A chest sways with each step, the way does not: the direction is where the camera looks,
    low-passed, except in real turns and in those on the spot, where it would lag behind. The
    walker's speed tells how far the chest is turned away just now; a sidestep is no sway and does
    not turn the way.

    Parameters
    ----------
    s : CorridorSettings
        Time constant, rate of a real turn, largest deviation.
    """

    def __init__(self, s: CorridorSettings) -> None:
        self._s = s
        self.reset()

    def reset(self) -> None:
        """Forget: the way leads where the camera looks."""
        self._heading_rad = 0.0
        self._yaw_rate_radps = 0.0
        self._courses = 0

    def update(self, step: MotionStep) -> float:
        """Take the move since the last frame and return the direction, radians."""
        if not step.known or step.dt_s <= 0.0:
            self.reset()
            self._heading_rad = self._course_rad(step, 0.0)
            return self._limited_rad()
        kept = math.exp(-step.dt_s / max(self._s.heading_s, 1e-6))
        rate = step.yaw_rad / step.dt_s
        self._yaw_rate_radps = kept * self._yaw_rate_radps + (1.0 - kept) * rate
        if abs(self._yaw_rate_radps) > math.radians(self._s.turn_degps):
            self._heading_rad = 0.0
        else:
            # who turns on the spot does not sway, but is about to walk somewhere else
            stands = step.speed_mps < _STANDS_MPS
            before_rad = self._heading_rad - (0.0 if stands else step.yaw_rad)
            share = 1.0 - kept
            if step.left_mps != 0.0:  # who knows forward speed alone does not see the chest turn
                self._courses += 1
                # growing memory at first: the chest may be turned away when the walk begins
                share = max(share, 1.0 / self._courses)
            course_rad = self._course_rad(step, before_rad)
            self._heading_rad = before_rad + share * (course_rad - before_rad)
        self._heading_rad = self._limited_rad()
        return self._heading_rad

    def _limited_rad(self) -> float:
        limit_rad = math.radians(self._s.max_heading_deg)
        return max(-limit_rad, min(limit_rad, self._heading_rad))

    def _course_rad(self, step: MotionStep, before_rad: float) -> float:
        """Return whither the walker goes at the end of a step; 0 where that cannot be told."""
        if not step.known or step.forward_mps < self._s.course_from_mps:
            return 0.0
        course_rad = math.atan2(step.left_mps, step.forward_mps) - 0.5 * step.yaw_rad
        sways = abs(course_rad - before_rad) <= math.radians(self._s.sway_deg)
        return course_rad if sways else 0.0
