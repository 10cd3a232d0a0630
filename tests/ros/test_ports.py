from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rclpy.lifecycle import LifecycleNode
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

from followme.ros import ports
from followme.ros.exchange import Exchange
from followme.ros.images import colour_to_msg
from followme.ros.ports import InPort, OutPort, Rate
from followme.ros.qos import profile
from followme.values.frame import ColourImage
from followme.values.label_map import LabelInfo
from followme.values.obstacle import Obstacles, Sight
from followme_msgs.msg import ObstacleArray
from tests.real_ros import await_that

from .any_values import same
from .conftest import Ros

OBSTACLES, IMAGE, TRUTH = "obstacles", "camera/image_raw", "camera/truth"
LABEL_INFO = "segmentation/label_info"
SEEN = Obstacles(5, (), Sight.DEGRADED, "dark")
BGR = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)


class Ends:
    """Both ends of topics, in one process or as if in two, and what came of it."""

    def __init__(self, ros: Ros) -> None:
        self._ros = ros
        self.here, self.there = Exchange(), Exchange()
        self.got: list[tuple[Any, str]] = []
        self.troubles: list[str] = []
        self.takes = lambda value, frame_id: self.got.append((value, frame_id))

    def lifecycle_node(self, name: str, **more: Any) -> LifecycleNode:
        node = self._ros.keep(LifecycleNode(name, **more))
        node.trigger_configure()
        node.trigger_activate()
        return node

    def out(self, topic: str, node: Any = None, exchange: Exchange | None = None) -> OutPort:
        node = node or self._ros.keep(LifecycleNode("giver"))
        port = OutPort(node, topic, exchange or self.here, self.troubles.append)
        node.trigger_configure()
        node.trigger_activate()
        return port

    def into(self, topic: str, exchange: Exchange, node: Any = None) -> InPort:
        node = node or self._ros.node("taker")
        port = InPort(node, topic, exchange, lambda v, f: self.takes(v, f), self.troubles.append)
        port.open()
        return port


@pytest.fixture
def ends(ros) -> Ends:
    return Ends(ros)


class TestRate:
    @pytest.fixture
    def clock(self, monkeypatch):
        now = SimpleNamespace(s=1000.0)
        monkeypatch.setattr(ports, "time", SimpleNamespace(monotonic=lambda: now.s))
        return now

    def test_nothing_came(self, clock):
        assert (Rate().hz(), Rate().count) == (0.0, 0)

    def test_it_is_that_of_the_last_seconds(self, clock):
        rate = Rate()
        for _ in range(60):
            clock.s += 0.1
            rate.tick()
        assert rate.hz() == pytest.approx(10.0, abs=0.5)
        assert rate.count == 60
        clock.s += 10.0
        assert rate.hz() == 0.0
        assert rate.count == 60


class TestInsideAProcess:
    def test_the_very_value_is_handed_over(self, ends):
        out, into = ends.out(OBSTACLES), ends.into(OBSTACLES, ends.here)
        out.publish(SEEN, "walker")
        assert ends.got[0][0] is SEEN
        assert ends.got[0][1] == "walker"
        assert (out.rate.count, into.rate.count) == (1, 1)

    def test_no_message_is_made_when_nobody_outside_listens(self, ends, monkeypatch):
        out = ends.out(OBSTACLES)
        ends.into(OBSTACLES, ends.here)
        monkeypatch.setattr(out, "_wire", SimpleNamespace(pack=pytest.fail))
        assert not out.wanted
        out.publish(SEEN, "walker")
        assert len(ends.got) == 1

    def test_what_has_no_message_is_handed_over_all_the_same(self, ends):
        out = ends.out(TRUTH)
        ends.into(TRUTH, ends.here)
        ends.into(TRUTH, ends.there, ends.lifecycle_node("far"))
        out.publish((5, ()), "walker")
        assert ends.got == [((5, ()), "walker")]
        assert not out.wanted

    def test_who_closed_takes_nothing_and_may_open_again(self, ends):
        out, into = ends.out(OBSTACLES), ends.into(OBSTACLES, ends.here)
        into.close()
        into.close()
        out.publish(SEEN, "walker")
        assert ends.got == []
        into.open()
        out.publish(SEEN, "walker")
        assert len(ends.got) == 1

    def test_a_namespace_moves_both_ends(self, ros, ends):
        out = ends.out(OBSTACLES, ros.keep(LifecycleNode("giver", namespace="/walk")))
        into = ends.into(OBSTACLES, ends.here, ros.node("taker", namespace="/walk"))
        elsewhere = ends.into(OBSTACLES, ends.here, ros.node("other"))
        out.publish(SEEN, "walker")
        assert out.resolved == into.resolved == "/walk/obstacles"
        assert elsewhere.resolved == "/obstacles"
        assert len(ends.got) == 1

    def test_a_remap_moves_both_ends(self, ros, ends):
        arguments = ["--ros-args", "-r", "obstacles:=/other"]
        ends.out(OBSTACLES, ros.keep(LifecycleNode("giver", cli_args=arguments)))
        into = ends.into(OBSTACLES, ends.here, ros.node("taker", cli_args=arguments))
        assert ends.here.has_giver("/other")
        assert into.resolved == "/other"


