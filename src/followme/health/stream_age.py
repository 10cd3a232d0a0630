"""How old the newest item of a stream is, and whether its stamps lie ahead of the clock."""

from __future__ import annotations

import math

# /clock comes in steps, and clocks that are kept in step are never apart by as much.
_AHEAD_NS = 200_000_000
# What was said holds while the lead stays this near to it: it is logged whenever it differs.
_ALIKE_NS = 100_000_000


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
