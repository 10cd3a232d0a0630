"""Images that a driver packs: heard where image_transport gives them, refused in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

from followme.graph import NODES
from followme.ros.exchange import Exchange
from followme.ros.images import (
    colour_from_compressed,
    colour_to_compressed,
    colour_to_msg,
    depth_to_msg,
)
from followme.ros.ports import InPort, OutPort
from followme.ros.qos import profile
from followme.ros.transports import PACKED, RAW, transport_of, way_of
from followme.settings import settings_of
from followme.values.frame import ColourImage, DepthImage
from tests.graph.conformance.pictures import packed_depth, packed_image
from tests.graph.conformance.spoiled import SPOILED_PACKED
from tests.real_ros import await_that

from .conftest import Ros

COLOUR, DEPTH = "camera/image_raw", "camera/depth/image_raw"
RELIABLE = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)
BGR = np.random.default_rng(3).integers(0, 256, (24, 32, 3), np.uint8)


def a_picture(stamp: int = 1_000_000_007, ending: str = ".png") -> Any:
    return packed_image(colour_to_msg(ColourImage(stamp, BGR), "chest/eye"), ending)


class Driver:
    """A camera driver that publishes one packed topic, and the port that takes it."""

    def __init__(self, ros: Ros, topic: str, transport: str, **more: Any) -> None:
        self.got: list[tuple[Any, str]] = []
        self.troubles: list[str] = []
        taker = ros.node("taker", **more.pop("taker", {}))
        self.port = InPort(
            *(taker, topic, Exchange(), lambda v, f: self.got.append((v, f))),
            self.troubles.append,
            transport,
        )
        self.port.open()
        name = more.pop("name", f"/{topic}/{transport}")
        self._out = ros.node("driver").create_publisher(CompressedImage, name, RELIABLE)
        ros.spin()
        await_that(self._out.get_subscription_count, why=f"the port listens to {name}")

    def gives(self, message: Any) -> Any:
        before = len(self.got)
        self._out.publish(message)
        await_that(lambda: len(self.got) > before, why="it is taken")
        return self.got[-1]


@pytest.mark.parametrize("node", NODES, ids=lambda n: n.name)
def test_who_takes_images_can_be_told_how_they_come(node: Any) -> None:
    settings = {s.name: s for s in settings_of(node.settings)}
    for topic, packed in PACKED.items():
        if topic in node.subscribes:
            assert settings[packed.setting].choices == (RAW, *packed.unpack)
            assert settings[packed.setting].read_only
            assert transport_of(node.settings(), topic) == RAW
        else:
            assert packed.setting not in settings


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_a_packed_image_comes_with_its_stamp_and_frame(ros: Ros, ending: str) -> None:
    driver = Driver(ros, COLOUR, "compressed")
    image, frame = driver.gives(a_picture(1_000_000_007, ending))
    assert (image.stamp_ns, frame) == (1_000_000_007, "chest/eye")
    error = np.abs(image.bgr.astype(int) - BGR).mean()
    assert error == 0.0 if ending == ".png" else 0.0 < error < 60.0
    assert driver.port.resolved == "/camera/image_raw/compressed"


@pytest.mark.parametrize("transport", ["compressed", "compressedDepth"])
def test_packed_depth_is_metres(ros: Ros, transport: str) -> None:
    driver = Driver(ros, DEPTH, transport)
    metres = np.array([[np.nan, 1.5], [0.25, 9.0]], np.float32)
    message = packed_depth(depth_to_msg(DepthImage(5, metres), "eye"))
    if transport == "compressed":
        message.format, message.data = "16UC1; png compressed ", message.data[12:]
    depth, frame = driver.gives(message)
    np.testing.assert_allclose(depth.depth_m, metres, rtol=1e-6)
    assert (depth.stamp_ns, frame, depth.counted) == (5, "eye", True)


@pytest.mark.parametrize("how", SPOILED_PACKED)
def test_a_bad_one_is_one_sentence_and_the_next_good_one_is_taken(ros: Ros, how: str) -> None:
    driver = Driver(ros, COLOUR, "compressed")
    driver._out.publish(SPOILED_PACKED[how](a_picture()))
    await_that(lambda: driver.troubles, why="the trouble is said")
    (sentence,) = driver.troubles
    assert sentence.startswith("/camera/image_raw/compressed: ") and "\n" not in sentence
    assert driver.gives(a_picture())[0].stamp_ns == 1_000_000_007
    assert len(driver.troubles) == len(driver.got) == 1 and ros.error is None


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("camera/image_raw:=/chest/color/image_raw", "/chest/color/image_raw/compressed"),
        ("camera/image_raw/compressed:=/radio/jpeg", "/radio/jpeg"),
    ],
)
def test_a_remap_of_the_image_moves_it_and_one_of_its_own_outranks_that(
    ros: Ros, rule: str, name: str
) -> None:
    taker = {"cli_args": ["--ros-args", "-r", rule]}
    driver = Driver(ros, COLOUR, "compressed", name=name, taker=taker)
    driver.gives(a_picture())
    assert driver.port.resolved == name


def test_inside_a_process_nothing_is_packed(ros: Ros) -> None:
    exchange, got = Exchange(), []
    out = OutPort(ros.keep(LifecycleNode("giver")), COLOUR, exchange, pytest.fail)
    take = lambda value, _frame: got.append(value)  # noqa: E731
    port = InPort(ros.node("taker"), COLOUR, exchange, take, pytest.fail, "compressed")
    port.open()
    image = ColourImage(3, BGR)
    out.publish(image, "eye")
    assert got == [image] and got[0] is image
    assert (port.resolved, port.unheard()) == ("/camera/image_raw", "")


@pytest.mark.parametrize(
    ("asked", "given", "name", "kind"),
    [
        (RAW, "compressed", "/camera/image_raw/compressed", CompressedImage),
        ("compressed", RAW, "/camera/image_raw", Image),
    ],
)
def test_a_driver_that_gives_it_otherwise_is_named_with_the_mend(
    ros: Ros, asked: str, given: str, name: str, kind: type
) -> None:
    taker, other = ros.node("taker"), ros.node("driver")
    port = InPort(taker, COLOUR, Exchange(), pytest.fail, pytest.fail, asked)
    assert port.unheard() == ""  # it is not open
    port.open()
    ros.spin()
    assert port.unheard() == ""  # nobody is there
    publisher = other.create_publisher(kind, name, profile("IMAGE"))
    own = way_of(taker, COLOUR, asked).name
    words = f"{own}: nobody publishes it, but {name} is there; "
    await_that(lambda: port.unheard().startswith(words), why="it is said")
    assert port.unheard().endswith(f"set the parameter image_transport to {given}")
    # a driver with image_transport gives both
    both = other.create_publisher(way_of(taker, COLOUR, asked).message, own, profile("IMAGE"))
    await_that(lambda: port.unheard() == "", why="all is well")
    other.destroy_publisher(publisher)
    other.destroy_publisher(both)


def test_a_picture_for_people_can_be_read_by_whoever_reads_compressed_images() -> None:
    smooth = np.full((48, 64, 3), (30, 120, 200), np.uint8)
    message = colour_to_compressed(ColourImage(9, smooth), "eye")
    assert message.format == "bgr8; jpeg compressed bgr8"
    assert bytes(message.data[:3]) == b"\xff\xd8\xff"
    back = colour_from_compressed(message)
    assert (back.stamp_ns, message.header.frame_id) == (9, "eye")
    assert np.abs(back.bgr.astype(int) - smooth).max() <= 3
