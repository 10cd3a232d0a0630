"""``followme up``: the same graph as ``followme run``, each node a process, and a clean end."""

from __future__ import annotations

import hashlib
import itertools
import os
import signal
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CompressedImage

from followme.graph import NODES, TOPICS
from followme.ros.images import colour_from_msg
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import WIRES
from followme.sources.synthetic import SyntheticSource
from followme.supervision.shared_memory import held_by, remove_dead
from tests.real_ros import await_that

from .conftest import Graph, Processes
from .diagnostics import LIMIT_S
from .test_safety import lost_after, sounds

pytestmark = pytest.mark.graph

_FRAMES = 300
# played for longer than discovery takes, which is repeated every 3 s
_IMAGES = 60
_WIDTH, _HEIGHT, _RATE_HZ = 320, 240, 15.0
_SMALL = f"""\
/**/camera:
  ros__parameters: {{width: {_WIDTH}, height: {_HEIGHT}, rate_hz: {_RATE_HZ}, seed: 3}}
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Return a parameter file with a small synthetic camera."""
    path = tmp_path / "small.yaml"
    path.write_text(_SMALL)
    return str(path)


def whole_graph() -> dict[str, list[str]]:
    """Return what the table says that a driver must see: topics with their types."""
    wanted = {f"/{t.name}": [t.type] for t in TOPICS.values() if t.type}
    wanted["/diagnostics"] = ["diagnostic_msgs/msg/DiagnosticArray"]
    wanted["/rosout"] = ["rcl_interfaces/msg/Log"]
    wanted["/parameter_events"] = ["rcl_interfaces/msg/ParameterEvent"]
    for node in NODES:
        wanted[f"/{node.name}/transition_event"] = ["lifecycle_msgs/msg/TransitionEvent"]
    return wanted


def topics_of(graph: Graph) -> dict[str, list[str]]:
    return {name: list(types) for name, types in graph.driver.get_topic_names_and_types()}


def nodes_of(pid: int) -> list[int]:
    """Return the processes that the runner started."""
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def all_there(graph: Graph) -> bool:
    return {n.name for n in NODES} <= set(graph.driver.get_node_names())


@pytest.mark.parametrize("command", ["up", "run"])
def test_both_commands_give_the_topics_types_and_services_of_the_table(
    graph: Graph, processes: Processes, small: str, command: str
) -> None:
    graph.start()
    processes.followme(command, "--speech", "silent", "--params-file", small)
    wanted = whole_graph()
    await_that(lambda: wanted.items() <= topics_of(graph).items(), 60, "all topics are there")
    assert topics_of(graph) == wanted
    services = dict(graph.driver.get_service_names_and_types())
    for node in NODES:
        assert services[f"/{node.name}/change_state"] == ["lifecycle_msgs/srv/ChangeState"]
        for service in node.services:
            name = f"/{node.name}/{service.removeprefix('~/')}"
            assert services[name] == ["std_srvs/srv/Trigger"]


