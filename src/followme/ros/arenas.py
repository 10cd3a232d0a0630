"""How little of freed memory the C library keeps while a graph runs for hours.

glibc gives each new thread an arena of its own, up to eight a core. What is freed in one is of use
to the others only once its end is free, so a graph of thirty threads, each with images of its own
size now and then, grows for hours (mallopt(3), M_ARENA_MAX). And an arena keeps what it needed at
most, be it for one moment of an hour when many images were alive, unless it is told to give back
what is free (malloc_trim(3)).
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable, Mapping

_M_ARENA_MAX = -8
#: One may be held by a thread while another asks; networks have allocators of their own.
ARENAS = 2
#: It takes a millisecond or two each time, in which nobody can allocate.
EVERY_S = 30.0


def keep_few_arenas(environ: Mapping[str, str] = os.environ) -> bool:
    """Let this process have two arenas from now on; return whether it will.

    Parameters
    ----------
    environ : mapping
        Who has set ``MALLOC_ARENA_MAX`` there is left with it; another C library than glibc has no
        such number.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or environ.get("MALLOC_ARENA_MAX"):
        return False
    return bool(mallopt(_M_ARENA_MAX, ARENAS) == 1)


class FreePages:
    """Gives free pages back to the system now and then; another C library than glibc keeps its own.

    Parameters
    ----------
    now : callable
        Seconds on a monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        self._last_s = now()

    def give_back(self) -> bool:
        """Give them back if it was not done for :data:`EVERY_S`; return whether it was done now."""
        if self._trim is None or self._now() - self._last_s < EVERY_S:
            return False
        self._last_s = self._now()
        self._trim(0)
        return True
