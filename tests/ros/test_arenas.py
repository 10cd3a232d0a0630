"""How many arenas a process of the graph has, as glibc itself counts them."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from followme.ros.arenas import ARENAS, keep_few_arenas

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

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library here is not glibc"
)


def printed(word: str, **env: str) -> str:
    """Return what a process prints, with its arenas at the end."""
    clean = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    return subprocess.run(
        [sys.executable, "-c", _CODE, word],
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
