"""Faults of the voice are errors on /diagnostics, within a second, until they are over."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from std_srvs.srv import Trigger

from followme.nodes.speech import Speech
from followme.voices.engine import espeak_libraries
from tests.real_ros import await_that
from tests.voices.device_stand_in import device_on_path
from tests.voices.stand_in import put_on_path

from .conftest import Graph
from .diagnostics import LIMIT_S, Diagnostics
from .test_safety import sounds

pytestmark = [
    pytest.mark.graph,
    pytest.mark.skipif(not espeak_libraries(), reason="espeak-ng is absent"),
]

# A new process of Python, after one that hung for 2 s, on a machine that has other things to do.
_AGAIN_S = 10.0


class Spoken:
    """A node speech with a track, and what it says about itself, with the time."""

    def __init__(self, graph: Graph, folder: Path, engine: str) -> None:
        self.log = folder / "speech.wav.jsonl"
        self._graph = graph
        self._diagnostics = Diagnostics(graph)
        track = str(folder / "speech.wav")
        voice = {"voice.engine": engine, "voice.track": track}
        # nothing comes on any topic, and nothing is said of that meanwhile
        self.node = Speech(overrides={**voice, "scheduler.start_grace_s": 30.0})
        graph.spin(self.node)
        # sound process and engine start one after the other
        await_that(lambda: self.node.active, 60, "it is active")
        await_that(lambda: self._diagnostics.of("speech"), why="it reports")
        self._life = self.node._generation

    @property
    def sink_pid(self) -> int:
        stage: Any = self.node._stage
        return int(stage._voice.sink_pid)

    @property
    def engine_pid(self) -> int:
        """The process of the own engine: the one child of the sound process."""
        pid = self.sink_pid
        (engine,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(engine)

    def error_within(self, words: str, moment_s: float) -> None:
        """Hold that an error with these words is reported in time after a moment."""
        self._diagnostics.within("speech", words, moment_s)
        levels = {s.level for _, s in self._diagnostics.of("speech") if words in s.message}
        assert levels == {DiagnosticStatus.ERROR}

    def ask(self) -> None:
        """Let it say something."""
        self._graph.call(lambda: self.node._answer("hush", Trigger.Response()))

    def words_within(self, limit_s: float, moment_s: float) -> None:
        """Hold that words are heard in time after a moment, of the node that was there before."""

        def heard() -> list[float]:
            begun = ((r["monotonic_s"], r["text"]) for r in sounds(self.log))
            return [at_s - moment_s for at_s, text in begun if text and at_s >= moment_s]

        delay_s = await_that(heard, limit_s + 10.0, "its words")[0]
        assert delay_s <= limit_s, f"words are heard after {delay_s:.2f} s"
        assert self.node.active and self.node._generation == self._life

    def well_again(self, restarts: int) -> None:
        """Hold that there is no error any more, and that the fact tells the restarts."""

        def well() -> bool:
            _, last = self._diagnostics.of("speech")[-1]
            facts = {v.key: v.value for v in last.values}
            return last.level != DiagnosticStatus.ERROR and facts["restarts"] == str(restarts)

        await_that(well, 30, "it is well again")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (signal.SIGSTOP, "the sound process does not answer"),
        (signal.SIGKILL, "the sound process ended with signal 9"),
    ],
)
def test_a_sound_process_that_hangs_or_is_killed(
    graph: Graph, tmp_path: Path, how: signal.Signals, words: str
) -> None:
    speech = Spoken(graph, tmp_path, "wav")
    speech.well_again(0)
    moment_s = time.monotonic()
    os.kill(speech.sink_pid, how)
    speech.error_within(words, moment_s)
    speech.well_again(1)
    speech.ask()
    speech.words_within(_AGAIN_S, moment_s)


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_an_engine_that_hangs_or_is_killed(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    put_on_path(tmp_path / "path", monkeypatch)
    speech = Spoken(graph, tmp_path, "pyttsx3")
    moment_s = time.monotonic()
    os.kill(speech.engine_pid, how)
    speech.ask()
    speech.error_within("espeak-ng speaks instead", moment_s)
    speech.words_within(LIMIT_S, moment_s)
    # the sound process itself went on
    speech.well_again(0)


def test_a_device_that_is_unplugged_and_plugged_in_again(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug = device_on_path(tmp_path, monkeypatch)
    speech = Spoken(graph, tmp_path, "auto")
    assert speech.node.facts()["voice"].startswith("speech is heard on Ear")
    speech.well_again(0)
    moment_s = time.monotonic()
    plug.unlink()
    speech.error_within("the sound device takes no sound", moment_s)
    # no track takes its place, which nobody would hear
    await_that(lambda: "plug it in again" in speech.node.lasting, 10, "it looks for a device")
    await_that(lambda: int(speech.node.facts()["restarts"]) >= 2, 10, "it looks again")
    assert "no sound device" in speech.node.lasting
    plug.touch()
    await_that(lambda: not speech.node.lasting, 30, "it is well again")
    speech.well_again(int(speech.node.facts()["restarts"]))
    assert speech.node.facts()["voice"].startswith("speech is heard on Ear")
