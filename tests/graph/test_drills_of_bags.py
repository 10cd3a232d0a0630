"""Drills: the disk is full while a bag is recorded; a bag that is played begins again."""

from __future__ import annotations

import itertools
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import Reader, StoragePlugin, Writer

from followme.graph import NODES
from followme.nodes.composition import Composition
from followme.ros.wire import WIRES
from followme.sources.bag_plan import plan_bag
from followme.sources.bag_reader import opened
from followme.sources.source import SourceError
from followme.values.frame import DepthImage
from followme.values.intent import Announcement, Outcome
from followme.values.obstacle import Obstacles
from tests.geometry.scene import box_at, render
from tests.real_ros import await_that
from tests.sources.build_recordings import STORE

from .conftest import Graph, Processes
from .diagnostics import LIMIT_S, REPORTED_S
from .instants import DEPTH, packed, rgbd_instant
from .walking import walking

pytestmark = [pytest.mark.graph, pytest.mark.usefixtures("no_networks")]


def limit_files(process: Popen[bytes], most_bytes: int | None) -> None:
    """Let a process write no file beyond a size, which stands for a full disk; None: any again."""
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    limits = (most if most_bytes is None else most_bytes, most)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


def stamps_of(bag: Path) -> list[int]:
    """Return when the messages of a bag were recorded, those that can be read already."""
    try:
        with opened(bag) as reader:
            return [m.recorded_ns for m in reader.serialized(["/camera/image_raw"])]
    except SourceError:
        return []  # its first chunk is still to come


def change_of(graph: Graph, node: str) -> Callable[[int], None]:
    """Return what changes the state of a node by its service."""
    client = graph.driver.create_client(ChangeState, f"/{node}/change_state")

    def change(to: int) -> None:
        request = ChangeState.Request(transition=Transition(id=to))
        future = client.call_async(request)
        await_that(future.done, why="an answer")
        assert future.result().success

    return change


def test_a_disk_that_is_full_is_an_error_as_long_as_it_lasts_and_the_walk_goes_on(
    graph: Graph, processes: Processes, tmp_path: Path
) -> None:
    change = change_of(graph, "bag_recorder")
    bag, another = tmp_path / "bag", tmp_path / "bag_2"
    with walking(graph, tmp_path) as walk:
        words = ["-p", f"bag:={bag}", "-p", "topics:=camera/image_raw"]
        recorder = processes.node("bag_recorder", *words)
        before = await_that(lambda: stamps_of(bag), 40, "it records")
        limit_files(recorder, (bag / "bag_0.mcap").stat().st_size)
        moment_s = time.monotonic()
        walk.diagnostics.within("bag_recorder", _FULL, moment_s)
        limit_s = LIMIT_S + REPORTED_S
        await_that(lambda: len(walk.diagnostics.since("bag_recorder", _FULL, moment_s)) > 1, 10)
        assert walk.diagnostics.since("bag_recorder", _FULL, moment_s)[1] <= limit_s
        broken = [s for _, s in walk.diagnostics.of("bag_recorder") if _FULL in s.message]
        assert all(s.level == DiagnosticStatus.ERROR for s in broken)
        assert all("(File too large); make room or name another" in s.message for s in broken)
        walk.goes_on(moment_s)
        assert recorder.poll() is None
        facts = {v.key: v.value for v in broken[-1].values}
        left = stamps_of(bag)
        assert left[: len(before)] == before, "what was on the disk stays"
        assert len(left) == int(facts["messages"]) and int(facts["lost"]) > 0

        limit_files(recorder, None)
        for act in ("DEACTIVATE", "CLEANUP", "CONFIGURE", "ACTIVATE"):
            change(getattr(Transition, f"TRANSITION_{act}"))
        walk.diagnostics.over("bag_recorder", _FULL)
        await_that(lambda: stamps_of(another), 20, "it records again")
    recorder.send_signal(signal.SIGINT)
    assert recorder.wait(10) == 0, processes.output(recorder)
    assert "Traceback" not in processes.output(recorder)
    assert stamps_of(bag) == left
    for folder in (bag, another):
        with Reader(folder) as reader:
            assert len(list(reader.messages())) == reader.message_count > 0


_FULL = "cannot be written"


