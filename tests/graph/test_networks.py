"""Faces, objects and labels as nodes: with tiny networks, without any, and with one that comes."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.lifecycle import TransitionCallbackReturn

from followme.graph import TOPICS
from followme.nodes.composition import Composition
from followme.nodes.face_detector import FaceDetectorNode
from followme.nodes.object_detector import ObjectDetectorNode
from followme.nodes.segmenter import SegmenterNode
from followme.perception import model_file
from followme.ros import gate, lifecycle
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import WIRES
from followme.sources.synthetic import SyntheticSource
from followme.values.frame import ColourImage
from tests.build import constant_onnx, spot_onnx, tiny_segmentation_onnx
from tests.real_ros import await_that
from tests.ros.test_messages import a_status

from .conftest import Graph, Processes

pytestmark = pytest.mark.graph

H, W = 24, 32
TASKS = {"face": FaceDetectorNode, "objects": ObjectDetectorNode, "segmentation": SegmenterNode}
EACH_TASK = pytest.mark.parametrize("task", TASKS)


def a_network(folder: Path, task: str) -> Path:
    file = folder / f"{task}.onnx"
    if task == "segmentation":
        return tiny_segmentation_onnx(file, H, W, classes=[{"name": "floor", "nyu40": [2]}, "box"])
    return spot_onnx(file, task, H, W)


def a_node(file: Path | str, task: str, **more: Any) -> Any:
    return TASKS[task](overrides={"model.file": str(file), **more})


def an_image(stamp: int) -> ColourImage:
    bgr = np.full((48, 64, 3), 100, np.uint8)
    bgr[20:24, 40:44, 2] = 255
    return ColourImage(stamp, bgr)


class Camera:
    """Publishes images through DDS, one after the other is taken."""

    def __init__(self, graph: Graph) -> None:
        self._publisher = graph.driver.create_publisher(
            WIRES["camera/image_raw"].type, "camera/image_raw", profile("IMAGE")
        )

    def show(self, stamp: int, node: Any) -> None:
        await_that(lambda: self._publisher.get_subscription_count() > 0, why="discovery")
        before = node.received("camera/image_raw")
        self._publisher.publish(
            WIRES["camera/image_raw"].pack(an_image(stamp), "camera_optical_frame")
        )
        await_that(lambda: node.received("camera/image_raw") > before, why="the image arrives")


@pytest.fixture
def no_model_comes_along(monkeypatch, tmp_path) -> Path:
    """Let the networks that come along be in a folder that is empty at first."""

    def share_path(*parts: str) -> Path:
        path = tmp_path.joinpath("share", *parts)
        if not path.exists():
            raise FileNotFoundError(str(path))
        return path

    monkeypatch.setattr(model_file, "share_path", share_path)
    monkeypatch.setattr(lifecycle, "_LOOK_EVERY_S", 0.05)
    (tmp_path / "share" / "models").mkdir(parents=True)
    return tmp_path / "share" / "models"


@EACH_TASK
def test_a_network_waits_for_depth_that_is_in_another_process(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    monkeypatch.setattr(gate, "_SILENT_S", 60.0)
    monkeypatch.setattr(gate, "_PATIENCE_S", 60.0)
    topic = {"face": "faces", "segmentation": "segmentation/labels"}.get(task, task)
    node = a_node(a_network(tmp_path, task), task)
    got = graph.collect(WIRES[topic].type, topic, profile(TOPICS[topic].qos))
    camera = Camera(graph)
    depth = graph.driver.create_publisher(
        WIRES["depth/status"].type, "depth/status", profile("RESULT")
    )

    def depth_ends(stamp: int) -> None:
        before = node.received("depth/status")
        depth.publish(WIRES["depth/status"].pack(replace(a_status(), stamp_ns=stamp), ""))
        await_that(lambda: node.received("depth/status") > before, why="the status arrives")

    graph.start(node)
    await_that(lambda: node.wanted(topic) and depth.get_subscription_count(), why="discovery")
    depth_ends(1)
    camera.show(2, node)
    await_that(lambda: node.busy_s > 0.1, why="it has taken the image")
    assert not got, "it did not wait for depth"
    depth_ends(2)
    await_that(lambda: got, why=topic)
    assert stamp_ns(got[0].header) == 2


@pytest.mark.parametrize("task", ["face", "objects"])
def test_a_detector_with_tiles_and_thresholds_of_its_own_says_one_box_in_the_image(
    graph: Graph, tmp_path: Path, task: str
) -> None:
    topic, name = ("faces", "face") if task == "face" else (task, "person")
    # by the card nothing were sure enough
    file = spot_onnx(tmp_path / f"{task}.onnx", task, H, W, {"thresholds": {"score": 0.99}})
    node = a_node(file, task, tiles="2x2", thresholds=f"{name}=0.5")
    got = graph.collect(WIRES[topic].type, topic, profile("RESULT"))
    camera = Camera(graph)
    graph.start(node)
    await_that(lambda: node.wanted(topic), why="discovery")
    camera.show(7, node)
    await_that(lambda: got, why=topic)
    (message,) = got
    assert (message.image_width, message.image_height) == (64, 48)
    boxes = [(d.x1, d.y1, d.x2, d.y2) for d in message.detections if d.score > 0.85]
    x1, y1, x2, y2 = boxes[0]
    assert x1 <= 41 <= x2 and y1 <= 21 <= y2


def test_a_threshold_for_an_unknown_class_keeps_the_node_from_beginning(
    graph: Graph, tmp_path: Path, capfd: Any
) -> None:
    node = a_node(
        a_network(tmp_path, "objects"), "objects", thresholds="persn=0.4", autostart=False
    )
    graph.spin(node)
    answers: list[Any] = []
    graph.call(lambda: answers.append(node.trigger_configure()))
    assert answers == [TransitionCallbackReturn.FAILURE]
    said = capfd.readouterr().err
    assert "has no class 'persn'; did you mean 'person'?" in said and "Traceback" not in said


def test_the_segmenter_looks_at_every_third_image_and_says_what_its_numbers_mean(
    graph: Graph, tmp_path: Path
) -> None:
    node = a_node(a_network(tmp_path, "segmentation"), "segmentation")
    labels = graph.collect(
        WIRES["segmentation/labels"].type, "segmentation/labels", profile("IMAGE")
    )
    camera = Camera(graph)
    graph.start(node)
    await_that(lambda: node.wanted("segmentation/labels"), why="discovery")
    for stamp in range(1, 8):
        camera.show(stamp, node)
        await_that(lambda n=-(-stamp // 3): len(labels) >= n, why="labels")
    assert [stamp_ns(m.header) for m in labels] == [1, 4, 7]
    (first, *_) = labels
    assert (first.encoding, first.height, first.width) == ("mono8", 48, 64)
    seen = np.frombuffer(bytes(first.data), np.uint8).reshape(48, 64)
    assert seen[21, 41] == 1 and seen[21, 20] == 0
    # latched: it was published before anybody listened
    info = graph.collect(
        WIRES["segmentation/label_info"].type, "segmentation/label_info", profile("LATCHED")
    )
    await_that(lambda: info, why="label info")
    assert (list(info[0].names), list(info[0].nyu40)) == (["floor", "box"], ["2", ""])
    assert info[0].sha256 == node.facts()["model_sha256"]


class TestWithoutNetwork:
    @EACH_TASK
    def test_it_says_so_once_waits_and_begins_when_the_network_comes(
        self, graph: Graph, no_model_comes_along: Path, tmp_path: Path, task: str, capfd: Any
    ) -> None:
        node = TASKS[task]()
        diagnostics = graph.collect(DiagnosticArray, "/diagnostics", 10)
        graph.spin(node)
        await_that(lambda: node.waits_for is not None, why="it looked for its network")
        await_that(lambda: diagnostics, why="diagnostics")
        (status,) = diagnostics[-1].status
        assert status.level == DiagnosticStatus.OK
        assert status.message.startswith(f"waiting: no network: models/{task}.onnx")
        assert not node.active
        # the card first is not enough, nor is the file alone
        made = a_network(tmp_path, task)
        shutil.copy(made.with_suffix(".json"), no_model_comes_along)
        part = no_model_comes_along / f"{task}.onnx.part"
        shutil.copy(made, part)
        part.rename(no_model_comes_along / f"{task}.onnx")
        await_that(lambda: node.active, why="it begins by itself")
        assert node.facts()["model"] == f"{task}.onnx"
        said = capfd.readouterr().err
        assert said.count("no network") == 1
        assert "[INFO]" in said and "[ERROR]" not in said and "[WARN]" not in said

    @EACH_TASK
    def test_it_answers_who_configures_it_by_hand(
        self, graph: Graph, no_model_comes_along: Path, task: str
    ) -> None:
        node = TASKS[task](overrides={"autostart": False})
        graph.spin(node)
        for _ in range(2):
            assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
            assert node._state_machine.current_state[1] == "unconfigured"
        a_network(no_model_comes_along, task)
        assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
        assert node.trigger_activate() == TransitionCallbackReturn.SUCCESS

    def test_a_file_that_was_asked_for_is_a_mistake_and_no_patience(
        self, graph: Graph, tmp_path: Path
    ) -> None:
        node = a_node(tmp_path / "none.onnx", "objects")
        graph.spin(node)
        await_that(lambda: "there is no file" in node.troubles.last, why="it is said")
        assert node.waits_for is None


@EACH_TASK
def test_a_damaged_network_is_said_in_a_sentence_and_a_whole_one_begins(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    monkeypatch.setattr(lifecycle, "_FIRST_PAUSE_S", 0.05)
    file = a_network(tmp_path, task)
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    node = a_node(file, task)
    graph.spin(node)
    await_that(lambda: "sha256 is not that of" in node.troubles.last, why="it is said")
    assert "\n" not in node.troubles.last
    file.write_bytes(whole)
    await_that(lambda: node.active, why="it begins by itself")


def test_a_node_whose_network_fails_on_one_image_looks_at_the_next(
    graph: Graph, tmp_path: Path
) -> None:
    """A segmenter whose card lacks the class of red pixels."""
    file = tiny_segmentation_onnx(tmp_path / "segmentation.onnx", H, W, classes=["floor"])
    node = a_node(file, "segmentation", every=1)
    labels = graph.collect(
        WIRES["segmentation/labels"].type, "segmentation/labels", profile("IMAGE")
    )
    camera = Camera(graph)
    graph.start(node)
    await_that(lambda: node.wanted("segmentation/labels"), why="discovery")
    camera.show(1, node)
    await_that(lambda: "it gives class 1" in node.troubles.last, why="it is said")
    camera._publisher.publish(
        WIRES["camera/image_raw"].pack(ColourImage(2, np.zeros((48, 64, 3), np.uint8)), "camera")
    )
    await_that(lambda: labels, why="the next image has labels")
    assert stamp_ns(labels[0].header) == 2


class Events:
    """Notes what is published in a process, in its order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seen: list[tuple[str, int]] = []
        self.values: dict[str, list[Any]] = {}

    def of(self, topic: str) -> Callable[[Any], None]:
        self.values[topic] = []

        def note(value: Any) -> None:
            with self._lock:
                self.seen.append((topic, value.stamp_ns))
                self.values[topic].append(value)

        return note


