"""How old the newest item of a stream is, and whether its stamps are of another clock than ours."""

from __future__ import annotations

import math
from collections import deque

# /clock comes in steps, and clocks that are kept in step are never apart by as much.
_AHEAD_NS = 200_000_000
# What was said holds while the lead stays this near to it: it is logged whenever it differs.
_ALIKE_NS = 100_000_000
# So many in a row have to be late, all about as much: more than come at once after a stall, as
# QoS keeps 5.
_IN_A_ROW = 10
_MOST_SPREAD = 0.5
# What has been silent for this long does not come any more: it is no clock that is wrong.
_SILENT_NS = 2_000_000_000
# Nobody's clock is so wrong; what was recorded is as old as that.
_RECORDED_NS = 3600 * 1_000_000_000


class StreamAge:
    """Age of the newest item, by its stamp and by its arrival, whichever is older.

    A stamp of a clock that is ahead of ours would make a silent stream look young for as long as
    it is ahead.
    """

    def __init__(self) -> None:
        self.stamp_ns: int | None = None
        self._came_ns = 0

    def came(self, stamp_ns: int, now_ns: int) -> None:
        """Note that an item came."""
        self._came_ns = now_ns
        self.stamp_ns = stamp_ns

    def age_s(self, now_ns: int) -> float:
        """Return the age in seconds; NaN when nothing ever came."""
        if self.stamp_ns is None:
            return math.nan
        return max(now_ns - self.stamp_ns, self.since_ns(now_ns)) * 1e-9

    def since_ns(self, now_ns: int) -> int:
        """Return how long ago the newest item came; silence is counted anew when time goes back."""
        self._came_ns = min(self._came_ns, now_ns)
        return now_ns - self._came_ns


class StampLead:
    """Whether stamps lie in the future, which only a clock that is wrong can make."""

    def __init__(self) -> None:
        self._said_ns: int | None = None

    def came(self, stamp_ns: int, now_ns: int) -> None:
        """Note the stamp of what has just come."""
        lead_ns = stamp_ns - now_ns
        if lead_ns <= _AHEAD_NS:
            self._said_ns = None
        elif self._said_ns is None or abs(lead_ns - self._said_ns) > _ALIKE_NS:
            self._said_ns = lead_ns

    def sentence(self, topic: str) -> str:
        """Return in a sentence that the stamps of a topic are ahead; empty when they are not."""
        said_ns = self._said_ns
        if said_ns is None:
            return ""
        return (
            f"{topic}: its stamps are {said_ns * 1e-9:.1f} s ahead of the clock here, so that its "
            "age is counted from its arrival; synchronise the clocks of camera and computer, or "
            "let its driver stamp it by the time of this one"
        )


class StampLag:
    """Whether what goes on coming has stamps that are too old, all by the same time.

    A camera that stalls makes nothing come; a clock that is behind ours makes everything come
    late, and always as late. Such images still count as old: that their clock is wrong, and not
    they are late, nobody here can know.
    """

    def __init__(self) -> None:
        self._lags_ns: deque[int] = deque(maxlen=_IN_A_ROW)
        self._came_ns = 0
        self._said_ns: int | None = None

    def came(self, stamp_ns: int, now_ns: int, borne_ns: int) -> None:
        """Note the stamp of what has just come.

        Parameters
        ----------
        stamp_ns : int
            Its stamp.
        now_ns : int
            When it came.
        borne_ns : int
            It may be so old without a word.
        """
        self._came_ns = now_ns
        self._lags_ns.append(now_ns - stamp_ns)
        lags_ns = tuple(self._lags_ns)  # another thread may come between
        least_ns, most_ns = min(lags_ns), max(lags_ns)
        steady = len(lags_ns) == _IN_A_ROW and most_ns - least_ns <= _MOST_SPREAD * least_ns
        if not steady or least_ns <= borne_ns:
            self._said_ns = None
        elif self._said_ns is None or abs(least_ns - self._said_ns) > _ALIKE_NS:
            self._said_ns = least_ns

    def sentence(self, topic: str, now_ns: int) -> str:
        """Return in a sentence that the stamps of a topic are behind; empty when they are not."""
        said_ns = self._said_ns
        if said_ns is None or now_ns - self._came_ns > _SILENT_NS:
            return ""
        mend = (
            "synchronise the clocks of camera and computer (chrony does it), or let its driver "
            "stamp it on arrival; if the clocks agree, it is carried here so late"
        )
        if said_ns > _RECORDED_NS:
            mend = (
                "if a bag is played, publish its /clock and set use_sim_time to true, else "
                "synchronise the clocks of camera and computer (chrony does it)"
            )
        return (
            f"{topic}: it goes on coming, but its stamps are {said_ns * 1e-9:.1f} s behind the "
            f"clock here, so that all of it counts as old; {mend}"
        )
