"""B1: how far a thing reaches into the way, over one swing of the walker's chest."""

from __future__ import annotations

from collections import deque

_TO_S = 1e-9


class SteadyReach:
    """Mean reach of one thing over the last swing.

    The direction of travel is only known to about half a degree while the chest sways: far away
    that is more than the few centimetres that decide whether a thing counts. Over one swing the
    error has no mean.

    Parameters
    ----------
    period_s : float
        Of a swing; 0 takes each frame as it is.
    """

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._seen: deque[tuple[int, float]] = deque()

    def update(self, now_ns: int, reach_m: float) -> float:
        """Take the reach of one frame and return the mean, metres.

        Parameters
        ----------
        now_ns : int
            Of the frame.
        reach_m : float
            Into the corridor, negative outside.
        """
        self._seen.append((now_ns, reach_m))
        while (now_ns - self._seen[0][0]) * _TO_S > self._period_s:
            self._seen.popleft()
        return sum(reach for _, reach in self._seen) / len(self._seen)
