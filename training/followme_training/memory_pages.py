"""Memory for training on a processor: large pages, kept from step to step.

Each step of a training on the CPU allocates the same hundreds of megabytes and frees them. By
default the C library gives blocks above some size back to the system at once, and the next step
takes them anew, page by page of 4 KiB: a fifth of the time of a step. PyTorch can ask for pages of
2 MiB instead (``THP_MEM_ALLOC_ENABLE``), and glibc can be told to keep what was freed.
"""

from __future__ import annotations

import ctypes
import os
import sys

_HUGE_PAGES = "THP_MEM_ALLOC_ENABLE"
# Parameters of mallopt(3) of glibc, and the values for them: up to the largest block that may come
# from the heap, and a heap whose end is never given back.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_OPTIONS = ((_MMAP_THRESHOLD, 32 << 20), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 256 << 20))


def keep_large_pages() -> bool:
    """Ask PyTorch for large pages and glibc to keep them; before the first tensor is made.

    Returns
    -------
    bool
        Whether glibc took all of it; elsewhere nothing is asked, and training is only slower. What
        the user has set in the environment stays.
    """
    os.environ.setdefault(_HUGE_PAGES, "1")
    if not sys.platform.startswith("linux") or any(k.startswith("MALLOC_") for k in os.environ):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(option, value) for option, value in _OPTIONS)
