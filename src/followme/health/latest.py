"""A slot that keeps the newest item only: what is said must never come from a queue."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Hold the newest item; an older one that nobody took is dropped and counted.

    ``put`` never waits, so it may be called from any callback. One worker takes. Each item put
    is taken, dropped, waiting, or was forgotten by :meth:`clear` or :meth:`close`. None is no item.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: T | None = None
        self._received = 0
        self._dropped = 0
        self._closed = False

    def put(self, item: T) -> None:
        """Store an item in place of the one that waits there."""
        with self._condition:
            if self._closed:
                return
            self._received += 1
            if self._item is not None:
                self._dropped += 1
            self._item = item
            self._condition.notify()

    def take(self, timeout_s: float | None = None) -> T | None:
        """Take the newest item; None when nothing new came in time or the slot was closed."""
        with self._condition:
            if self._item is None and not self._closed:
                self._condition.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            return item

    def overtakes(self) -> bool:
        """Return whether a newer item waits; the one that was taken last then counts as dropped."""
        with self._condition:
            if self._item is None:
                return False
            self._dropped += 1
            return True

    def clear(self) -> None:
        """Forget the waiting item without counting it as dropped; open a closed slot again."""
        with self._condition:
            self._item = None
            self._closed = False

    def close(self) -> None:
        """Wake the taker and refuse further items until :meth:`clear`."""
        with self._condition:
            self._closed = True
            self._item = None
            self._condition.notify_all()

    @property
    def received(self) -> int:
        """How many items were put while the slot was open."""
        return self._received

    @property
    def dropped(self) -> int:
        """How many were overwritten before anybody took them, or passed over for a newer one."""
        return self._dropped
