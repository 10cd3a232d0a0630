"""The sound process as its parent sees it: ready, hung, said goodbye to."""

from __future__ import annotations

import contextlib
import subprocess
import time

from followme.voices.child_process import ChildProcess
from followme.voices.framing import Message
from followme.voices.sink_options import SinkOptions

# it says that it is alive five times a second: this long without is told, ...
_QUIET_S = 0.6
# ... and this long means that it hangs
_HUNG_S = 2.0
_STARTING_S = 15.0


class SinkProcess(ChildProcess):
    """Start a sound process; the caller reads :attr:`complaint` when it ends.

    Parameters
    ----------
    options : SinkOptions
        Command line.
    """

    def __init__(self, options: SinkOptions) -> None:
        super().__init__("the sound process", "followme.voices.sink", options.arguments())
        self._heard_s = self.started_s
        self.ready = False

    def receive(self) -> list[Message]:
        messages = super().receive()
        if messages:
            self._heard_s = time.monotonic()
        self.ready = self.ready or any(message["op"] == "ready" for message in messages)
        return messages

    @property
    def quiet(self) -> bool:
        """Whether it was ready and has not answered for a while; it may yet come back."""
        return self.ready and time.monotonic() - self._heard_s > _QUIET_S

    def trouble(self) -> str:
        dead = super().trouble()
        if dead or time.monotonic() - self._heard_s <= (_HUNG_S if self.ready else _STARTING_S):
            return dead
        return f"the sound process does not answer{self.complaint}"

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
