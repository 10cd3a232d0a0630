"""Three words about a stream: alive, on rate, valid."""

from __future__ import annotations

import math
from collections import deque

from followme.health.streams import Stream

# Rate is counted over this long, or over ten periods of a slow stream.
_WINDOW_S = 2.0
_WINDOW_PERIODS = 10.0
_ON_RATE_SHARE = 0.9


class StreamMonitor:
    """Watch one stream; the times come from the caller, so any clock will do.

    Parameters
    ----------
    stream : Stream
        What is expected of it.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._window_s = max(_WINDOW_S, _WINDOW_PERIODS / stream.rate_hz)
        self._arrivals: deque[float] = deque()
        self._first_s = math.nan
        self._valid = False

    def seen(self, now_s: float, valid: bool = True) -> None:
        """Note that an item came.

        Parameters
        ----------
        now_s : float
            When, seconds of the caller's clock; going back starts anew.
        valid : bool
            Whether the sender itself vouches for it.
        """
        if self._arrivals and now_s < self._arrivals[-1]:
            self._arrivals.clear()
            self._first_s = math.nan
        if math.isnan(self._first_s):
            self._first_s = now_s
        self._arrivals.append(now_s)
        self._valid = valid
        # one item older than the window stays, so that the age survives a silence
        while len(self._arrivals) > 1 and self._arrivals[0] <= now_s - self._window_s:
            self._arrivals.popleft()

    def age_s(self, now_s: float) -> float:
        """Return the age of the newest item; NaN when none ever came."""
        return now_s - self._arrivals[-1] if self._arrivals else math.nan

    def alive(self, now_s: float) -> bool:
        """Return whether the newest item is young enough to count."""
        return self.age_s(now_s) <= self._stream.stale_s  # NaN is not

    def on_rate(self, now_s: float) -> bool:
        """Return whether at least 90 % of the items came that the last seconds should have seen."""
        if not self._arrivals:
            return False
        due = self._stream.rate_hz * min(self._window_s, now_s - self._first_s)
        # a window never holds a broken number of items: what is due is rounded down
        return self._came(now_s) >= math.floor(_ON_RATE_SHARE * due + 1e-9)

    def rate_hz(self, now_s: float) -> float:
        """Return the items a second over the last seconds; NaN when none ever came."""
        if not self._arrivals:
            return math.nan
        # a stream that has just begun stands for the period before its first item, too
        begun_s = now_s - self._first_s + 1 / self._stream.rate_hz
        return self._came(now_s) / min(self._window_s, begun_s)

    @property
    def valid(self) -> bool:
        """Whether the sender vouched for its newest item; False when none ever came."""
        return self._valid

    def _came(self, now_s: float) -> int:
        """Count the items of the last window."""
        return sum(1 for t in self._arrivals if now_s - self._window_s < t <= now_s)
