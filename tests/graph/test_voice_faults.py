"""Faults of the voice are errors on /diagnostics, within a second, until they are over."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from std_srvs.srv import Trigger

from followme.nodes.speech import Speech
from followme.voices.engine import espeak_libraries
from tests.real_ros import await_that
from tests.voices.device_stand_in import device_on_path
from tests.voices.stand_in import put_on_path

from .conftest import Graph
from .test_safety import sounds

pytestmark = [
    pytest.mark.graph,
    pytest.mark.skipif(not espeak_libraries(), reason="espeak-ng is absent"),
]

_LIMIT_S = 1.0


class Spoken:
    """A node speech with a track, and what it says about itself, with the time."""

    def __init__(self, graph: Graph, folder: Path, engine: str) -> None:
        self.log = folder / "speech.wav.jsonl"
        self._reports: list[tuple[float, DiagnosticStatus]] = []
        graph.driver.create_subscription(DiagnosticArray, "/diagnostics", self._told, 50)
        track = str(folder / "speech.wav")
        voice = {"voice.engine": engine, "voice.track": track}
        # nothing comes on any topic, and nothing is said of that meanwhile
        self.node = Speech(overrides={**voice, "scheduler.start_grace_s": 30.0})
        graph.spin(self.node)
        # sound process and engine start one after the other
        await_that(lambda: self.node.active, 60, "it is active")
        await_that(lambda: self._since(0.0), why="it reports")

    @property
    def sink_pid(self) -> int:
        stage: Any = self.node._stage
        return int(stage._voice.sink_pid)

    def error_within(self, words: str, moment_s: float) -> None:
        """Hold that an error with these words is reported in time after a moment."""

        def found() -> list[float]:
            return [
                at_s - moment_s
                for at_s, status in self._since(moment_s)
                if words in status.message and status.level == DiagnosticStatus.ERROR
            ]

        delay_s = await_that(found, 10, f"the error {words!r}")[0]
        assert delay_s <= _LIMIT_S, f"{words!r} is said after {delay_s:.2f} s"

    def well_again(self, restarts: int) -> None:
        """Hold that there is no error any more, and that the fact tells the restarts."""

        def well() -> bool:
            _, last = self._reports[-1]
            facts = {v.key: v.value for v in last.values}
            return last.level != DiagnosticStatus.ERROR and facts["restarts"] == str(restarts)

        await_that(well, 30, "it is well again")

    def _since(self, moment_s: float) -> list[tuple[float, DiagnosticStatus]]:
        return [report for report in list(self._reports) if report[0] >= moment_s]

    def _told(self, array: DiagnosticArray) -> None:
        now_s = time.monotonic()
        self._reports += [(now_s, s) for s in array.status if s.hardware_id == "/speech"]


def test_a_sound_process_that_hangs(graph: Graph, tmp_path: Path) -> None:
    speech = Spoken(graph, tmp_path, "wav")
    speech.well_again(0)
    moment_s = time.monotonic()
    os.kill(speech.sink_pid, signal.SIGSTOP)
    speech.error_within("the sound process does not answer", moment_s)
    speech.well_again(1)


def test_an_engine_that_hangs(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path / "path", monkeypatch)
    speech = Spoken(graph, tmp_path, "pyttsx3")
    pid = speech.sink_pid
    (engine,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(engine), signal.SIGSTOP)
    moment_s = time.monotonic()
    graph.call(lambda: speech.node._answer("hush", Trigger.Response()))
    speech.error_within("espeak-ng speaks instead", moment_s)
    assert await_that(lambda: sounds(speech.log), 20, "its words")[0]["text"]
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
