"""Drills: others in the graph who never read, or who bear the name of one of ours."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.context import Context
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from std_srvs.srv import Trigger

from followme.nodes.obstacle_fusion import ObstacleFusion
from followme.nodes.speech import Speech
from followme.ros.qos import profile
from followme.ros.wire import WIRES
from tests.real_ros import await_that

from .conftest import Graph, Processes
from .diagnostics import REPORTED_S, Diagnostics
from .test_safety import sounds
from .walking import walking

pytestmark = [pytest.mark.graph, pytest.mark.usefixtures("no_networks")]


def test_who_never_reads_holds_nobody_up(
    graph: Graph, processes: Processes, tmp_path: Path, domain_id: int
) -> None:
    """One subscriber is never spun, another is stopped by a signal, both of reliable topics."""
    everything = QoSProfile(history=HistoryPolicy.KEEP_ALL, reliability=ReliabilityPolicy.RELIABLE)
    lazy = Context()
    rclpy.init(args=[], context=lazy, domain_id=domain_id)
    idle = Node("idle", context=lazy)
    try:
        with walking(graph, tmp_path) as walk:
            idle.create_subscription(WIRES["obstacles"].type, "obstacles", print, everything)
            idle.create_subscription(Image, "camera/image_raw", print, profile("IMAGE"))
            stopped = processes.python("-c", _READER)
            await_that(lambda: "reads" in processes.output(stopped), 30, "the reader reads")
            stopped.send_signal(signal.SIGSTOP)
            walk.goes_on(time.monotonic())
    finally:
        idle.destroy_node()
        rclpy.shutdown(context=lazy)


_READER = """
import rclpy
from rclpy.node import Node
from followme.ros.qos import profile
from followme.ros.wire import WIRES
rclpy.init()
node = Node("reader")
for topic, quality in (("obstacles", "RESULT"), ("camera/image_raw", "IMAGE")):
    node.create_subscription(
        WIRES[topic].type, topic, lambda _: print("reads", flush=True), profile(quality)
    )
rclpy.spin(node)
"""


def test_two_speech_nodes_name_each_other_and_both_speak_until_one_leaves(
    graph: Graph, processes: Processes, tmp_path: Path
) -> None:
    tracks = [tmp_path / f"{name}.wav" for name in ("one", "two")]
    logs = [track.with_name(f"{track.name}.jsonl") for track in tracks]
    diagnostics = Diagnostics(graph)
    one = Speech(overrides={"voice.engine": "wav", "voice.track": str(tracks[0])})
    graph.start(ObstacleFusion(), one)

    def said_by(which: int, moment_s: float) -> list[tuple[float, DiagnosticStatus]]:
        # who they are is told apart by where they write
        reports = diagnostics.of("speech", moment_s)
        return [r for r in reports if any(str(tracks[which]) in v.value for v in r[1].values)]

    def first_s(which: int, moment_s: float, twins: bool) -> float:
        def such() -> list[float]:
            reports = said_by(which, moment_s)
            return [at_s for at_s, s in reports if (_TWINS in s.message) == twins]

        return float(await_that(such, 60, f"{which} says whether it has a twin")[0]) - moment_s

    await_that(lambda: said_by(0, 0.0), 20, "the one reports")
    asked = ["-p", "voice.engine:=wav", "-p", f"voice.track:={tracks[1]}"]
    other = processes.node("speech", *asked)
    await_that(lambda: graph.driver.get_node_names().count("speech") == 2, 40, "two are there")
    moment_s = time.monotonic()
    assert first_s(0, moment_s, twins=True) <= REPORTED_S
    begin_s, _ = await_that(lambda: said_by(1, moment_s), 30, "the other speaks")[0]
    assert first_s(1, begin_s, twins=True) <= REPORTED_S
    levels = {s.level for _, s in diagnostics.of("speech") if _TWINS in s.message}
    assert levels == {DiagnosticStatus.WARN}
    await_that(lambda: all(sounds(log) for log in logs), 30, "nobody is silenced")

    other.send_signal(signal.SIGINT)
    assert other.wait(10) == 0, processes.output(other)
    moment_s = time.monotonic()
    # DDS forgets at once who says goodbye, and within half a minute whoever does not
    first_s(0, moment_s, twins=False)
    graph.call(lambda: one._answer("status", Trigger.Response()))
    await_that(lambda: sounds(logs[0])[-1]["monotonic_s"] > moment_s, 10, "the one speaks on")


_TWINS = "another node is called /speech"
