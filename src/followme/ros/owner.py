"""A node ends with the program that started it, however that ended: no node is left over.

``ros2 launch`` passes no signal on when it gets SIGTERM itself, and nobody can when killed. So the
kernel is asked to (prctl(2), PR_SET_PDEATHSIG; Linux only).
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Mapping
from pathlib import Path

#: Holds the process id of the program that started the node; absent: nobody owns it.
OWNER = "FOLLOWME_OWNER"

_PR_SET_PDEATHSIG = 1


def end_with_owner(number: signal.Signals, environ: Mapping[str, str] = os.environ) -> bool:
    """Ask for a signal when the owner ends; return whether it will come.

    Parameters
    ----------
    number : Signals
        Which one.
    environ : mapping
        With :data:`OWNER`. A node that somebody else has started in between has no owner.
    """
    owner = environ.get(OWNER, "")
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is None or not owner.isdecimal():
        return False
    if owner == str(os.getppid()) and prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        return False
    if not _lives(int(owner)):
        # it ended before the kernel knew, while this node was still being loaded
        os.kill(os.getpid(), number)
    return owner == str(os.getppid())


def _lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    # who was killed keeps its number until its parent looks; the name may hold any character
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")
