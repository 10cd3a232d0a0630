"""A node that is looked at: its name, its topics, and what belongs to one instant of its input."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

#: Messages by topic, in the order in which they are sent.
Messages = dict[str, Any]
Size = tuple[int, int]

STILL_S = 20.0


class Hold:
    """Keeps a node at its work until it is released."""

    def __init__(self) -> None:
        self.entered, self.go = threading.Event(), threading.Event()


@contextmanager
def held(node: Any) -> Iterator[Hold]:
    """Make a node of this process as slow as a test wants: it works until it is released."""
    hold, work = Hold(), node.work

    def slow(item: Any) -> None:
        hold.entered.set()
        hold.go.wait(STILL_S)
        work(item)

    node.work = slow
    try:
        yield hold
    finally:
        hold.go.set()
        del node.work


@dataclass(frozen=True)
class Subject:
    """A node under test.

    Topics are relative to the namespace of the node, unless they begin with a slash.

    Parameters
    ----------
    name : str
        Full name, as "/one/face_detector".
    instant : callable or None
        From a stamp in nanoseconds, a frame id and a size (width, height) in pixels to the messages
        of one instant; None for a node that takes nothing.
    answers : tuple of str
        Topics on which each instant is answered, with its stamp.
    in_walker_frame : tuple of str
        Those of them whose frame is the walker's, not that of the image.
    frame : str
        Frame of the answers of a node that takes nothing.
    image_sized : tuple of str
        Those of them that are images of the size of the image.
    look : callable
        Given the size and the answers of an instant, it holds what else has to be true of them.
    twin : str
        Namespace of a second instance; empty: there is none.
    pid : int
        Process of the node; 0: nobody knows.
    hold : callable or None
        Makes the node slow; None: it is slow by itself.
    received : callable or None
        How many instants the node has taken; None: nobody knows.
    documented : mapping or None
        Names and defaults of the parameters as the documents have them.
    changed : frozenset of str
        Parameters that were given another value at the start.
    after_jump : callable
        What has to be true after time jumped back, beside that work goes on.
    """

    name: str
    instant: Callable[[int, str, Size], Messages] | None = None
    answers: tuple[str, ...] = ()
    in_walker_frame: tuple[str, ...] = ()
    frame: str = ""
    image_sized: tuple[str, ...] = ()
    look: Callable[[Size, Messages], None] = lambda _size, _answers: None
    twin: str = ""
    pid: int = field(default_factory=os.getpid)
    hold: Callable[[], AbstractContextManager[Hold]] | None = None
    received: Callable[[], int] | None = None
    documented: Mapping[str, Any] | None = None
    changed: frozenset[str] = frozenset()
    after_jump: Callable[[Any], None] = lambda _bench: None

    @property
    def namespace(self) -> str:
        """The namespace of the node, "/" for the root."""
        return self.name.rpartition("/")[0] or "/"

    @property
    def base_name(self) -> str:
        """The name of the node without its namespace."""
        return self.name.rpartition("/")[2]

    def resolve(self, topic: str) -> str:
        """Return the full name of a topic of the node."""
        return topic if topic.startswith("/") else f"{self.namespace.rstrip('/')}/{topic}"
