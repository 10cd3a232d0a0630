"""Drills: a part is made to fail; the walker hears it within a second, and hears it come back."""

from __future__ import annotations

import itertools
import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.context import Context
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import StoragePlugin, Writer
from sensor_msgs.msg import Image

from followme.graph import NODES
from followme.nodes.composition import Composition
from followme.nodes.obstacle_fusion import ObstacleFusion
from followme.nodes.speech import Speech
from followme.ros.images import colour_to_msg
from followme.ros.qos import profile
from followme.ros.wire import WIRES
from followme.sources.bag_plan import plan_bag
from followme.values.frame import ColourImage, Frame
from followme.values.obstacle import Obstacles, Sight
from tests.real_ros import await_that
from tests.sources.build_recordings import STORE, an_image

from .conformance.subject import held
from .conftest import Graph, Processes
from .instants import rgbd_instant
from .test_safety import lost_after, sounds
from .test_up import all_there, lives, nodes_of
from .walking import LIMIT_S, Walk

pytestmark = [pytest.mark.graph, pytest.mark.usefixtures("no_networks")]


@pytest.fixture
def walk(graph: Graph, tmp_path: Path) -> Iterator[Walk]:
    made = Walk(graph, tmp_path)
    try:
        made.begin()
        yield made
    finally:
        made.end()


def test_camera_and_depth_fail_in_every_way_and_come_back(walk: Walk) -> None:
    # on one walk, with one and the same graph: that is what coming back means
    for drill in (unplugged, frozen, all_invalid, depth_stalls):
        drill(walk)
        walk.back()


def unplugged(walk: Walk) -> None:
    """The camera is gone, and is plugged in again."""
    walk.camera.fault = "webcam /dev/video0: it was unplugged; plug it in"
    walk.spoil = lambda _: None
    moment_s = time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.told("camera", "it was unplugged", moment_s)
    walk.camera.fault, walk.spoil = "", lambda frame: frame


def frozen(walk: Walk) -> None:
    """The camera repeats its last image under new stamps."""
    kept: list[Frame] = []

    def repeat(frame: Frame) -> Frame:
        kept[:] = kept or [frame]
        return replace(kept[0], stamp_ns=frame.stamp_ns)

    walk.spoil = repeat
    moment_s = time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.told("obstacle_fusion", "frozen", moment_s)
    walk.spoil = lambda frame: frame


def all_invalid(walk: Walk) -> None:
    """The depth sensor goes on and measures nothing."""
    walk.spoil = lambda f: replace(f, depth_m=np.full((240, 320), np.nan, np.float32))
    moment_s = time.monotonic()
    walk.heard_within("Cannot judge distance", moment_s)
    walk.told("obstacle_fusion", "no_depth", moment_s)
    walk.spoil = lambda frame: frame


def depth_stalls(walk: Walk) -> None:
    """Images go on, but depth hangs over one of them."""
    with held(walk.nodes["depth_estimator"]) as hold:
        await_that(hold.entered.is_set, why="depth begins with an image")
        moment_s = time.monotonic()
        walk.heard_within("Vision lost", moment_s)
        assert walk.told("obstacle_fusion", "stale", moment_s) <= LIMIT_S
        walk.told("depth_estimator", "its work on one item has not ended for ", moment_s)


def test_a_camera_whose_clock_is_ahead_hides_nothing_when_it_dies(walk: Walk) -> None:
    def ahead(frame: Frame) -> Frame:
        return replace(frame, stamp_ns=frame.stamp_ns + 5_000_000_000)

    walk.spoil, moment_s = ahead, time.monotonic()
    walk.told("obstacle_fusion", "s ahead of the clock here", moment_s)
    # by now fusion has come over the leap; what follows is judged by stamps of the future alone
    await_that(lambda: walk.obstacles[-1].stamp_ns > time.time_ns() + 4_000_000_000)
    await_that(lambda: walk.sight is Sight.SEEING, 10, "it sees")
    walk.spoil = lambda _: None
    moment_s = time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.told("obstacle_fusion", "stale", moment_s)
    walk.spoil = ahead
    walk.back()