class TestBetweenProcesses:
    def test_an_equal_value_arrives_with_its_frame(self, ros, ends):
        out = ends.out(OBSTACLES)
        ends.into(OBSTACLES, ends.there)
        ros.spin()
        await_that(lambda: out.wanted, why="discovery")
        out.publish(SEEN, "ignored: obstacles are always in the walker's frame")
        await_that(lambda: ends.got, why="the value arrives")
        value, frame_id = ends.got[0]
        assert same(value, SEEN)
        assert value is not SEEN
        assert frame_id == "walker"
        assert ends.troubles == []

    def test_an_image_arrives_to_the_bit(self, ros, ends):
        out = ends.out(IMAGE)
        ends.into(IMAGE, ends.there)
        ros.spin()
        await_that(lambda: out.wanted, why="discovery")
        image = ColourImage(9, BGR)
        # best effort: the first may be lost
        await_that(lambda: out.publish(image, "camera") or ends.got, why="an image arrives")
        value, frame_id = ends.got[0]
        assert (value.stamp_ns, frame_id) == (9, "camera")
        assert np.array_equal(value.bgr, BGR)

    def test_a_publisher_that_was_not_activated_says_nothing(self, ros, ends):
        node = ros.keep(LifecycleNode("giver"))
        out = OutPort(node, OBSTACLES, ends.here, ends.troubles.append)
        ends.into(OBSTACLES, ends.there)
        ros.spin()
        await_that(lambda: out.wanted, why="discovery")
        out.publish(SEEN, "walker")
        node.trigger_configure()
        node.trigger_activate()
        later = Obstacles(6, (), Sight.SEEING)
        out.publish(later, "walker")
        await_that(lambda: ends.got, why="the value arrives")
        assert same(ends.got[0][0], later)

    def test_who_closed_is_no_subscriber_any_more_and_may_open_again(self, ros, ends):
        out, into = ends.out(OBSTACLES), ends.into(OBSTACLES, ends.there)
        ros.spin()
        await_that(lambda: out.wanted, why="discovery")
        ros.call(into.close)
        await_that(lambda: not out.wanted, why="the subscriber is gone")
        ros.call(into.open)
        await_that(lambda: out.wanted, why="it is back")
        out.publish(SEEN, "walker")
        await_that(lambda: ends.got, why="the value arrives")


class TestLostOnTheWay:
    """What DDS counts as lost; tests/graph/test_image_sizes.py lets it be lost."""

    @pytest.fixture
    def into(self, ros, ends):
        self.out = ends.out(OBSTACLES)
        port = ends.into(OBSTACLES, ends.there)
        ros.spin()
        await_that(lambda: self.out.wanted and port._subscription.get_publisher_count())
        return port

    def test_some_in_a_row_are_named_until_one_comes(self, ends, into):
        into._message_lost(2)
        assert into.unheard() == "", "best effort may lose one"
        into._message_lost(1)
        assert into.unheard().startswith("/obstacles: its messages are lost on the way here; if")
        self.out.publish(SEEN, "walker")
        await_that(lambda: ends.got, why="the value arrives")
        assert (into.unheard(), into.lost) == ("", 3)

    def test_some_between_others_are_only_counted(self, ends, into):
        self.out.publish(SEEN, "walker")
        await_that(lambda: ends.got, why="the value arrives")
        into._message_lost(5)
        assert (into.unheard(), into.lost) == ("", 5), "it came not long ago"


