"""One process: started in a session of its own, read line by line, signalled with its group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from followme.supervision.lines import Lines

_CHUNK = 65536


@dataclass(frozen=True)
class ChildSpec:
    """What to run.

    Parameters
    ----------
    name : str
        Put before each line that it prints.
    command : sequence of str
        Words of its command line.
    respawn : bool
        Whether it is started again when it ends unasked.
    ends_all : bool
        Whether all others end when it does.
    """

    name: str
    command: Sequence[str]
    respawn: bool = True
    ends_all: bool = False


class Child:
    """One life of a process.

    Parameters
    ----------
    spec : ChildSpec
        What to run.
    environ : mapping
        Its whole environment.
    line : callable
        Called with each line that it prints.

    Raises
    ------
    OSError
        When it cannot be started.
    """

    def __init__(
        self, spec: ChildSpec, environ: Mapping[str, str], line: Callable[[str], None]
    ) -> None:
        self._line = line
        self._lines = Lines()
        self._loop = asyncio.get_running_loop()
        self._began_s = time.monotonic()
        # a session of its own: Ctrl-C in the terminal reaches only us, and its group all of it
        self._process = subprocess.Popen(
            spec.command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._loop.add_reader(self._out, self._read)
        self._ended: asyncio.Future[int] = self._loop.create_future()
        # a thread each, because a child watcher of asyncio also waits for who inherited the pipe
        threading.Thread(target=self._wait, name=f"{spec.name}-wait", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return not self._ended.done()

    async def ended(self) -> tuple[int, float]:
        """Wait for its end; return exit code (negative: signal) and the seconds it lived."""
        code = await asyncio.shield(self._ended)
        return code, time.monotonic() - self._began_s

    def send(self, number: signal.Signals) -> None:
        """Signal the process and all that it started in its group."""
        with contextlib.suppress(ProcessLookupError):  # its last one has just ended
            os.killpg(self.pid, number)

    def _wait(self) -> None:
        code = self._process.wait()
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._note_end, code)

    def _note_end(self, code: int) -> None:
        # what it left in its group has lost its owner
        self.send(signal.SIGKILL)
        while self._read():
            pass
        self._loop.remove_reader(self._out)
        for line in self._lines.end():
            self._line(line)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._ended.set_result(code)

    def _read(self) -> bool:
        """Hand on what it has printed; return whether there may be more at once."""
        try:
            data = os.read(self._out, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._loop.remove_reader(self._out)
            return False
        for line in self._lines.feed(data):
            self._line(line)
        return True
