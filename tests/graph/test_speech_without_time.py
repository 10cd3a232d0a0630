"""use_sim_time without /clock: time does not begin, and silence would mean nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from rosgraph_msgs.msg import Clock

from followme.nodes.speech import Speech
from followme.ros import node_clock
from followme.ros.stamps import to_time
from tests.real_ros import await_that

from .conftest import Graph
from .test_safety import lost_after

pytestmark = pytest.mark.graph


def test_speech_that_is_told_no_time_is_heard_and_begins_when_it_comes(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a replay may take a while to say its first time; nobody waits for it here
    monkeypatch.setattr(node_clock, "_STANDS_S", 0.0)
    track, log = tmp_path / "speech.wav", tmp_path / "speech.wav.jsonl"
    said = graph.collect(DiagnosticArray, "/diagnostics", 50)
    begin_s = time.monotonic()
    voice = {"voice.engine": "wav", "voice.track": str(track)}
    node = Speech(overrides={"use_sim_time": True, **voice})
    graph.start(node)
    await_that(lambda: lost_after(log, begin_s) is not None, 20, '"Vision lost" is heard')
    words = "use_sim_time is true, but nothing came on /clock"
    await_that(lambda: any(words in s.message for a in said for s in a.status), why="it is said")
    clock = graph.driver.create_publisher(Clock, "/clock", 10)
    begin_ns = time.monotonic_ns()

    def ticking() -> bool:
        clock.publish(Clock(clock=to_time(1_000_000_000_000 + time.monotonic_ns() - begin_ns)))
        return node.clock.began and node.clock.now_ns() > 0

    await_that(ticking, why="time begins")
    before = len(said)
    await_that(lambda: ticking() and len(said) > before + 1, why="it says how it is")
    assert not any(words in s.message for a in said[before + 1 :] for s in a.status)
