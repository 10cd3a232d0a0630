"""What the C library keeps of freed memory: the remains of two arenas, not of one a thread.

glibc gives each new thread an arena of its own, up to eight a core. What is freed in one is of use
to the others only once its end is free, so a graph of thirty threads, each with images of its own
size now and then, grows for hours (mallopt(3), M_ARENA_MAX).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping

_M_ARENA_MAX = -8
#: One may be held by a thread while another asks; networks have allocators of their own.
ARENAS = 2


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
