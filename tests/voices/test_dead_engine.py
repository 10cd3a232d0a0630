"""Tones and recorded words go on without any engine, and a tone tells the fault (B4)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from followme.voices import sink_loop
from followme.voices.framing import Message
from followme.voices.output import Output, SoundLog
from followme.voices.pipes import Pipes
from followme.voices.repertoire import Repertoire
from followme.voices.sink_loop import Sink
from followme.voices.sink_options import SinkOptions
from tests.voices.listening import eventually, read_log

EVERY_S = 0.6


class Served:
    """A sink without an engine, served in a thread."""

    def __init__(self, log: Path) -> None:
        self.log = log
        to_sink, from_sink = os.pipe(), os.pipe()
        self._fds = (*to_sink, *from_sink)
        self.pipes = Pipes(from_sink[0], to_sink[1])
        self.sink = Sink(
            SinkOptions(),
            Pipes(to_sink[0], from_sink[1]),
            Repertoire("en", None),
            Output(None, None),
            SoundLog(log, resume=False),
            "",
        )
        self._thread = threading.Thread(target=self.sink.run)
        self._thread.start()

    def say(self, tone: str, text: str) -> Message:
        """Say it and return how it ended."""
        place = {"band": "foot", "bearing_rad": 0.0, "guards": False}
        assert self.pipes.send({"op": "say", "id": 1, "tone": tone, "text": text, **place})

        def end() -> Message | None:
            self.beat()
            came = self.pipes.receive()
            return next((m for m in came if m["op"] in ("ended", "failed")), None)

        return eventually(end, "its end")

    def beat(self) -> None:
        self.pipes.send({"op": "beat", "ns": time.monotonic_ns()})

    def faults(self) -> list[float]:
        lines = read_log(self.log)
        return [e["at_s"] for e in lines if e["event"] == "onset" and e["tone"] == "fault"]

    def end(self) -> None:
        self.sink.stop()
        self._thread.join()
        for fd in self._fds:
            os.close(fd)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(sink_loop, "_FAULT_EVERY_S", EVERY_S)
    made = Served(tmp_path / "log.jsonl")
    yield made
    made.end()


def test_the_fault_is_heard_each_ten_seconds() -> None:
    assert sink_loop._FAULT_EVERY_S == 10.0


def test_the_tone_of_the_fault_comes_again_and_again(served: Served) -> None:
    def three() -> bool:
        served.beat()
        return len(served.faults()) >= 3

    eventually(three, "the fault three times")
    between = np.diff(served.faults()[1:])
    assert np.all(between >= EVERY_S - 0.02) and np.all(between < EVERY_S + 0.5)


@pytest.mark.parametrize(
    ("tone", "text", "end"),
    [
        ("stop", "Stop. Chair ahead", "ended"),
        ("drop", "Stop. Drop", "ended"),
        ("lost", "Vision lost", "ended"),
        ("", "Vision back", "ended"),
        ("warn", "", "ended"),
        ("", "Chair ahead, 2 metres", "failed"),
    ],
)
def test_tones_and_recorded_words_go_on(served: Served, tone: str, text: str, end: str) -> None:
    assert served.say(tone, text)["op"] == end