class TestBadMessages:
    @pytest.fixture
    def stranger(self, ros, ends):
        """Return the port of images and what publishes any message on its topic."""
        into = ends.into(IMAGE, ends.there)
        publisher = ros.node("stranger").create_publisher(Image, IMAGE, profile("RESULT"))
        ros.spin()
        await_that(lambda: publisher.get_subscription_count() > 0, why="discovery")
        return into, publisher

    def test_it_is_said_with_its_topic_and_the_next_one_is_taken(self, ros, ends, stranger):
        into, publisher = stranger
        message = colour_to_msg(ColourImage(9, BGR), "camera")
        message.encoding = "nonsense"
        publisher.publish(message)
        await_that(lambda: ends.troubles, why="the trouble is said")
        assert ends.troubles[0].startswith("/camera/image_raw: ")
        assert "'nonsense'" in ends.troubles[0]
        assert (ends.got, into.rate.count) == ([], 0)
        publisher.publish(colour_to_msg(ColourImage(9, BGR), "camera"))
        await_that(lambda: ends.got, why="the good image arrives")
        assert ros.error is None

    def test_what_fits_to_nothing_else_is_its_senders_mistake_too(self, ros, ends, stranger):
        """Two topics may each be well formed and contradict each other."""

        def refuse(value, _frame_id):
            raise ValueError("depth_m: expected another shape")

        _, publisher = stranger
        ends.takes = refuse
        publisher.publish(colour_to_msg(ColourImage(9, BGR), "camera"))
        await_that(lambda: ends.troubles or ros.error, why="the trouble is said")
        assert ros.error is None
        assert ends.troubles == ["/camera/image_raw: depth_m: expected another shape"]


class TestQualityOfService:
    def test_a_publisher_that_promises_too_little_is_named(self, ros, ends):
        ends.into(OBSTACLES, ends.there)
        careless = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        ros.node("stranger").create_publisher(ObstacleArray, OBSTACLES, careless)
        ros.spin()
        await_that(lambda: ends.troubles, why="the trouble is said")
        assert ends.troubles[0].startswith("/obstacles: ")
        assert "reliability" in ends.troubles[0]
        assert "qos_overrides./obstacles.subscription" in ends.troubles[0]

    def test_a_subscriber_that_asks_too_much_is_named(self, ros, ends):
        ends.out(OBSTACLES)
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        ros.node("stranger").create_subscription(ObstacleArray, OBSTACLES, print, latched)
        ros.spin()
        await_that(lambda: ends.troubles, why="the trouble is said")
        assert ends.troubles[0].startswith("/obstacles: ")
        assert "durability" in ends.troubles[0]

    def test_a_parameter_overrides_it(self, ros, ends):
        overrides = [
            Parameter("qos_overrides./obstacles.subscription.reliability", value="best_effort")
        ]
        taker = ros.node(
            "taker",
            automatically_declare_parameters_from_overrides=True,
            parameter_overrides=overrides,
        )
        into = ends.into(OBSTACLES, ends.there, taker)
        careless = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        publisher = ros.node("stranger").create_publisher(ObstacleArray, OBSTACLES, careless)
        ros.spin()
        await_that(lambda: publisher.get_subscription_count() > 0, why="discovery")
        await_that(lambda: publisher.publish(ObstacleArray()) or ends.got, why="it arrives")
        assert ends.troubles == []
        assert profile("RESULT").reliability is ReliabilityPolicy.RELIABLE  # for all others
        into.close()
        into.open()  # its parameters are declared already
        await_that(lambda: publisher.get_subscription_count() > 0, why="discovery")


class TestLatched:
    INFO = LabelInfo(3, ("floor", "chair"), ((2,), ()), "segmentation.onnx", "ab")

    def test_it_comes_to_who_listens_later_in_the_process(self, ends):
        ends.out(LABEL_INFO).publish(self.INFO, "camera")
        ends.into(LABEL_INFO, ends.here)
        assert ends.got == [(self.INFO, "camera")]

    def test_it_comes_to_who_subscribes_later_elsewhere(self, ros, ends):
        ends.out(LABEL_INFO).publish(self.INFO, "camera")
        ends.into(LABEL_INFO, ends.there)
        ros.spin()
        await_that(lambda: ends.got, why="the label info arrives")
        assert ends.got == [(self.INFO, "camera")]
