from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image

from followme.ros.neighbours import already_there
from followme.ros.peers import Peers, takers_of
from followme.ros.qos import profile
from tests.real_ros import await_that

from .conftest import Ros

IMAGE = "sensor_msgs/msg/Image"
TYPES = {"/image": IMAGE, "/info": "sensor_msgs/msg/CameraInfo"}


class World:
    """A graph as one node sees it."""

    def __init__(self, names: list[tuple[str, str]], **endpoints: list[tuple[str, str]]) -> None:
        self._names = names
        self._endpoints = endpoints

    def get_fully_qualified_name(self) -> str:
        return "/robot1/speech"

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        return self._names

    def get_publishers_info_by_topic(self, topic: str) -> list[Any]:
        return self._infos(f"from{topic}")

    def get_subscriptions_info_by_topic(self, topic: str) -> list[Any]:
        return self._infos(f"to{topic}")

    def _infos(self, key: str) -> list[Any]:
        found = self._endpoints.get(key.replace("/", "_"), [])
        return [SimpleNamespace(node_name=n, topic_type=t) for n, t in found]


ALONE = [("speech", "/robot1")]


def test_alone_all_is_well():
    assert Peers(World(ALONE), TYPES).trouble() == ""
    assert Peers(World([]), {}).trouble() == ""


def test_the_same_name_elsewhere_is_another_node():
    world = World([*ALONE, ("speech", "/"), ("speech", "/robot2"), ("camera", "/robot1")])
    assert Peers(world, TYPES).trouble() == ""


def test_a_second_node_of_our_name_is_named():
    trouble = Peers(World([*ALONE, *ALONE]), TYPES).trouble()
    assert "another node is called /robot1/speech" in trouble
    assert "namespace" in trouble


@pytest.mark.parametrize("end", ["from_image", "to_image"])
def test_a_topic_that_somebody_uses_as_another_type_is_named_with_both(end: str):
    other = "sensor_msgs/msg/CompressedImage"
    trouble = Peers(World(ALONE, **{end: [("webcam", other), ("me", IMAGE)]}), TYPES).trouble()
    assert all(word in trouble for word in ("/image", "webcam", other, IMAGE, "remap"))
    assert "me uses" not in trouble


def test_an_endpoint_whose_node_is_not_known_is_somebodys():
    world = World(ALONE, from_image=[("_NODE_NAME_UNKNOWN_", "x/msg/A")])
    assert "/image: somebody uses it as x/msg/A" in Peers(world, TYPES).trouble()


def test_all_that_is_wrong_is_one_text_that_does_not_change_with_the_order():
    one = World([*ALONE, *ALONE], from_image=[("a", "x/msg/A"), ("b", "x/msg/B")])
    two = World([*ALONE, *ALONE], from_image=[("b", "x/msg/B"), ("a", "x/msg/A")])
    assert Peers(one, TYPES).trouble() == Peers(two, TYPES).trouble()
    assert Peers(one, TYPES).trouble().count("; ") >= 2


@pytest.fixture
def elsewhere(ros: Ros) -> Iterator[Node]:
    """Return a node that is in the same graph and, as it were, in another process."""
    context = Context()
    domain_id = rclpy.utilities.get_default_context().get_domain_id()
    rclpy.init(args=[], context=context, domain_id=domain_id)
    node = Node("webcam", context=context)
    yield node
    node.destroy_node()
    rclpy.shutdown(context=context)


def test_a_remap_to_a_topic_of_another_type_is_seen_in_a_real_graph(ros: Ros, elsewhere: Node):
    elsewhere.create_publisher(CompressedImage, "/image", 1)
    me = ros.node("me")
    me.create_subscription(Image, "/image", print, 1)
    peers = Peers(me, TYPES)
    words = "/image: webcam uses it as sensor_msgs/msg/CompressedImage"
    await_that(lambda: words in peers.trouble(), why="the other type is discovered")


def test_a_quality_of_service_that_does_not_fit_is_named_as_long_as_it_lasts(
    ros: Ros, elsewhere: Node
):
    careless = elsewhere.create_publisher(Image, "/image", profile("IMAGE"))
    me = ros.node("me")
    me.create_subscription(Image, "/image", print, profile("RESULT"))
    peers = Peers(me, TYPES)
    words = "/image: webcam offers another quality of service than me asks for (best effort"
    await_that(lambda: words in peers.trouble(), why="the publisher is discovered")
    assert "qos_overrides./image" in peers.trouble() and words in peers.trouble()
    elsewhere.destroy_publisher(careless)
    await_that(lambda: peers.trouble() == "", why="it has left")


def test_two_others_that_do_not_fit_are_their_own_business(ros: Ros, elsewhere: Node):
    elsewhere.create_publisher(Image, "/image", profile("IMAGE"))
    elsewhere.create_subscription(Image, "/image", print, profile("RESULT"))
    me = ros.node("me")
    mine = me.create_subscription(Image, "/image", print, profile("IMAGE"))
    peers = Peers(me, TYPES)
    await_that(mine.get_publisher_count, why="discovery")
    await_that(lambda: len(me.get_subscriptions_info_by_topic("/image")) == 2, why="discovery")
    assert peers.trouble() == ""


def test_who_takes_a_topic_is_known_by_name(ros: Ros):
    giver, taker = ros.node("giver"), ros.node("taker")
    giver.create_publisher(Image, "/image", 1)
    assert takers_of(giver, "/image") == set()
    taker.create_subscription(Image, "/image", print, 1)
    await_that(lambda: takers_of(giver, "/image") == {"taker"})


def test_a_twin_is_seen_in_a_real_graph(ros: Ros):
    first = ros.node("speech", namespace="robot1")
    assert Peers(first, {}).trouble() == ""
    ros.node("speech", namespace="robot1")
    await_that(lambda: "another node is called" in Peers(first, {}).trouble())


class TestNeighbours:
    @pytest.fixture(autouse=True)
    def _same_domain(self, ros: Ros, monkeypatch: pytest.MonkeyPatch) -> None:
        domain_id = rclpy.utilities.get_default_context().get_domain_id()
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain_id))

    def test_an_empty_graph_has_nobody(self):
        assert already_there({"/camera"}, 0.0) == []

    def test_who_is_there_is_found_with_its_namespace(self, ros: Ros):
        ros.node("camera", namespace="fleet/robot1")
        ros.node("speech")
        names = {"/fleet/robot1/camera", "/camera", "/fleet/robot1/speech"}
        assert already_there(names, 15.0) == ["/fleet/robot1/camera"]
        assert already_there({"/speech"}, 15.0) == ["/speech"]

    def test_looking_leaves_nothing_behind_and_disturbs_nobody(self, ros: Ros):
        me = ros.node("me")
        for _ in range(2):
            already_there({"/nobody"}, 0.0)
        await_that(lambda: [n for n in me.get_node_names() if "followme_up" in n] == [])
        assert me.context.ok()