def everywhere(folder: Path, task: str) -> Path:
    """Write a network that sees one thing over most of the image."""
    outputs = {
        "boxes": np.array([[4, 2, 28, 22]], np.float32),
        "scores": np.array([[0.9, 0.0]] if task == "objects" else [0.9], np.float32),
    }
    if task == "face":
        outputs["landmarks"] = np.zeros((1, 5, 2), np.float32)
    card = {"classes": ["chair", "door"] if task == "objects" else None}
    return constant_onnx(folder / f"{task}.onnx", task, H, W, outputs, card)


def test_in_one_process_depth_goes_first_and_names_reach_the_obstacles(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # on a busy machine, too
    monkeypatch.setattr(gate, "_SILENT_S", 60.0)
    monkeypatch.setattr(gate, "_PATIENCE_S", 60.0)
    timed: dict[str, int] = {}
    ended: list[bool] = []
    events = Events()

    def count(stage: str, _ms: float) -> None:
        timed[stage] = timed.get(stage, 0) + 1

    files = {
        "face_detector": everywhere(tmp_path, "face"),
        "object_detector": everywhere(tmp_path, "objects"),
        "segmenter": a_network(tmp_path, "segmentation"),
    }
    overrides: dict[str, dict[str, Any]] = {
        name: {"model.file": str(file)} for name, file in files.items()
    }
    overrides["speech"] = {"voice.engine": "silent"}
    source = SyntheticSource(320, 240, 10.0, seed=3, seconds=4.0)
    source.prepare()
    composed = Composition(
        overrides, count, camera={"source": source, "ended": lambda: ended.append(True)}
    )
    topics = ("depth/status", "faces", "objects", "segmentation/labels", "obstacles")
    for topic in topics:
        composed.listen(topic, events.of(topic))
    assert composed.looks_for_faces()
    graph.start(*composed.nodes.values())
    await_that(lambda: ended, 30, "the walk ends")
    assert composed.looks_for_faces()
    labels = {o.label for seen in events.values["obstacles"] for o in seen.obstacles}
    assert labels & {"chair", "box", "person"}, labels
    order = {event: n for n, event in reversed(list(enumerate(events.seen)))}
    for topic in ("faces", "objects", "segmentation/labels"):
        assert len(events.values[topic]) >= 5
        for value in events.values[topic]:
            depth = ("depth/status", value.stamp_ns)
            # a stamp that depth passed over has none, and the first may come while it begins
            if depth in order and value.stamp_ns > events.values["depth/status"][0].stamp_ns:
                assert order[depth] < order[(topic, value.stamp_ns)]
    assert all(timed[stage] >= 5 for stage in files)
    last = events.values["obstacles"][-1]
    assert 0.0 < last.ages.objects_s < 1.0 and 0.0 < last.ages.labels_s < 1.5


def test_the_graph_runs_without_any_network(graph: Graph, no_model_comes_along: Path) -> None:
    source = SyntheticSource(320, 240, 10.0, seed=3, seconds=2.0)
    source.prepare()
    composed = Composition(
        {"speech": {"voice.engine": "silent"}}, lambda *_: None, camera={"source": source}
    )
    events = Events()
    composed.listen("obstacles", events.of("obstacles"))
    graph.spin(*composed.nodes.values())
    waiting = [composed.nodes[n] for n in ("face_detector", "object_detector", "segmenter")]
    await_that(lambda: any(o.obstacles for o in events.values["obstacles"]), why="obstacles")
    await_that(lambda: all(node.waits_for is not None for node in waiting), why="they wait")
    assert not any(node.active for node in waiting)
    assert not composed.looks_for_faces()


def test_a_mirror_without_vision_msgs_is_one_sentence_and_exit_code_2(
    processes: Processes,
) -> None:
    process = processes.node("face_detector", "-p", "mirror:=true")
    assert process.wait(30) == 2
    output = processes.output(process)
    assert "vision_msgs cannot be imported" in output and "Traceback" not in output