def test_a_camera_whose_clock_is_behind_is_told_apart_from_one_that_stalls(walk: Walk) -> None:
    def behind(frame: Frame) -> Frame:
        return replace(frame, stamp_ns=frame.stamp_ns - 5_000_000_000)

    words = " s behind the clock here"
    walk.spoil, moment_s = behind, time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.told("obstacle_fusion", "stale", moment_s)
    walk.told("obstacle_fusion", words, moment_s)
    assert not any(o.sight is Sight.SEEING for o in walk.obstacles[-10:]), "it is still old"
    walk.spoil = lambda frame: frame
    walk.back()
    walk.spoil, moment_s = lambda _: None, time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.told("obstacle_fusion", "stale", moment_s)
    assert not walk.told_since("obstacle_fusion", words, moment_s)
    walk.spoil = lambda frame: frame
    walk.back()


def test_who_never_reads_holds_nobody_up(
    walk: Walk, processes: Processes, graph: Graph, domain_id: int
) -> None:
    """One subscriber is never spun, another is stopped by a signal, both of reliable topics."""
    everything = QoSProfile(history=HistoryPolicy.KEEP_ALL, reliability=ReliabilityPolicy.RELIABLE)
    lazy = Context()
    rclpy.init(args=[], context=lazy, domain_id=domain_id)
    idle = Node("idle", context=lazy)
    try:
        idle.create_subscription(WIRES["obstacles"].type, "obstacles", print, everything)
        idle.create_subscription(Image, "camera/image_raw", print, profile("IMAGE"))
        stopped = processes.python("-c", _READER)
        await_that(lambda: "reads" in processes.output(stopped), 30, "the reader reads")
        stopped.send_signal(signal.SIGSTOP)
        moment_s, before = time.monotonic(), len(walk.obstacles)
        await_that(lambda: len(walk.obstacles) >= before + 30, 20, "obstacles go on")
        assert walk.quiet_since(moment_s)
        assert max(o.ages.image_s for o in walk.obstacles[before:]) < 0.5
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


def test_two_speech_nodes_name_each_other_and_both_speak(graph: Graph, tmp_path: Path) -> None:
    logs = [tmp_path / f"{name}.wav.jsonl" for name in ("one", "two")]
    tracks = [{"voice.engine": "wav", "voice.track": str(log)[:-6]} for log in logs]
    said = graph.collect(DiagnosticArray, "/diagnostics", 50)
    graph.start(ObstacleFusion(), *(Speech(overrides=track) for track in tracks))
    words = "another node is called /speech"
    await_that(
        lambda: sum(s.message.startswith(words) for a in said for s in a.status) >= 2,
        why="both say it",
    )
    await_that(lambda: all(sounds(log) for log in logs), 30, "nobody is silenced")


def test_a_disk_that_is_full_is_an_error_as_long_as_it_lasts(
    graph: Graph, processes: Processes, tmp_path: Path
) -> None:
    """A limit of the size of files stands for a full disk; a walk would go on beside it."""
    said: list[tuple[float, DiagnosticStatus]] = []

    def told(array: DiagnosticArray) -> None:
        said.extend((time.monotonic(), status) for status in array.status)

    graph.driver.create_subscription(DiagnosticArray, "/diagnostics", told, 50)
    images = graph.driver.create_publisher(Image, "camera/image_raw", profile("IMAGE"))
    graph.start()
    code = (
        "import resource, sys; from followme.nodes.bag_recorder import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); sys.exit(main())"
    )
    words = ["--ros-args", "-p", f"bag:={tmp_path / 'walk'}", "-p", "topics:=camera/image_raw"]
    process = processes.python("-c", code, *words)
    await_that(images.get_subscription_count, 40, "the recorder listens")
    picture = colour_to_msg(ColourImage(1, an_image(240, 320)), "camera")

    def full() -> list[tuple[float, DiagnosticStatus]]:
        images.publish(picture)
        broken = [(at_s, s) for at_s, s in list(said) if "cannot be written" in s.message]
        return broken if len(broken) > 1 else []

    (first_s, first), (_, second), *_ = await_that(full, 30, "it is said, and said again")
    logged = _LOGGED.search(processes.output(process))
    assert logged is not None
    delay_s = first_s + time.time() - time.monotonic() - float(logged[1])
    assert delay_s <= LIMIT_S, f"it is said {delay_s:.2f} s after it happened"
    for status in (first, second):
        assert status.level == DiagnosticStatus.ERROR
        assert "(File too large); make room or name another place" in status.message
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0, processes.output(process)
    assert "Traceback" not in processes.output(process)


