"""How many arenas a process of the graph has, as glibc itself counts them."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from followme.ros.arenas import ARENAS, EVERY_S, FreePages, keep_few_arenas

_THREADS = 8
# each thread allocates while all others are there, so that none takes over the arena of another
_CODE = f"""
import ctypes, sys, threading
from followme.ros.arenas import keep_few_arenas
if sys.argv[1] == "few":
    print("kept", keep_few_arenas(), flush=True)
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier({_THREADS})
def allocate():
    together.wait()
    libc.malloc(5000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range({_THREADS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""

# the last piece holds the end of the heap, so that free() alone can give nothing back
_HEAP = """
import ctypes
from pathlib import Path
from followme.ros.arenas import EVERY_S, FreePages
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
moment = [0.0]
pages = FreePages(lambda: moment[0])
pieces = [libc.malloc(4000) for _ in range(20_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 4000)
end = libc.malloc(4000)
for piece in pieces:
    libc.free(ctypes.c_void_p(piece))
def held_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
print(held_mb())
print(pages.give_back(), held_mb())
moment[0] = EVERY_S
print(pages.give_back(), held_mb())
print(pages.give_back(), held_mb())
"""

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library here is not glibc"
)


def printed(word: str, code: str = _CODE, **env: str) -> str:
    """Return what a process prints; of the usual code its arenas at the end."""
    clean = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    return subprocess.run(
        [sys.executable, "-c", code, word],
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_threads_share_few_arenas() -> None:
    """Without it each thread has its own, which shows that the count can fail."""
    assert printed("many").count("<heap nr=") > ARENAS
    few = printed("few")
    assert "kept True" in few
    assert few.count("<heap nr=") <= ARENAS


def test_what_a_person_has_set_stays() -> None:
    assert "kept False" in printed("few", MALLOC_ARENA_MAX="4")


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert keep_few_arenas({}) is False
    moments = iter((0.0, 2 * EVERY_S))
    assert FreePages(lambda: next(moments)).give_back() is False


def test_free_pages_go_back_when_it_is_time() -> None:
    before, early, due, again = printed("", _HEAP).splitlines()
    assert early.startswith("False")
    assert due.startswith("True")
    assert again.startswith("False")
    mb = [float(line.split()[-1]) for line in (before, early, due, again)]
    assert mb[0] - mb[1] < 10.0, mb
    assert mb[1] - mb[2] > 60.0, mb  # of 80 that were freed
    assert abs(mb[3] - mb[2]) < 10.0, mb
