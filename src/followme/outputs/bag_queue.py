"""What waits to be written: every message in order, bounded by bytes, what is lost is counted."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple


class Received(NamedTuple):
    """A serialized message as it came.

    Parameters
    ----------
    topic : str
        Resolved name.
    recorded_ns, published_ns : int
        When it came and when it was sent.
    data : bytes
        Serialized (CDR).
    """

    topic: str
    recorded_ns: int
    published_ns: int
    data: bytes


class BagQueue:
    """A queue between callbacks that must not wait and a disk that may be slow.

    Parameters
    ----------
    limit_bytes : int
        What waits at most; a message that finds no room is lost.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._condition = threading.Condition()
        self._waiting: deque[Received] = deque()
        self._bytes = 0
        self._lost: dict[str, int] = {}

    def put(self, message: Received) -> bool:
        """Append a message; return whether there was room. One always finds room alone."""
        with self._condition:
            if self._waiting and self._bytes + len(message.data) > self._limit_bytes:
                self._lost[message.topic] = self._lost.get(message.topic, 0) + 1
                return False
            self._waiting.append(message)
            self._bytes += len(message.data)
            self._condition.notify()
            return True

    def take(self, timeout_s: float) -> Received | None:
        """Take the oldest message; None when none came in time."""
        with self._condition:
            if not self._waiting:
                self._condition.wait(timeout_s)
            if not self._waiting:
                return None
            message = self._waiting.popleft()
            self._bytes -= len(message.data)
            return message

    def note_lost(self, topic: str, count: int) -> None:
        """Count messages that were lost elsewhere."""
        with self._condition:
            self._lost[topic] = self._lost.get(topic, 0) + count

    def give_up(self) -> None:
        """Forget what waits and count it as lost: nobody will write it."""
        with self._condition:
            for message in self._waiting:
                self._lost[message.topic] = self._lost.get(message.topic, 0) + 1
            self._waiting.clear()
            self._bytes = 0

    @property
    def lost(self) -> dict[str, int]:
        """How many messages of each topic were lost."""
        with self._condition:
            return dict(self._lost)
