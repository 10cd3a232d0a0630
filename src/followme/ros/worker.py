"""The worker's thread of a node; it knows which life of the node it belongs to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Worker(threading.Thread):
    """Works through one life of a node, from its activation on.

    Parameters
    ----------
    name : str
        Of the node.
    work : callable
        Takes the generation and returns when that life has ended.
    generation : int
        Number of the life.
    """

    def __init__(self, name: str, work: Callable[[int], None], generation: int) -> None:
        super().__init__(name=f"{name}-worker", daemon=True)
        self._work = work
        self.generation = generation
        #: Since when it has had something in hand, by the monotonic clock; None: it waits.
        self.began_s: float | None = None

    @property
    def busy_s(self) -> float:
        """How long it has had what it works on; 0 when it waits for more. Any thread may ask."""
        began_s = self.began_s
        return 0.0 if began_s is None else time.monotonic() - began_s

    def run(self) -> None:
        self._work(self.generation)


@contextmanager
def in_hand() -> Iterator[None]:
    """Note on the worker whose thread this is that it has something in hand."""
    worker = threading.current_thread()
    if not isinstance(worker, Worker):
        yield
        return
    worker.began_s = time.monotonic()
    try:
        yield
    finally:
        worker.began_s = None
