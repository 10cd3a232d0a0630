"""The worker's thread of a node; it knows which life of the node it belongs to."""

from __future__ import annotations

import threading
from collections.abc import Callable


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

    def run(self) -> None:
        self._work(self.generation)
