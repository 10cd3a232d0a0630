"""B1: where the walker is going, as opposed to where the camera looks."""

from __future__ import annotations

import math

from followme.geometry.motion_step import MotionStep
from followme.settings import CorridorSettings


class TravelDirection:
    """Direction of travel in the walker frame, positive to the left.

    A chest sways with each step, the way does not: the direction follows the measured one with
    a time constant, except in real turns, where it would lag behind.

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
        self.heading_rad = 0.0
        self._yaw_rate_radps = 0.0

    def update(self, step: MotionStep) -> float:
        """Take the move since the last frame and return the direction, radians."""
        if not step.known or step.dt_s <= 0.0:
            self.heading_rad = self._yaw_rate_radps = 0.0
            return self.heading_rad
        share = 1.0 - math.exp(-step.dt_s / max(self._s.heading_s, 1e-6))
        self._yaw_rate_radps += share * (step.yaw_rad / step.dt_s - self._yaw_rate_radps)
        measured = self._measured(step)
        if abs(self._yaw_rate_radps) > math.radians(self._s.turn_degps):
            self.heading_rad = measured
        else:
            carried = self.heading_rad - step.yaw_rad
            self.heading_rad = carried + share * (measured - carried)
        limit = math.radians(self._s.max_heading_deg)
        self.heading_rad = max(-limit, min(limit, self.heading_rad))
        return self.heading_rad

    def _measured(self, step: MotionStep) -> float:
        # a walker who stands, or steps back, faces what matters next
        if step.forward_mps < self._s.heading_from_mps:
            return 0.0
        return math.atan2(step.left_mps, step.forward_mps)
