"""Hand-over by reference between the nodes of one process.

A topic whose publisher lives in the same process never crosses DDS on its way to a subscriber
there: the frozen value itself is handed over, in the publisher's thread. Processes outside see
the same topics through DDS as ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

#: Takes a value and the frame id of its header.
Taker = Callable[[object, str], None]


class Exchange:
    """Who gives and who takes, by resolved topic name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._givers: dict[str, int] = {}
        self._takers: dict[str, tuple[Taker, ...]] = {}
        self._latched: dict[str, tuple[object, str]] = {}

    def add_giver(self, topic: str) -> None:
        """Note that a publisher of a topic lives here."""
        with self._lock:
            self._givers[topic] = self._givers.get(topic, 0) + 1

    def remove_giver(self, topic: str) -> None:
        """Note that a publisher of a topic is gone, and with it what it had latched."""
        with self._lock:
            self._givers[topic] -= 1
            self._latched.pop(topic, None)

    def has_giver(self, topic: str) -> bool:
        """Return whether a publisher of a topic lives here."""
        with self._lock:
            return self._givers.get(topic, 0) > 0

    def has_takers(self, topic: str) -> bool:
        """Return whether anybody in this process listens to a topic."""
        with self._lock:
            return bool(self._takers.get(topic))

    def listen(self, topic: str, taker: Taker) -> Callable[[], None]:
        """Call ``taker`` for each value of a topic; return what ends that.

        What was latched before is handed over at once.
        """
        with self._lock:
            self._takers[topic] = (*self._takers.get(topic, ()), taker)
            latched = self._latched.get(topic)
        if latched is not None:
            taker(*latched)

        def leave() -> None:
            with self._lock:
                self._takers[topic] = tuple(t for t in self._takers[topic] if t is not taker)

        return leave

    def give(self, topic: str, value: object, frame_id: str, latched: bool = False) -> None:
        """Hand a value to all who listen, in the caller's thread; latched: to later ones too."""
        with self._lock:
            if latched:
                self._latched[topic] = (value, frame_id)
            takers = self._takers.get(topic, ())
        for taker in takers:
            taker(value, frame_id)