_LOGGED = re.compile(r"\[(\d+\.\d+)\] \[bag_recorder\]: bag .* cannot be written")


def test_depth_that_is_killed_is_heard_and_started_again(
    graph: Graph, processes: Processes, tmp_path: Path
) -> None:
    log = tmp_path / "speech.wav.jsonl"
    file = tmp_path / "small.yaml"
    file.write_text(
        "/**/camera:\n  ros__parameters: {width: 320, height: 240, rate_hz: 10.0}\n"
        f"/**/speech:\n  ros__parameters: {{voice: {{track: {str(log)[:-6]}}}}}\n"
    )
    obstacles = graph.collect(WIRES["obstacles"].type, "obstacles", profile("RESULT"))
    graph.start()
    up = processes.followme("up", "--speech", "wav", "--params-file", str(file), "at_end:=loop")
    await_that(lambda: any(o.sight == o.SIGHT_SEEING for o in obstacles), 90, "it sees")
    await_that(lambda: sounds(log), 30, "it speaks")
    before = nodes_of(up.pid)
    (victim,) = (p for p in before if b"depth_estimator" in Path(f"/proc/{p}/cmdline").read_bytes())
    moment_s = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    await_that(lambda: lost_after(log, moment_s) is not None, 10, '"Vision lost" is heard')
    delay_s = lost_after(log, moment_s)
    assert delay_s is not None and delay_s <= LIMIT_S
    await_that(lambda: not lives(victim) and len(nodes_of(up.pid)) == len(NODES), 30, "it is back")
    await_that(
        lambda: any("back" in str(r.get("text", "")) for r in sounds(log)), 40, '"Vision back"'
    )
    assert set(before) - set(nodes_of(up.pid)) == {victim}, "no other node was started again"
    assert all_there(graph)


def test_a_bag_that_loops_takes_time_back_and_nothing_of_before_is_left(
    graph: Graph, tmp_path: Path
) -> None:
    path = tmp_path / "walk"
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connections: dict[str, Any] = {}
        for i in range(8):
            stamp = 1_000_000_000 * (1000 + i // 10) + 100_000_000 * (i % 10)
            for topic, message in rgbd_instant(stamp, "camera", (320, 240)).items():
                kind = WIRES[topic].type
                name = f"{kind.__module__.split('.')[0]}/msg/{kind.__name__}"
                if topic not in connections:
                    connections[topic] = writer.add_connection(f"/{topic}", name, typestore=STORE)
                writer.write(connections[topic], stamp, bytes(serialize_message(message)))
    plan = plan_bag(path, "inputs", {}, 0.0, lambda _: None)
    on_its_time = {n.name: {"use_sim_time": True} for n in NODES if n.name != "camera"}
    on_its_time["speech"] |= {"voice.engine": "silent"}
    on_its_time["bag_player"] = {"loop": True}
    made = Composition(on_its_time, lambda *_: None, {"plan": plan}, "bag_player")
    seen: list[Obstacles] = []
    made.listen("obstacles", seen.append)
    graph.spin(*made.nodes.values())

    def loops() -> list[int]:
        stamps = [o.stamp_ns for o in list(seen)]
        return [i for i, (a, b) in enumerate(itertools.pairwise(stamps), 1) if b < a]

    await_that(lambda: len(loops()) >= 2, 60, "the bag begins again")
    begin, end = loops()[:2]
    again = seen[begin:end]
    assert any(o.obstacles for o in again), "it sees again, without a new start"
    assert all(o.ages.image_s < 1.0 for o in again if o.obstacles)
    old = {t.track_id for o in seen[:begin] for t in o.obstacles}
    assert not again[0].obstacles or old.isdisjoint(t.track_id for t in again[0].obstacles)
