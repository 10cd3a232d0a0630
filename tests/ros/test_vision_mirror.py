"""vision_msgs is on robots only: elsewhere doubles with its fields (4.1) stand for it."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from followme.ros.vision_mirror import VisionMirror
from followme.settings import SettingsError
from followme.values.detections import Detections

FOUND = Detections(
    1_500_000_000,
    (640, 480),
    np.array([[10, 20, 50, 100], [0, 0, 2, 4]], np.float32),
    np.array([0.75, 0.5], np.float32),
    ("person", "chair"),
)


class Message(SimpleNamespace):
    """Takes any field, makes what is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = Message()
        setattr(self, name, value)
        return value


class Publisher:
    def __init__(self, kind: type, topic: str, qos: Any) -> None:
        self.kind, self.topic, self.qos = kind, topic, qos
        self.said: list[Any] = []
        self.listeners = 1

    def publish(self, message: Any) -> None:
        assert isinstance(message, self.kind)
        self.said.append(message)

    def get_subscription_count(self) -> int:
        return self.listeners


class Node:
    def __init__(self) -> None:
        self.publishers: dict[str, Publisher] = {}
        self.clock = SimpleNamespace(now_ns=lambda: 2_000_000_000)

    def create_lifecycle_publisher(self, kind: type, topic: str, qos: Any) -> Publisher:
        self.publishers[topic] = Publisher(kind, topic, qos)
        return self.publishers[topic]


@pytest.fixture(params=["double", "real"])
def vision_msgs(request, monkeypatch) -> ModuleType:
    if request.param == "real":
        return pytest.importorskip("vision_msgs.msg", reason="vision_msgs comes with a robot only")
    names = (
        "Detection2D",
        "Detection2DArray",
        "LabelInfo",
        "ObjectHypothesisWithPose",
        "VisionClass",
    )
    module = ModuleType("vision_msgs.msg")
    for name in names:
        setattr(module, name, type(name, (Message,), {}))
    monkeypatch.setitem(sys.modules, "vision_msgs", ModuleType("vision_msgs"))
    monkeypatch.setitem(sys.modules, "vision_msgs.msg", module)
    return module


def test_without_the_package_it_is_refused_with_the_mend(monkeypatch):
    monkeypatch.setitem(sys.modules, "vision_msgs", None)
    with pytest.raises(SettingsError, match="install it with 'sudo apt-get install") as refused:
        VisionMirror(Node(), "faces")
    assert "\n" not in str(refused.value)


def test_boxes_have_their_middle_their_size_and_the_name_of_their_class(vision_msgs):
    node = Node()
    mirror = VisionMirror(node, "objects")
    mirror.name(("chair", "person"), 0.4)
    mirror.show(FOUND, "camera")
    (message,) = node.publishers["objects/detection2d"].said
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (1, 500_000_000)
    assert message.header.frame_id == "camera"
    first, second = message.detections
    centre = first.bbox.center.position
    assert (centre.x, centre.y, first.bbox.size_x, first.bbox.size_y) == (30, 60, 40, 80)
    assert [d.results[0].hypothesis.class_id for d in (first, second)] == ["person", "chair"]
    assert first.results[0].hypothesis.score == 0.75


def test_which_classes_there_are_is_latched(vision_msgs):
    node = Node()
    VisionMirror(node, "objects").name(("chair", "person"), 0.4)
    publisher = node.publishers["objects/vision_info"]
    (info,) = publisher.said
    assert [(c.class_id, c.class_name) for c in info.class_map] == [(0, "chair"), (1, "person")]
    assert info.threshold == pytest.approx(0.4)
    assert info.header.stamp.sec == 2
    assert publisher.qos.durability.name == "TRANSIENT_LOCAL"


def test_no_message_is_made_while_nobody_listens(vision_msgs):
    node = Node()
    mirror = VisionMirror(node, "faces")
    mirror.name(("face",), 0.5)
    node.publishers["faces/detection2d"].listeners = 0
    mirror.show(FOUND, "camera")
    assert node.publishers["faces/detection2d"].said == []
