"""When the way may be called free of anything seen (assistive specification B7, CLEAR)."""

from __future__ import annotations

from followme.alerts.sorts import hides_the_way
from followme.alerts.want import Source, Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Obstacles, Sight, Zone


class Clearing:
    """Watch for the end of a danger that the user was told of; it never calls a path safe."""

    def __init__(self) -> None:
        #: Whether a warning or STOP was heard that no CLEAR has followed yet.
        self.armed = False
        self._free_since_s: float | None = None
        self._in_the_way = False

    def observe(self, obstacles: Obstacles, now_s: float, s: SchedulerSettings) -> None:
        """Take new evidence."""
        self._in_the_way = any(
            thing.zone >= Zone.WARN or hides_the_way(thing) for thing in obstacles.obstacles
        )
        if not looks_free(obstacles, s):
            self._free_since_s = None
        elif self._free_since_s is None:
            self._free_since_s = now_s

    def lose_sight(self) -> None:
        """Begin anew: nothing that was free before counts any more."""
        self._free_since_s = None

    def contradicts(self, playing: Intent) -> bool:
        """Whether what is being said was CLEAR and is no longer true."""
        return playing.priority is Priority.CLEAR and self._in_the_way

    def wants(
        self, stamp_ns: int, arrived_s: float, now_s: float, s: SchedulerSettings
    ) -> list[Want]:
        """Return CLEAR when it is worth saying: an earcon, words for who wants everything.

        Parameters
        ----------
        stamp_ns, arrived_s
            Of the newest evidence, and when it came; evidence must be fresh for this.
        """
        if not self.armed or self._free_since_s is None:
            return []
        if now_s - arrived_s > s.stop_lifetime_s or now_s - self._free_since_s < s.clear_after_s:
            return []
        key = "clear.words" if s.verbosity == "detailed" else "clear.tone"
        intent = Intent(key, Priority.CLEAR, stamp_ns, arrived_s, s.inform_lifetime_s)
        return [Want(intent, Source.CLEAR)]


def looks_free(obstacles: Obstacles, s: SchedulerSettings) -> bool:
    """Whether the way was observed to be free, as opposed to nothing being known of it."""
    return (
        obstacles.sight is Sight.SEEING
        and obstacles.observed_free >= s.clear_free
        and all(t.zone < Zone.WARN and not t.in_corridor for t in obstacles.obstacles)
        and not any(hides_the_way(thing) for thing in obstacles.obstacles)
    )
