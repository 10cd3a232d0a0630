"""The overlay node: an image waits for its faces, and shows none of them; labels are painted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from followme.nodes.overlay import Overlay
from followme.ros.images import colour_from_compressed, colour_from_msg
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import WIRES
from followme.values.detections import Detections
from followme.values.frame import ColourImage, GreyImage
from followme.values.label_map import NO_CLASS, LabelInfo
from tests.real_ros import await_that

from .conftest import Graph

pytestmark = pytest.mark.graph

NOISE = np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8)
FACE = (slice(210, 270), slice(310, 350))


def a_face(stamp: int) -> Detections:
    box = np.array([[300, 200, 360, 280]], np.float32)
    return Detections(stamp, (640, 480), box, np.ones(1, np.float32), ("face",))


class Driver:
    """Publishes images and faces, and waits until each is taken."""

    def __init__(self, graph: Graph, node: Overlay) -> None:
        self._node = node
        self._out = {
            topic: graph.driver.create_publisher(WIRES[topic].type, topic, profile(qos))
            for topic, qos in (
                ("camera/image_raw", "IMAGE"),
                ("faces", "RESULT"),
                ("segmentation/labels", "IMAGE"),
                ("segmentation/label_info", "LATCHED"),
            )
        }
        self.got = graph.collect(WIRES["overlay/image"].type, "overlay/image", profile("IMAGE"))

    def connected(self) -> bool:
        return self._node.wanted("overlay/image") and all(
            p.get_subscription_count() > 0 for p in self._out.values()
        )

    def send(self, topic: str, value: Any) -> None:
        before = self._node.received(topic)
        self._out[topic].publish(WIRES[topic].pack(value, "camera_optical_frame"))
        await_that(lambda: self._node.received(topic) > before, why=f"{topic} arrives")

    def image(self, stamp: int) -> None:
        self.send("camera/image_raw", ColourImage(stamp, NOISE))

    def shown(self, stamp: int) -> np.ndarray:
        await_that(lambda: any(stamp_ns(m.header) == stamp for m in self.got), why="the picture")
        return colour_from_msg(next(m for m in self.got if stamp_ns(m.header) == stamp)).bgr


def start(graph: Graph, **overrides: Any) -> Driver:
    node = Overlay(overrides=overrides)
    driver = Driver(graph, node)
    graph.start(node)
    await_that(driver.connected, why="discovery")
    return driver


def test_a_face_is_not_to_be_recognised(graph: Graph) -> None:
    driver = start(graph)
    driver.send("faces", a_face(1))  # from now on images wait for their faces
    driver.image(2)
    driver.image(3)
    driver.send("faces", a_face(2))
    picture = driver.shown(2)
    assert picture[FACE].std() < 0.4 * NOISE[FACE].std()
    assert not any(stamp_ns(m.header) == 3 for m in driver.got)
    driver.send("faces", Detections.empty(3, (640, 480)))
    assert (driver.shown(3)[FACE] == NOISE[FACE]).all()


def test_the_same_picture_comes_as_jpeg_to_who_wants_that_alone(graph: Graph) -> None:
    node = Overlay()
    topic = "overlay/image/compressed"
    images = graph.driver.create_publisher(
        WIRES["camera/image_raw"].type, "camera/image_raw", profile("IMAGE")
    )
    faces = graph.driver.create_publisher(WIRES["faces"].type, "faces", profile("RESULT"))
    got = graph.collect(WIRES[topic].type, topic, profile("IMAGE"))
    graph.start(node)
    await_that(lambda: node.wanted(topic) and images.get_subscription_count(), why="discovery")
    faces.publish(WIRES["faces"].pack(a_face(1), "eye"))
    await_that(lambda: node.received("faces"), why="faces come")
    images.publish(WIRES["camera/image_raw"].pack(ColourImage(2, NOISE), "eye"))
    await_that(lambda: node.received("camera/image_raw"), why="the image comes")
    faces.publish(WIRES["faces"].pack(a_face(2), "eye"))
    (message,) = await_that(lambda: got, why="the picture")
    assert (stamp_ns(message.header), message.header.frame_id) == (2, "eye")
    picture = colour_from_compressed(message).bgr
    assert picture.shape == NOISE.shape
    assert picture[FACE].std() < 0.4 * NOISE[FACE].std()
    assert not node.wanted("overlay/image") and node.outs["overlay/image"].rate.count == 0


def test_without_a_face_detector_nothing_waits(graph: Graph) -> None:
    driver = start(graph)
    driver.image(1)
    assert (driver.shown(1)[FACE] == NOISE[FACE]).all()


def test_who_wants_faces_as_they_are_gets_them_at_once(graph: Graph) -> None:
    driver = start(graph, keep_faces=True)
    driver.send("faces", a_face(1))
    driver.image(2)
    assert (driver.shown(2)[FACE] == NOISE[FACE]).all()


NAMES = LabelInfo(0, ("floor", "chair"), ((), ()), "m.onnx", "")
# where nothing but labels is drawn when nothing is known
KNOWN, UNKNOWN = (slice(60, 400), slice(10, 300)), (slice(60, 400), slice(340, 480))


def half_known(stamp: int, label: int = 1) -> GreyImage:
    labels = np.full((480, 640), NO_CLASS, np.uint8)
    labels[:, :320] = label
    return GreyImage(stamp, labels)


def is_painted(picture: np.ndarray) -> bool:
    assert (picture[UNKNOWN] == NOISE[UNKNOWN]).all()
    return bool((picture[KNOWN] != NOISE[KNOWN]).any(axis=-1).mean() > 0.9)


@pytest.mark.parametrize("draw", [True, False])
def test_known_pixels_are_painted_unless_nobody_wants_it(graph: Graph, draw: bool) -> None:
    driver = start(graph, draw_labels=draw)
    driver.send("segmentation/label_info", NAMES)
    driver.send("segmentation/labels", half_known(1))
    driver.image(2)
    assert is_painted(driver.shown(2)) is draw


def test_labels_of_long_ago_or_of_no_name_are_not_painted(graph: Graph) -> None:
    driver = start(graph)
    driver.send("segmentation/labels", half_known(1))
    driver.image(2)
    assert not is_painted(driver.shown(2))  # what the numbers mean was not said yet
    driver.send("segmentation/label_info", NAMES)
    driver.send("segmentation/labels", half_known(3))
    driver.image(500_000_003)
    assert is_painted(driver.shown(500_000_003))
    driver.image(500_000_004)
    assert not is_painted(driver.shown(500_000_004))


def test_a_number_without_a_name_is_told_and_does_not_stop_the_pictures(graph: Graph) -> None:
    driver = start(graph)
    driver.send("segmentation/label_info", NAMES)
    driver.send("segmentation/labels", half_known(1, label=2))
    driver.image(2)
    assert not is_painted(driver.shown(2))
    (node,) = graph.nodes
    assert "segmentation/labels: labels: class 2 has no name" in node.troubles.last
