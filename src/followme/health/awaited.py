"""Items that wait for what belongs to their stamp, and never for what cannot come any more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Awaited(Generic[T]):
    """Hold items until what belongs to them comes: in their order, or not at all.

    Once it came for one, it comes for none before that: those are forgotten. Otherwise each that
    was passed over would stay, an image of a megabyte each, until as many others were. Any thread
    may call.

    Parameters
    ----------
    most : int
        How many wait at most; the oldest are forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._items: OrderedDict[int, T] = OrderedDict()

    def put(self, stamp_ns: int, item: T) -> None:
        """Hold an item; one of the same stamp gives way to it."""
        with self._lock:
            self._items.pop(stamp_ns, None)
            self._items[stamp_ns] = item
            while len(self._items) > self._most:
                self._items.popitem(last=False)

    def take(self, stamp_ns: int) -> T | None:
        """Return the item of a stamp, if it waits, and forget those that came before it.

        Before means that they were put earlier: after a jump of time their stamps may be later.
        """
        with self._lock:
            if stamp_ns not in self._items:
                return None
            while True:
                held_ns, item = self._items.popitem(last=False)
                if held_ns == stamp_ns:
                    return item

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._items.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._items)
