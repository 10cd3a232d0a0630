"""Shared memory that Fast DDS leaves behind when a process has no time to clean up.

Each segment and each port of Fast DDS 2 has a file in ``/dev/shm`` and a lock file beside it, which
its process holds open and locked while it lives. Segments have random names; ports are numbered,
and the next process may hold the same number, so only what nobody has locked is removed.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable
from pathlib import Path

_FOLDER = Path("/dev/shm")
# Fast DDS 2 and 3 name their domain alike
_LOCK = re.compile(r"(fastrtps_(?:[0-9a-f]{16}|port\d+))_[es]l")


def held_by(pid: int, proc: Path = Path("/proc")) -> set[str]:
    """Return the names of the segments and ports that a process holds; none when it is gone."""
    held: set[str] = set()
    try:
        handles = list((proc / str(pid) / "fd").iterdir())
    except OSError:  # it is gone, or was never there
        return held
    for handle in handles:
        try:
            target = handle.readlink()
        except OSError:  # closed in the meantime
            continue
        lock = _LOCK.fullmatch(target.name)
        if lock is not None and target.parent == _FOLDER:
            held.add(lock[1])
    return held


def remove_dead(names: Iterable[str], folder: Path = _FOLDER) -> list[str]:
    """Remove those that no living process holds, and return their names."""
    return [name for name in sorted(names) if _is_there(folder, name) and _removed(folder, name)]


def _is_there(folder: Path, name: str) -> bool:
    return any(path.exists() for path in _files(folder, name))


def _removed(folder: Path, name: str) -> bool:
    if any(_locked(folder / f"{name}_{kind}") for kind in ("el", "sl")):
        return False
    for path in _files(folder, name):
        path.unlink(missing_ok=True)
    return True


def _files(folder: Path, name: str) -> tuple[Path, ...]:
    names = (name, f"{name}_el", f"{name}_sl", f"sem.{name}_mutex")
    return tuple(folder / n for n in names)


def _locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)
