"""B1: the space that the walker is about to pass through, and what counts as standing in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from followme.settings import CorridorSettings, WalkerSettings


class Band(IntEnum):
    """Where on the body something would hit."""

    FLOOR = 0
    FOOT = 1
    TORSO = 2
    HEAD = 3
    ABOVE = 4


@dataclass(frozen=True)
class Extent:
    """How large a set of points is.

    Parameters
    ----------
    width_m, depth_m : float
        Across the corridor and along it.
    bottom_m, top_m : float
        Above the floor.
    """

    width_m: float
    depth_m: float
    bottom_m: float
    top_m: float


@dataclass(frozen=True)
class Corridor:
    """The prism of B1 along the direction of travel.

    Parameters
    ----------
    s : CorridorSettings
        Widths, lengths, bands.
    walker : WalkerSettings
        How tall the walker is.
    """

    s: CorridorSettings
    walker: WalkerSettings

    @property
    def head_high_m(self) -> float:
        """Height of the corridor: a building's least headroom, or more for a tall walker."""
        return max(self.s.head_min_m, self.walker.height_m + self.s.head_margin_m)

    def half_width(self, forward_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return half of the width at each distance along the corridor, metres."""
        beyond = np.maximum(forward_m - np.float32(self.s.straight_m), np.float32(0.0))
        return np.asarray(np.float32(self.s.half_width_m) + np.float32(self.s.widening) * beyond)

    def half_width_at(self, forward_m: float) -> float:
        """Return half of the width at one distance along the corridor, metres."""
        return self.s.half_width_m + self.s.widening * max(forward_m - self.s.straight_m, 0.0)

    def band(self, height_m: float) -> Band:
        """Return the band that a height above the floor falls into."""
        limits = (self.s.foot_low_m, self.s.cane_high_m, self.s.torso_high_m, self.head_high_m)
        return Band(sum(height_m >= limit for limit in limits))

    def big_enough(self, extent: Extent) -> bool:
        """Whether something of this size counts.

        It counts with 0.05 m of height in the foot band, else with 0.03 m by 0.15 m, whichever
        way it is turned: a table's edge is as thin as a pole, only lying.
        """
        bottom_m = max(extent.bottom_m, 0.0)
        foot_m = min(extent.top_m, self.s.cane_high_m) - bottom_m
        if foot_m >= self.s.foot_low_m and extent.width_m >= self.s.min_width_m:
            return True
        if bottom_m > self.head_high_m - self.s.intrusion_m:
            return False
        tall_m = min(extent.top_m, self.head_high_m) - bottom_m
        _, middle_m, longest_m = sorted((extent.width_m, extent.depth_m, tall_m))
        return middle_m >= self.s.min_width_m and longest_m >= self.s.min_height_m

    def cane_blind(self, bottom_m: float) -> bool:
        """Whether a cane passes below a lowest edge at this height."""
        return self.band(bottom_m) in (Band.TORSO, Band.HEAD)
