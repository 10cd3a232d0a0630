"""A sound process as its parent sees it: started, spoken to, found dead, ended."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import followme
from followme.voices.framing import Message
from followme.voices.pipes import Pipes
from followme.voices.sink_options import SinkOptions

# it says that it is alive five times a second
_HUNG_S = 2.0
_STARTING_S = 15.0
_KEPT_COMPLAINT = 2000


class SinkProcess:
    """Start a sound process; the caller reads :attr:`complaint` when it ends.

    Parameters
    ----------
    options : SinkOptions
        Command line.
    """

    def __init__(self, options: SinkOptions) -> None:
        command = [sys.executable, "-m", "followme.voices.sink", *options.arguments()]
        self._process = subprocess.Popen(
            command,
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
        self.started_s = self._heard_s = time.monotonic()
        self.ready = False

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
        if messages:
            self._heard_s = time.monotonic()
        self._read_complaints()
        for message in messages:
            self.ready = self.ready or message["op"] == "ready"
            if message["op"] == "error":
                self._complaint = message["text"].encode()
        return messages

    def wait(self, timeout_s: float) -> None:
        """Wait for a report."""
        self._pipes.wait(timeout_s)

    def trouble(self) -> str:
        """Return why it is of no more use, empty while it is; call after :meth:`receive`."""
        code = self._process.poll()
        if code is not None or self._pipes.ended:
            how = f"ended with signal {-code}" if code and code < 0 else "ended"
            return f"the sound process {how}{self.complaint}"
        if time.monotonic() - self._heard_s > (_HUNG_S if self.ready else _STARTING_S):
            return f"the sound process does not answer{self.complaint}"
        return ""

    @property
    def complaint(self) -> str:
        """Why it could not start, or its last line on standard error, in brackets; or nothing."""
        lines = self._complaint.decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f" ({last})" if last else ""

    def end(self, timeout_s: float) -> list[Message]:
        """Say goodbye, wait, kill it if need be; return what it reported at last."""
        self.send({"op": "bye"})
        messages: list[Message] = []
        deadline_s = time.monotonic() + timeout_s
        while not self._pipes.ended and time.monotonic() < deadline_s:
            self.wait(deadline_s - time.monotonic())
            messages += self.receive()
        with contextlib.suppress(subprocess.TimeoutExpired):  # it has had its time
            self._process.wait(max(0.0, deadline_s - time.monotonic()))
        self.kill()
        return messages

    def kill(self) -> None:
        """Kill it without a goodbye and free its pipes."""
        self._process.kill()
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
