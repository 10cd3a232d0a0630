"""Programs that a measurement starts: with their environment, their answer, and a sure end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import rclpy

import followme
from followme.benchmark.usage import family
from followme.launching.environment import PROFILES, missing_environment
from followme.ros.process import begin
from followme.supervision.shared_memory import held_by, remove_dead

# A program that was asked to end, and then told to, has so long each time.
_END_S = 10.0
_LINES_KEPT = 3


class BenchError(ValueError):
    """A measurement that cannot be made; the text is one sentence with the mend."""


def environment(profile: str | None = None) -> dict[str, str]:
    """Return the environment of programs that find this very package.

    Parameters
    ----------
    profile : str, optional
        File of Fast DDS profiles; empty: Fast DDS as it comes; None: as FollowMe starts its nodes.
    """
    root = str(Path(followme.__file__).resolve().parents[1])
    places = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != root]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([root, *places])}
    environ |= missing_environment(environ)
    if profile is not None:
        for name in PROFILES:
            environ.pop(name, None)
            if profile:
                environ[name] = profile
    return environ


class Program:
    """A program in a session of its own, whose lines are kept for when it fails.

    Parameters
    ----------
    words : sequence of str
        Arguments of this Python.
    environ : mapping
        Its whole environment.
    name : str
        In the sentence about its failure; the first words when empty.
    """

    def __init__(self, words: Sequence[str], environ: Mapping[str, str], name: str = "") -> None:
        self._name = name or " ".join(words[:3])
        self._out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115, it lives as long as we do
        self._process = subprocess.Popen(
            # -P: a file of the working directory must not be taken for a library
            [sys.executable, "-P", *words],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self._process.pid

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._process.poll() is None

    def lines(self) -> list[str]:
        """Return what it printed so far."""
        self._out.seek(0)
        return self._out.read().decode(errors="replace").splitlines()

    def answer(self, within_s: float) -> dict[str, Any]:
        """Wait for the end and return its last line, which is a JSON object.

        Raises
        ------
        BenchError
            When it does not end in time, fails, or says something else.
        """
        try:
            code = self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            code = None
        lines = self.lines()
        if code == 0 and lines:
            with contextlib.suppress(json.JSONDecodeError):
                found = json.loads(lines[-1])
                if isinstance(found, dict):
                    return found
        raise self.failed("gave no answer" if code == 0 else "did not end well")

    def failed(self, what: str) -> BenchError:
        """Return the sentence about what went wrong, with what the program said."""
        said = " / ".join(line.strip() for line in self.lines()[-_LINES_KEPT:] if line.strip())
        return BenchError(f"{self._name} {what}; see 'followme doctor' (it said: {said or '-'})")

    def end(self) -> int:
        """Ask it to end, and see that it does; return its exit code."""
        held = {name for pid in family(self.pid) for name in held_by(pid)}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # what it left in its group has lost its owner
        code = self._process.wait()
        remove_dead(held)
        self._out.close()
        return code


def answer_with(measure: Callable[[], Mapping[str, Any]]) -> int:
    """Measure with rclpy at hand and print the figures for :meth:`Program.answer`; return 0."""
    begin([])
    try:
        found = measure()
    finally:
        rclpy.try_shutdown()
    print(json.dumps(found), flush=True)
    return 0


@contextlib.contextmanager
def started(words: Sequence[str], environ: Mapping[str, str], name: str = "") -> Iterator[Program]:
    """Hold a program; it has ended when this is left."""
    program = Program(words, environ, name)
    try:
        yield program
    finally:
        program.end()
