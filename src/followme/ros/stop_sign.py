"""A word to stop that a signal handler may give."""

from __future__ import annotations

from queue import Empty, SimpleQueue


class StopSign:
    """What :class:`threading.Event` is for threads, also for handlers of signals.

    A handler runs in the main thread, wherever that is just then: where it is inside
    ``Event.wait``, which holds the event's own lock at its begin and end, ``Event.set`` would wait
    for that lock for ever. :class:`queue.SimpleQueue` is made to be filled by a handler that
    interrupts it.
    """

    def __init__(self) -> None:
        self._given = False
        self._words: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Give the word; any thread and any handler may, more than once."""
        self._given = True
        self._words.put(None)

    def is_set(self) -> bool:
        """Whether the word was given."""
        return self._given

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the word, ``timeout_s`` at most; return whether it was given."""
        if not self._given:
            try:
                self._words.get(timeout=timeout_s)
            except Empty:
                return self._given
            self._words.put(None)  # for others that wait
        return self._given
