"""What a walker hears when a part of FollowMe dies: within one second, on the sound track."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from followme.nodes.obstacle_fusion import ObstacleFusion
from followme.nodes.speech import Speech
from followme.ros.images import float_image
from followme.ros.qos import profile
from followme.ros.wire import WIRES
from followme.settings import DepthEstimatorSettings
from followme.sources.synthetic import SyntheticSource
from followme.stages.depth import DepthStage
from followme.values.depth_map import DepthMap
from followme.values.frame import CameraInfo
from tests.real_ros import await_that

from .conftest import Graph, Processes
from .diagnostics import LIMIT_S, Diagnostics

pytestmark = pytest.mark.graph


def sounds(log: Path) -> list[dict[str, Any]]:
    """Return what the sound process logged as heard."""
    # it has its last name only once the sound process ended
    running = log.with_name(f"{log.name}.part")
    text = next((f.read_text() for f in (log, running) if f.is_file()), "")
    rows = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
    return [r for r in rows if r["event"] in ("onset", "guard")]


def lost_after(log: Path, moment_s: float) -> float | None:
    """Return when "Vision lost" was heard after a moment, seconds later."""
    for row in sounds(log):
        if "lost" in str(row.get("text", "")).lower() and row["monotonic_s"] >= moment_s:
            return float(row["monotonic_s"]) - moment_s
    return None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_speech_node_that_dies_or_hangs_is_heard(
    graph: Graph, processes: Processes, tmp_path: Path, how: signal.Signals
) -> None:
    track = tmp_path / "speech.wav"
    log = tmp_path / "speech.wav.jsonl"
    diagnostics = Diagnostics(graph)
    # fusion without a camera: it says BLIND by its own clock, so that there is something to hear
    graph.start(ObstacleFusion())
    speech = processes.node("speech", "-p", "voice.engine:=wav", "-p", f"voice.track:={track}")
    await_that(lambda: sounds(log), 40, "the node speaks")
    await_that(lambda: diagnostics.of("speech"), 20, "it reports")
    moment_s = time.monotonic()
    os.kill(speech.pid, how)
    await_that(lambda: lost_after(log, moment_s) is not None, 10, '"Vision lost" is heard')
    delay_s = lost_after(log, moment_s)
    assert delay_s is not None and delay_s <= LIMIT_S
    # whoever looks at /diagnostics finds that its reports have ended, while others go on
    await_that(lambda: len(diagnostics.of("obstacle_fusion", moment_s)) > 2, 10, "others report")
    assert not diagnostics.of("speech", moment_s + LIMIT_S)


def test_a_camera_that_stalls_is_heard(graph: Graph, tmp_path: Path) -> None:
    """Depth comes for a while and then no more: BLIND within 0.7 s, heard within 1.0 s."""
    track = tmp_path / "speech.wav"
    log = tmp_path / "speech.wav.jsonl"
    fusion = ObstacleFusion()
    speech = Speech(overrides={"voice.engine": "wav", "voice.track": str(track)})
    feed, diagnostics = _Feed(graph), Diagnostics(graph)
    graph.start(fusion, speech)
    await_that(feed.connected, why="discovery")
    for _ in range(8):
        feed.give()
        count = fusion.received("depth/status")
        await_that(lambda n=count: fusion.received("depth/status") >= n, why="depth arrives")
        feed.pause()
    await_that(lambda: speech.received("obstacles") > 4, why="obstacles reach speech")
    moment_s = feed.last_s
    await_that(lambda: lost_after(log, moment_s) is not None, 10, '"Vision lost" is heard')
    delay_s = lost_after(log, moment_s)
    assert delay_s is not None and delay_s <= LIMIT_S
    diagnostics.within("obstacle_fusion", "sight is lost: stale", moment_s)


class _Feed:
    """Publishes depth of a synthetic walk under stamps of now, at 10 Hz."""

    def __init__(self, graph: Graph) -> None:
        self._frames = SyntheticSource(320, 240, 10.0, seed=0, seconds=1.0).frames()
        self._stage = DepthStage(DepthEstimatorSettings())
        names = ("camera/camera_info", "depth/image", "depth/sigma", "depth/camera_info")
        self._out = {
            n: graph.driver.create_publisher(WIRES[n].type, n, profile("IMAGE")) for n in names
        }
        self._out["depth/status"] = graph.driver.create_publisher(
            WIRES["depth/status"].type, "depth/status", profile("RESULT")
        )
        self._graph = graph
        self.last_s = 0.0

    def connected(self) -> bool:
        return all(p.get_subscription_count() > 0 for p in self._out.values())

    def give(self) -> None:
        stamp = time.time_ns()
        depth = self._stage.estimate(replace(next(self._frames), stamp_ns=stamp, motion=None))
        assert isinstance(depth, DepthMap)
        values = {
            "camera/camera_info": CameraInfo(stamp, depth.camera),
            "depth/image": float_image(depth.depth_m, stamp),
            "depth/sigma": float_image(depth.sigma_m, stamp),
            "depth/camera_info": CameraInfo(stamp, depth.camera),
            "depth/status": depth.status,
        }
        self.last_s = time.monotonic()
        for name, value in values.items():
            self._out[name].publish(WIRES[name].pack(value, "camera_optical_frame"))

    def pause(self) -> None:
        """Let a tenth of a second pass: this is the camera's period, not a wait for anything."""
        due_s = self.last_s + 0.1
        await_that(lambda: time.monotonic() >= due_s)