def test_no_frame_is_lost_between_processes(graph: Graph, processes: Processes, small: str) -> None:
    images = graph.collect(WIRES["camera/image_raw"].type, "camera/image_raw", profile("IMAGE"))
    statuses = graph.collect(WIRES["depth/status"].type, "depth/status", profile("RESULT"))
    obstacles = graph.collect(WIRES["obstacles"].type, "obstacles", profile("RESULT"))
    told = graph.collect(DiagnosticArray, "/diagnostics", 10)
    graph.start()
    # what networks take of a slow processor is another matter
    with Path(small).open("a") as file:
        for node in ("face_detector", "object_detector", "segmenter"):
            file.write(f"/**/{node}:\n  ros__parameters: {{autostart: false}}\n")
    processes.followme("up", "--speech", "silent", "--params-file", small, "at_end:=loop")
    source = SyntheticSource(_WIDTH, _HEIGHT, _RATE_HZ, seed=3)
    number = {hashlib.sha256(f.bgr.tobytes()).digest(): i for i, f in enumerate(source.frames())}
    assert len(number) == source.length, "every frame of the walk can be told from every other"

    # discovery may have come after the first frames, but from there on each one follows
    await_that(lambda: len(images) >= _FRAMES + 1, 120, f"{_FRAMES} images")
    seen = [
        number[hashlib.sha256(colour_from_msg(m).bgr.tobytes()).digest()]
        for m in images[: _FRAMES + 1]
    ]
    steps = [(b - a) % source.length for a, b in itertools.pairwise(seen)]
    assert steps == [1] * _FRAMES

    # and what the camera has sent has come to depth, and from there to fusion
    sent = [stamp_ns(m.header) for m in images]
    for giver, node, taken in (
        (sent, "depth_estimator", statuses),
        ([stamp_ns(m.header) for m in statuses], "obstacle_fusion", obstacles),
    ):
        await_that(lambda taken=taken: len(taken) > _FRAMES // 2, 30, f"{node} gives results")
        got = {stamp_ns(m.header) for m in taken}
        window = [s for s in giver if min(got) <= s <= max(got)]
        missing = [s for s in window if s not in got]
        assert len(window) > _FRAMES // 2
        # a node that cannot keep up passes over images, and its next diagnostics say how many
        await_that(
            lambda node=node, missing=missing: len(missing) <= dropped(told, node),
            10,
            f"{node} says that it passed over {len(missing)} frames",
        )


def dropped(told: list[Any], node: str) -> int:
    """Return how many items a node passed over, as its last diagnostics tell."""
    values = [
        int(v.value)
        for array in told
        for status in array.status
        if status.hardware_id == f"/{node}"
        for v in status.values
        if v.key == "dropped"
    ]
    return values[-1]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_up_ends_cleanly_on_a_signal_and_leaves_nothing(
    graph: Graph, processes: Processes, small: str, tmp_path: Path, how: signal.Signals
) -> None:
    obstacles = graph.collect(WIRES["obstacles"].type, "obstacles", profile("RESULT"))
    graph.start()
    track = tmp_path / "speech.wav"
    file = tmp_path / "own.yaml"
    file.write_text(
        f"{_SMALL}/**/speech:\n  ros__parameters: {{voice: {{engine: silent, track: {track}}}}}\n"
    )
    # the argument outranks the file
    up = processes.followme("up", "--speech", "wav", "--params-file", str(file))
    await_that(lambda: any(o.obstacles for o in obstacles), 60, "an obstacle is published")
    await_that(lambda: all_there(graph), 30, "all are there")
    started = nodes_of(up.pid)
    assert len(started) == len(NODES)
    held = set().union(*(held_by(pid) for pid in started))
    assert len(held) >= len(NODES), "each node has shared memory"
    family = [*started, *(child for pid in started for child in nodes_of(pid))]

    up.send_signal(how)
    assert up.wait(15) == 0, processes.output(up)
    assert "Traceback" not in processes.output(up)
    assert "SIGKILL" not in processes.output(up)
    await_that(lambda: not any(lives(pid) for pid in family), 5, "no process is left")
    # ports have numbers, which somebody else's node may hold by now; what nobody holds is gone
    assert remove_dead(held) == []
    assert track.stat().st_size > 44, "the track holds sound"


def test_when_the_runner_is_killed_its_nodes_end_and_the_walker_hears_it(
    graph: Graph, processes: Processes, small: str, tmp_path: Path
) -> None:
    graph.start()
    track = tmp_path / "speech.wav"
    text = Path(small).read_text()
    own = tmp_path / "own.yaml"
    own.write_text(f"{text}/**/speech:\n  ros__parameters: {{voice: {{track: {track}}}}}\n")
    up = processes.followme("up", "--speech", "wav", "--params-file", str(own))
    await_that(lambda: all_there(graph), 60, "all are there")
    log = tmp_path / "speech.wav.jsonl"
    await_that(lambda: sounds(log), 40, "it speaks")
    family = nodes_of(up.pid)
    moment_s = time.monotonic()
    up.kill()
    await_that(lambda: not any(lives(pid) for pid in family), 15, "no node is left")
    await_that(lambda: lost_after(log, moment_s) is not None, 15, '"Vision lost" is heard')
    delay_s = lost_after(log, moment_s)
    assert delay_s is not None and delay_s <= LIMIT_S


def test_a_node_that_is_killed_comes_back_and_a_second_graph_is_refused(
    graph: Graph, processes: Processes, small: str
) -> None:
    graph.start()
    up = processes.followme("up", "--speech", "silent", "--params-file", small, "namespace:=robot1")
    names = {f"/robot1/{n.name}" for n in NODES}

    def there() -> set[str]:
        listed = graph.driver.get_node_names_and_namespaces()
        return {f"{namespace.rstrip('/')}/{name}" for name, namespace in listed}

    await_that(lambda: names <= there(), 60, "all are there")
    second = processes.followme("up", "--speech", "silent", "--namespace", "/robot1")
    assert second.wait(30) == 2
    assert "namespace: 'robot1' has a graph already" in processes.output(second)

    victim = nodes_of(up.pid)[0]
    os.kill(victim, signal.SIGKILL)
    await_that(lambda: len(nodes_of(up.pid)) == len(NODES) - 1, 10, "it is gone")
    await_that(lambda: len(nodes_of(up.pid)) == len(NODES), 20, "it is started again")
    assert victim not in nodes_of(up.pid)
    assert "was ended by SIGKILL; starting it again" in processes.output(up)
    up.send_signal(signal.SIGTERM)
    assert up.wait(15) == 0, processes.output(up)


def test_a_driver_of_another_type_is_named(graph: Graph, processes: Processes) -> None:
    graph.driver.create_publisher(CompressedImage, "/camera1/image_raw", 1)
    graph.start()
    up = processes.followme("up", "--speech", "silent", "--camera-driver", "usb_cam")
    words = "/camera1/image_raw: driver uses it as sensor_msgs/msg/CompressedImage"
    await_that(lambda: words in processes.output(up), 80, "the type is named")
    assert "camera" not in graph.driver.get_node_names()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Return a folder of a few images."""
    folder = tmp_path / "recording"
    folder.mkdir()
    for i in range(_IMAGES):
        cv2.imwrite(str(folder / f"{i}.png"), np.full((48, 64, 3), i, np.uint8))
    return folder


def shades(images: list[Any]) -> list[int]:
    return [int(colour_from_msg(m).bgr[0, 0, 0]) for m in images]


def camera_words(recording: Path, wait_s: float) -> list[str]:
    values = {"source": recording, "exit_at_end": "true", "wait_s": wait_s}
    return [word for name, value in values.items() for word in ("-p", f"{name}:={value}")]


def test_all_end_after_the_last_frame_of_a_recording(
    graph: Graph, processes: Processes, recording: Path
) -> None:
    images = graph.collect(WIRES["camera/image_raw"].type, "camera/image_raw", profile("IMAGE"))
    graph.start()
    up = processes.followme("up", f"source:={recording}", "at_end:=end", "speech:=silent")
    assert up.wait(90) == 0, processes.output(up)
    assert "camera ended with exit code 0, and with it all others end" in processes.output(up)
    # the camera waits for the critical nodes, not for us, but none is lost up to its end
    assert images and shades(images) == list(range(_IMAGES))[-len(images) :]


def test_a_recording_begins_when_the_critical_nodes_are_there(
    graph: Graph, processes: Processes, recording: Path
) -> None:
    images = graph.collect(WIRES["camera/image_raw"].type, "camera/image_raw", profile("IMAGE"))
    graph.start()
    camera = processes.node("camera", *camera_words(recording, 100.0))
    topic = "/camera/image_raw"
    await_that(lambda: graph.driver.get_publishers_info_by_topic(topic), 30, "the camera is there")
    assert not images
    processes.node("depth_estimator")
    assert camera.wait(90) == 0
    assert "Traceback" not in processes.output(camera)
    assert shades(images) == list(range(_IMAGES))


def test_without_them_it_begins_after_the_wait(
    graph: Graph, processes: Processes, recording: Path
) -> None:
    graph.start()
    camera = processes.node("camera", *camera_words(recording, 0.5))
    assert camera.wait(60) == 0
    assert "Traceback" not in processes.output(camera)
