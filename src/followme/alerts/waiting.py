"""Hazards that wait for their turn, so that none disappears without a record (B7)."""

from __future__ import annotations

from collections.abc import Sequence

from followme.alerts.want import Want
from followme.values.intent import Intent, Outcome, Priority

#: Something that will not be said, and why.
Dropped = tuple[Intent, Outcome]


class Waiting:
    """What was worth saying at the last decision and has not been said."""

    def __init__(self) -> None:
        self._intents: dict[tuple[int, Priority], Intent] = {}

    def renew(self, wants: Sequence[Want], arrived_s: float, now_s: float) -> list[Dropped]:
        """Take over what waits now; return what no longer does.

        Parameters
        ----------
        wants : sequence of Want
            One for each obstacle that is worth saying now.
        arrived_s : float
            When the newest evidence came.
        """
        now_waiting = {(w.intent.track_id, w.priority): w.intent for w in wants}
        urgent: dict[int, Priority] = {}
        for track_id, priority in now_waiting:
            urgent[track_id] = min(priority, urgent.get(track_id, priority))
        dropped = []
        for (track_id, priority), intent in self._intents.items():
            # the same thing in a higher zone takes its place
            if urgent.get(track_id, Priority.CLEAR) <= priority:
                continue
            stale = now_s - arrived_s > intent.lifetime_s
            dropped.append((intent, Outcome.DROPPED_STALE if stale else Outcome.DROPPED_GONE))
        self._intents = now_waiting
        return dropped

    def remove(self, want: Want) -> None:
        """Forget the things that a message tells of."""
        ids = {thing.track_id for thing in want.covers}
        self._intents = {key: i for key, i in self._intents.items() if key[0] not in ids}
