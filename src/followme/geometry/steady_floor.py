"""Whether the floor of a frame can be the one that the walker walked on a moment ago (B11).

Close to stairs the plane that fits best lies along the steps, and below a plane that leans up
plain floor looks like a hole.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from followme.settings import GroundSettings
from followme.values.camera import Attitude


class SteadyFloor:
    """The median of how the camera stood over the last floors.

    Parameters
    ----------
    s : GroundSettings
        How far back, how far off.
    """

    def __init__(self, s: GroundSettings) -> None:
        self._s = s
        self._seen: deque[tuple[int, float, float]] = deque()

    def reset(self) -> None:
        """Forget all floors."""
        self._seen.clear()

    def agrees(self, stamp_ns: int, attitude: Attitude) -> bool:
        """Take the floor of one frame; return whether it lies where the floor lay.

        Parameters
        ----------
        stamp_ns : int
            Of the frame.
        attitude : Attitude
            Of the camera over that floor.
        """
        self._seen.append((stamp_ns, attitude.height_m, attitude.pitch_rad))
        while (stamp_ns - self._seen[0][0]) * 1e-9 > self._s.steady_s:
            self._seen.popleft()
        _, height_m, pitch_rad = np.median(np.asarray(self._seen), axis=0)
        tilted_deg = np.degrees(abs(attitude.pitch_rad - pitch_rad))
        moved_m = abs(attitude.height_m - height_m)
        return bool(tilted_deg <= self._s.steady_deg and moved_m <= self._s.steady_m)
