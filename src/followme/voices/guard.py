"""When to say that vision is lost: the rule that needs neither camera, network nor engine (B4)."""

from __future__ import annotations

import math

AGAIN_S = 3.0
EVERY_S = 10.0


class Guard:
    """Watch the heartbeat of a loop that may hang, be stopped or be killed.

    It is armed by the first heartbeat. Times are seconds of the monotonic clock.

    Parameters
    ----------
    timeout_s : float
        Without a heartbeat for this long, vision is lost.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._beat_s = math.nan
        self._said = 0
        self._next_s = math.nan
        self._orphaned = False

    @property
    def armed(self) -> bool:
        """Whether a heartbeat ever came."""
        return not math.isnan(self._beat_s)

    @property
    def orphaned(self) -> bool:
        """Whether there is nobody left to guard."""
        return self._orphaned

    def content(self, now_s: float) -> bool:
        """Return whether the loop that is guarded lives, as far as its heartbeats tell."""
        return self.armed and not self._orphaned and now_s - self._beat_s <= self._timeout_s

    def beat(self, sent_s: float) -> None:
        """Note a heartbeat by the time it was sent: one that waited in the pipe is old."""
        if not self.armed or sent_s > self._beat_s:
            self._beat_s = sent_s

    def orphan(self) -> None:
        """Note that the pipe ended without a goodbye: no heartbeat will come again."""
        if not self._orphaned:
            self._orphaned = True
            self._said = 0

    def must_speak(self, now_s: float) -> bool:
        """Return whether to say it now; at once, again after 3 s, then each 10 s."""
        if not self.armed:
            return False
        if self.content(now_s):
            self._said = 0
            return False
        if self._said and now_s < self._next_s:
            return False
        self._said += 1
        self._next_s = now_s + (AGAIN_S if self._said == 1 else EVERY_S)
        return True

    @property
    def finished(self) -> bool:
        """Whether an orphan has said it twice, or never had anything to guard."""
        return self._orphaned and (not self.armed or self._said >= 2)
