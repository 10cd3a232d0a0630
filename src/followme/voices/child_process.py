"""A process of ours as its parent sees it: started, spoken to, found dead, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import followme
from followme.voices.framing import Message
from followme.voices.pipes import Pipes

_KEPT_COMPLAINT = 2000


class ChildProcess:
    """Start a module as a process; messages go to its standard input and come from its output.

    Parameters
    ----------
    name : str
        What it is called in sentences.
    module : str
        Run by this Python.
    arguments : sequence of str
        Its command line.

    Raises
    ------
    OSError
        When no process can be started.
    """

    def __init__(self, name: str, module: str, arguments: Sequence[str]) -> None:
        self._name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=_environment(),
            start_new_session=True,
        )
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        self._pipes = Pipes(process.stdout.fileno(), process.stdin.fileno())
        assert process.stderr is not None
        self._complaints = process.stderr
        os.set_blocking(self._complaints.fileno(), False)
        self._complaint = b""
        self.started_s = time.monotonic()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def send(self, message: Message) -> bool:
        """Write a message; False when it could not be taken."""
        return self._pipes.send(message)

    def receive(self) -> list[Message]:
        """Return what it has reported."""
        messages = self._pipes.receive()
        self._read_complaints()
        for message in messages:
            if message["op"] == "error":
                self._complaint = message["text"].encode()
        return messages

    def wait(self, timeout_s: float) -> None:
        """Wait for a report."""
        self._pipes.wait(timeout_s)

    def trouble(self) -> str:
        """Return why it is of no more use, empty while it is; call after :meth:`receive`."""
        code = self._process.poll()
        if code is None and not self._pipes.ended:
            return ""
        how = f"ended with signal {-code}" if code and code < 0 else "ended"
        return f"{self._name} {how}{self.complaint}"

    @property
    def complaint(self) -> str:
        """Why it could not start, or its last line on standard error, in brackets; or nothing."""
        lines = self._complaint.decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f" ({last})" if last else ""

    def kill(self) -> None:
        """Kill it and what it started, without a goodbye, and free its pipes."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _read_complaints(self) -> None:
        data = self._complaints.read(_KEPT_COMPLAINT)
        if data:
            self._complaint = (self._complaint + data)[-_KEPT_COMPLAINT:]


def _environment() -> dict[str, str]:
    """Return our environment, in which the child finds this very package."""
    root = str(Path(followme.__file__).resolve().parents[1])
    places = [root, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in places if p)}
