"""The time of a recording that is played, against the time that passes."""

from __future__ import annotations

import time
from collections.abc import Callable


class PlaybackClock:
    """Begins with the first message that is asked for.

    Parameters
    ----------
    rate : float
        Times the speed of the recording.
    monotonic_s : callable
        The time that passes, seconds.
    """

    def __init__(self, rate: float, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._monotonic_s = monotonic_s
        self._first_ns: int | None = None
        self._begin_s = 0.0

    def due_s(self, recorded_ns: int) -> float:
        """Return when, on the clock that passes, a message is to be given."""
        if self._first_ns is None:
            self._first_ns, self._begin_s = recorded_ns, self._monotonic_s()
        return self._begin_s + (recorded_ns - self._first_ns) * 1e-9 / self._rate

    def now_ns(self) -> int:
        """Return now, on the clock of the recording."""
        gone_s = (self._monotonic_s() - self._begin_s) * self._rate
        return (self._first_ns or 0) + round(gone_s * 1e9)

    def played_s(self, recorded_ns: int) -> float:
        """Return how much of the recording lies before a message, seconds."""
        return (recorded_ns - (self._first_ns or recorded_ns)) * 1e-9