class Loop:
    """A bag that is played over and over on its own time, and what comes of it.

    Parameters
    ----------
    graph : Graph
        Of the test.
    bag : Path
        To be played.
    """

    def __init__(self, graph: Graph, bag: Path) -> None:
        plan = plan_bag(bag, "inputs", {}, 0.0, lambda _: None)
        on_its_time = {n.name: {"use_sim_time": True} for n in NODES if n.name != "camera"}
        on_its_time["speech"] |= {"voice.engine": "silent"}
        on_its_time["bag_player"] = {"loop": True}
        made = Composition(on_its_time, lambda *_: None, {"plan": plan}, "bag_player")
        self._seen: list[tuple[float, Obstacles]] = []
        #: What became of what was worth saying, each time that speech began afresh, and which
        #: things had been seen by then.
        self.lives: list[tuple[set[int], list[Announcement]]] = []
        made.listen("obstacles", lambda o: self._seen.append((time.monotonic(), o)))
        made.listen("announcements", lambda a: self.lives[-1][1].append(a))
        speech = made.nodes["speech"]
        self._restart = speech.restart
        speech.restart = self._afresh
        graph.spin(*made.nodes.values())

    def passes(self) -> list[list[tuple[float, Obstacles]]]:
        """Return what was seen when, for each time that the bag was played to its end."""
        seen = list(self._seen)
        stamps = [o.stamp_ns for _, o in seen]
        begins = [i for i, (a, b) in enumerate(itertools.pairwise(stamps), 1) if b < a]
        # one or two may come across the jump
        return [seen[a:b] for a, b in itertools.pairwise([0, *begins]) if b - a > 3]

    def talked_of(self) -> list[set[int]]:
        """Return which things speech began to talk of, for each life in which it did."""
        found = (
            {a.track_id for a in list(said) if a.outcome is Outcome.STARTED and a.track_id >= 0}
            for _, said in list(self.lives)
        )
        return [ids for ids in found if ids]

    def _afresh(self) -> None:
        self.lives.append(({t.track_id for _, o in list(self._seen) for t in o.obstacles}, []))
        self._restart()


@pytest.fixture
def loop(graph: Graph, tmp_path: Path) -> Loop:
    """Return a walk of two seconds, before whose end a thing comes into the way."""
    path = tmp_path / "walk"
    rng = np.random.default_rng(5)
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connections: dict[str, Any] = {}
        for i in range(20):
            stamp = 1_000_000_000_000 + 100_000_000 * i
            scene = render([box_at(1.0)] if i * 0.1 >= _COMES_S else [])
            # a sensor is never the same twice
            depth = DepthImage(stamp, scene * np.float32(1.0 + 1e-4 * rng.random()))
            instant = rgbd_instant(stamp, "camera", (320, 240))
            for topic, message in {**instant, DEPTH: packed(DEPTH, depth, "camera")}.items():
                kind = WIRES[topic].type
                name = f"{kind.__module__.split('.')[0]}/msg/{kind.__name__}"
                if topic not in connections:
                    connections[topic] = writer.add_connection(f"/{topic}", name, typestore=STORE)
                writer.write(connections[topic], stamp, bytes(serialize_message(message)))
    return Loop(graph, path)


# Late enough that what is said of it is not at its end when the bag is.
_COMES_S = 1.2


def test_a_bag_that_loops_takes_time_back_and_nothing_of_before_is_left(loop: Loop) -> None:
    await_that(lambda: len(loop.passes()) > 2 and len(loop.talked_of()) > 2, 60, "it goes round")
    known: set[int] = set()
    comes_ns = 1_000_000_000_000 + round(_COMES_S * 1e9)
    for number, seen in enumerate(loop.passes()):
        ids = {t.track_id for _, o in seen for t in o.obstacles}
        assert ids, "it sees, again without a new start"
        assert known.isdisjoint(ids), "what it sees is of new images"
        known |= ids
        assert not any(o.obstacles for _, o in seen if o.stamp_ns < comes_ns), "nothing is left"
        if number:
            seen_s = next(at_s for at_s, o in seen if o.obstacles)
            assert seen_s - seen[0][0] <= _COMES_S + LIMIT_S
    late = {a.outcome for old, said in loop.lives for a in said if a.track_id in old}
    assert Outcome.CUT in late, "something was being said when time went back"
    assert late.isdisjoint({Outcome.STARTED, Outcome.SPOKEN}), "nothing of before is said"
