"""What processes take: memory, processor time, threads, open files (Linux, /proc)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_MB = 1e6
_PROC = Path("/proc")
# of a process's smaps_rollup
_OWN = ("Pss_Anon", "Pss_Shmem", "SwapPss")


@dataclass(frozen=True)
class Usage:
    """Of a process and all that it started, at one moment.

    Parameters
    ----------
    at_s : float
        On the monotonic clock.
    memory_mb : float
        Proportional set size: what is shared counts once, 10^6 bytes. Pages of libraries are in
        it, and rise when another program that has the same ones ends.
    own_mb : float
        What lies in no file: heaps, stacks and shared memory, also where it is swapped out.
    cpu_s : float
        User and system time of those that live, since their start.
    threads, files, processes : int
        Threads, open file descriptors, and how many processes these are.
    """

    at_s: float
    memory_mb: float
    own_mb: float
    cpu_s: float
    threads: int
    files: int
    processes: int


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    for task in _listed(_PROC / str(pid) / "task"):
        try:
            children = (_PROC / str(pid) / "task" / task / "children").read_text().split()
        except OSError:  # the thread has just ended
            continue
        for child in children:
            yield from family(int(child))


def usage_of(pid: int) -> Usage:
    """Return what a process and its descendants take now; zeros once they are gone."""
    memory_kb, own_kb, ticks, threads, files, processes = 0, 0, 0, 0, 0, 0
    for member in family(pid):
        folder = _PROC / str(member)
        try:
            # the name in brackets may hold any character; fields are counted after it (proc(5))
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            rollup = _kb((folder / "smaps_rollup").read_text())
        except OSError:  # it has just ended
            continue
        memory_kb += rollup.get("Pss", 0)
        own_kb += sum(rollup.get(name, 0) for name in _OWN)
        ticks += int(fields[11]) + int(fields[12])
        threads += int(fields[17])
        files += len(_listed(folder / "fd"))
        processes += 1
    return Usage(
        time.monotonic(),
        memory_kb * 1024 / _MB,
        own_kb * 1024 / _MB,
        ticks / _TICKS_PER_S,
        threads,
        files,
        processes,
    )


def cpu_share(first: Usage, last: Usage) -> float:
    """Return the cores that were busy between two moments: 1.0 is one whole core."""
    seconds = last.at_s - first.at_s
    return (last.cpu_s - first.cpu_s) / seconds if seconds > 0.0 else 0.0


class Sampler:
    """Looks at a process again and again, in a thread of its own.

    Parameters
    ----------
    pid : int
        Of the process.
    every_s : float
        Between two looks.
    """

    def __init__(self, pid: int, every_s: float) -> None:
        self.samples: list[Usage] = []
        self._pid = pid
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="usage", daemon=True)
        self._thread.start()

    def stop(self) -> list[Usage]:
        """End looking, after a last look; return what was seen."""
        self._over.set()
        self._thread.join()
        return self.samples

    def _look(self) -> None:
        while True:
            over = self._over.is_set()
            seen = usage_of(self._pid)
            if seen.processes:
                self.samples.append(seen)
            if over:
                return
            self._over.wait(self._every_s)


def _listed(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _kb(rollup: str) -> dict[str, int]:
    """Return the sizes in a process's ``smaps_rollup`` by name (proc(5))."""
    sizes = (line.split() for line in rollup.splitlines() if line.endswith(" kB"))
    return {name.rstrip(":"): int(kb) for name, kb, _ in sizes}
