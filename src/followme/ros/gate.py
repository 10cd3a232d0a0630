"""Who may use the processor first: depth, then one other network at a time.

Two cores carry four networks only one after the other. What warns of obstacles goes first; names
come after it, so that they never make a warning late. A network with a process of its own learns
from the status of depth that its turn has come; there it waits for depth alone.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rclpy.logging import get_logger

# Depth that did nothing for so long is not waited for: it may be off or dead.
_SILENT_S = 0.7
# Nobody waits longer than this for a turn; the next image is worth more.
_PATIENCE_S = 0.5
# Whose turn lasts so long hangs: it is nobody's turn any more.
_HANGS_S = 2.0
# Of the threads of what comes after depth: a third of an ordinary thread's share of a busy core.
_NICENESS = 5
# Of the session of a process of its own: a tenth.
_SESSION_NICENESS = 10
_SESSION = Path("/proc/self/autogroup")


class Gate:
    """Shared by the networks of one process, or of one that has a process of its own."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._first_busy = False
        self._first_ended_ns = 0
        self._first_active_s = float("-inf")
        self._turn: float | None = None  # since when it is somebody's, by the monotonic clock

    def expect(self) -> None:
        """Let all others wait a while: the one who goes first has begun, or got an image."""
        with self._condition:
            self._first_active_s = time.monotonic()

    @contextmanager
    def first(self, stamp_ns: int) -> Iterator[None]:
        """Work on the image of a stamp before all others."""
        with self._condition:
            self._first_busy = True
            self._first_active_s = time.monotonic()
        try:
            yield
        finally:
            self.first_ended(stamp_ns)

    def first_ended(self, stamp_ns: int) -> None:
        """Let the others go on: the image of a stamp was worked on, here or in another process."""
        with self._condition:
            self._first_busy = False
            self._first_ended_ns = stamp_ns
            self._first_active_s = time.monotonic()
            self._condition.notify_all()

    @contextmanager
    def after(self, stamp_ns: int) -> Iterator[bool]:
        """Work on the image of a stamp once that before it has ended, and alone.

        Yields
        ------
        bool
            Whether it is still the newest image that the first one has looked at.
        """
        with self._condition:
            mine: float | None = None
            if self._condition.wait_for(lambda: self._open_for(stamp_ns), _PATIENCE_S):
                self._turn = mine = time.monotonic()
            newest = not self._first_alive() or stamp_ns >= self._first_ended_ns
        try:
            yield newest
        finally:
            with self._condition:
                if self._turn == mine:
                    self._turn = None
                self._condition.notify_all()

    def _open_for(self, stamp_ns: int) -> bool:
        if self._turn is not None and time.monotonic() - self._turn < _HANGS_S:
            return False
        if not self._first_alive():
            return True
        return not self._first_busy and self._first_ended_ns >= stamp_ns

    def _first_alive(self) -> bool:
        return time.monotonic() - self._first_active_s < _SILENT_S


def give_way() -> None:
    """Lower the priority of the calling thread, and of threads that it starts."""
    have = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(have, _NICENESS))


def give_way_alone() -> None:
    """Lower the priority of this process, before it has other threads.

    Where the kernel shares the processor between sessions, as most do (sched(7), "The autogroup
    feature"), that of a process counts within its session only. So that of the session is lowered
    too, if it is the process's own.
    """
    give_way()
    if os.getsid(0) != os.getpid() or not _SESSION.exists():
        return
    try:
        _SESSION.write_text(str(_SESSION_NICENESS), encoding="ascii")
    except OSError as error:
        get_logger("followme").warning(
            f"{_SESSION} cannot be written ({error}); this process gets as much as all others"
        )
