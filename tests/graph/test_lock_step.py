"""One walk through both wirings, frame by frame: the chain without ROS and the nodes agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosgraph_msgs.msg import Clock as ClockMsg

from followme.nodes.depth_estimator import DepthEstimator
from followme.nodes.face_detector import FaceDetectorNode
from followme.nodes.object_detector import ObjectDetectorNode
from followme.nodes.obstacle_fusion import ObstacleFusion
from followme.nodes.segmenter import SegmenterNode
from followme.nodes.speech import Speech
from followme.pipeline import Pipeline, PipelineSettings, Step
from followme.ros import messages
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns, to_time
from followme.ros.wire import WIRES
from followme.settings import (
    FaceDetectorSettings,
    ModelSettings,
    ObjectDetectorSettings,
    SegmenterSettings,
    SpeechSettings,
    VoiceSettings,
)
from followme.sources.synthetic import SyntheticSource
from followme.values.frame import CameraInfo, ColourImage, DepthImage, Frame
from followme.values.intent import Outcome
from followme.voices.silent import SilentVoice
from tests.build import constant_onnx, tiny_segmentation_onnx
from tests.real_ros import await_that

from .conftest import Graph

pytestmark = pytest.mark.graph

_PERIOD_NS = 100_000_000


def the_walk() -> list[Frame]:
    """Return seven seconds of the synthetic walk, stamps from 0.1 s on."""
    source = SyntheticSource(320, 240, 10.0, seed=3, seconds=7.0)
    shifted = []
    for i, frame in enumerate(source.frames()):
        stamp = (i + 1) * _PERIOD_NS
        motion = None if frame.motion is None else replace(frame.motion, stamp_ns=stamp)
        shifted.append(replace(frame, stamp_ns=stamp, motion=motion, labels=None))
    return shifted


def networks(folder: Path) -> dict[str, str]:
    """Write a tiny network for each task that gives names; return their files by task."""
    # where the walk has a beam, a wall and a thing beside the way
    boxes = np.array([[58, 8, 90, 42], [0, 0, 64, 119], [128, 64, 160, 119]], np.float32)
    scores = np.array([[0.9, 0.1], [0.2, 0.7], [0.8, 0.3]], np.float32)
    face = {
        "boxes": np.array([[78, 58, 92, 72]], np.float32),
        "scores": scores[0, :1],
        "landmarks": np.zeros((1, 5, 2), np.float32),
    }
    made = {
        "face": constant_onnx(folder / "face.onnx", "face", 120, 160, face),
        "objects": constant_onnx(
            folder / "objects.onnx",
            "objects",
            120,
            160,
            {"boxes": boxes, "scores": scores},
            {"classes": ["chair", "door"]},
        ),
        "segmentation": tiny_segmentation_onnx(
            folder / "segmentation.onnx", 120, 160, classes=["floor", "box"]
        ),
    }
    return {task: str(file) for task, file in made.items()}


def without_ros(walk: list[Frame], files: dict[str, str]) -> list[Step]:
    """Run the walk through the pipeline."""
    silent = SpeechSettings(voice=VoiceSettings(engine="silent"))
    settings = PipelineSettings(
        faces=FaceDetectorSettings(model=ModelSettings(file=files["face"])),
        objects=ObjectDetectorSettings(model=ModelSettings(file=files["objects"])),
        labels=SegmenterSettings(model=ModelSettings(file=files["segmentation"])),
        speech=silent,
    )
    pipeline = Pipeline(settings, SilentVoice, tick_s=None)
    try:
        return [pipeline.step(frame) for frame in walk]
    finally:
        pipeline.close()


class Driver:
    """Plays a camera and a clock, one frame at a time, through DDS."""

    def __init__(self, graph: Graph, nodes: list[Any]) -> None:
        self._nodes = nodes
        node = graph.driver
        self._clock = node.create_publisher(ClockMsg, "/clock", 10)
        topics = ("ego_motion", "camera/camera_info", "camera/depth/image_raw", "camera/image_raw")
        self._out = {
            t: (
                WIRES[t],
                node.create_publisher(
                    WIRES[t].type, t, profile("RESULT" if t == "ego_motion" else "IMAGE")
                ),
            )
            for t in topics
        }

    def connected(self) -> bool:
        wanted = {"camera/camera_info": 2, "camera/image_raw": 4}
        return self._clock.get_subscription_count() >= len(self._nodes) and all(
            p.get_subscription_count() >= wanted.get(t, 1) for t, (_, p) in self._out.items()
        )

    def play(self, frame: Frame, labelled: bool) -> None:
        depth, fusion, speech = self._nodes[:3]
        self._clock.publish(ClockMsg(clock=to_time(frame.stamp_ns)))
        now = frame.stamp_ns
        await_that(lambda: all(n.clock.now_ns() == now for n in self._nodes), why="the clock")
        ticks = speech.ticks
        await_that(lambda: speech.ticks >= ticks + 2, why="speech lets the time pass")
        assert frame.motion is not None and frame.camera is not None and frame.depth_m is not None
        self._send(fusion, "ego_motion", frame.motion)
        self._send(fusion, "camera/camera_info", CameraInfo(now, frame.camera))
        self._send(depth, "camera/depth/image_raw", DepthImage(now, frame.depth_m))
        spoken = speech.received("obstacles")
        names = ["faces", "objects"]
        names += ["segmentation/labels", "segmentation/confidence"] if labelled else []
        named = {topic: fusion.received(topic) for topic in names}
        self._send(depth, "camera/image_raw", ColourImage(now, frame.bgr))
        await_that(lambda: speech.received("obstacles") > spoken, why=f"obstacles at {now} ns")
        for topic, count in named.items():
            await_that(lambda t=topic, n=count: fusion.received(t) > n, why=f"{topic} at {now} ns")
        ticks = speech.ticks
        await_that(lambda: speech.ticks >= ticks + 2, why="speech acts on the obstacles")

    def _send(self, receiver: Any, topic: str, value: Any) -> None:
        wire, publisher = self._out[topic]
        before = receiver.received(topic)
        publisher.publish(wire.pack(value, "camera_optical_frame"))
        await_that(lambda: receiver.received(topic) > before, why=f"{topic} arrives")


class CountingSpeech(Speech):
    """The node, counting how often it let time pass."""

    ticks = 0

    def idle(self) -> None:
        super().idle()
        self.ticks += 1


def with_ros(graph: Graph, walk: list[Frame], files: dict[str, str]) -> tuple[list[Any], list[Any]]:
    """Run the walk through the nodes, each with DDS between it and the next."""
    sim = {"use_sim_time": True}
    nodes = [
        DepthEstimator(overrides=sim),
        ObstacleFusion(overrides=sim),
        CountingSpeech(overrides={**sim, "voice.engine": "silent"}),
        FaceDetectorNode(overrides={**sim, "model.file": files["face"]}),
        ObjectDetectorNode(overrides={**sim, "model.file": files["objects"]}),
        SegmenterNode(overrides={**sim, "model.file": files["segmentation"]}),
    ]
    driver = Driver(graph, nodes)
    obstacles = graph.collect(WIRES["obstacles"].type, "obstacles", profile("RESULT"))
    said = graph.collect(WIRES["announcements"].type, "announcements", profile("RESULT"))
    graph.start(*nodes)
    await_that(driver.connected, why="discovery")
    # the status is the last of depth's topics to be matched
    await_that(lambda: nodes[0].wanted("depth/status") and nodes[0].wanted("depth/sigma"))
    await_that(lambda: nodes[1].wanted("obstacles") and nodes[2].wanted("announcements"))
    await_that(lambda: all(n.wanted(n.spec.publishes[0]) for n in nodes[3:]))
    await_that(lambda: nodes[1].received("segmentation/label_info"), why="labels have names")
    for number, frame in enumerate(walk):
        driver.play(frame, labelled=number % 3 == 0)
    return obstacles, said


def test_both_wirings_give_the_same_obstacles_and_announcements(
    graph: Graph, tmp_path: Path
) -> None:
    walk = the_walk()
    files = networks(tmp_path)
    steps = without_ros(walk, files)
    obstacles, said = with_ros(graph, walk, files)

    assert [stamp_ns(m.header) for m in obstacles] == [f.stamp_ns for f in walk]
    for step, message in zip(steps, obstacles, strict=True):
        assert repr(messages.obstacles_from_msg(message)) == repr(step.obstacles)
    labels = {o.label for s in steps for o in s.obstacles.obstacles}
    assert {"", "box", "chair", "person"} <= labels, "the walk meets things with and without names"
    ages = steps[-1].obstacles.ages
    assert 0 < ages.objects_s == ages.faces_s <= ages.labels_s, "names are of an earlier image"

    started = [a for s in steps for a in s.announcements if a.outcome is Outcome.STARTED]
    heard = [m for m in said if m.outcome == "started"]
    assert [(m.key, m.text) for m in heard] == [(a.key, a.text) for a in started]
    assert len(started) > 1, "the walk gives something to say"
