"""How the walker moved."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Motion:
    """Velocity of the walker, in the walker frame (x forward, y left, z up).

    Parameters
    ----------
    stamp_ns : int
        Of the image at whose time the velocity held.
    forward_mps, left_mps : float
        Speed over the floor; NaN unknown.
    yaw_rate_radps : float
        Turn to the left is positive; NaN unknown.
    """

    stamp_ns: int
    forward_mps: float
    left_mps: float
    yaw_rate_radps: float

    @property
    def speed_mps(self) -> float:
        """Speed over the floor, metres a second; NaN unknown."""
        return math.hypot(self.forward_mps, self.left_mps)
