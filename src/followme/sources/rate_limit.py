"""Which frames of a recording are given when it has more than a user wants."""

from __future__ import annotations


class RateLimit:
    """Lets frames pass at most at a rate, by their stamps; between two, time stays as recorded.

    Parameters
    ----------
    rate_hz : float
        Frames a second at most.
    """

    def __init__(self, rate_hz: float) -> None:
        self._period_ns = round(1e9 / rate_hz)
        # stamps waver: a frame that comes a little early is the one that was meant
        self._early_ns = self._period_ns // 5
        self._due_ns: int | None = None

    def passes(self, stamp_ns: int) -> bool:
        """Return whether the frame of this stamp is given; stamps rise."""
        due_ns = stamp_ns if self._due_ns is None else self._due_ns
        if stamp_ns < due_ns - self._early_ns:
            return False
        # after a gap the beat begins anew, else lost frames would be made up for by a burst
        beat_ns = stamp_ns if stamp_ns > due_ns + self._period_ns else due_ns
        self._due_ns = beat_ns + self._period_ns
        return True
