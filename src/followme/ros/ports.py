"""Where a node meets its topics: by reference inside a process, through DDS between them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.serialization import deserialize_message

from followme.graph import TOPICS
from followme.ros.exchange import Exchange
from followme.ros.qos import profile
from followme.ros.transports import PACKED, RAW, Way, other_ways, way_of
from followme.ros.wire import WIRES

# Rates are counted over this long.
_RATE_WINDOW_S = 3.0
# So many messages that DDS lost in a row are no accident.
_LOST_IN_A_ROW = 3


class Rate:
    """Items a second over the last seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=256)
        self.count = 0

    def tick(self) -> None:
        """Note one item."""
        self._times.append(time.monotonic())
        self.count += 1

    def hz(self) -> float:
        """Return the rate."""
        since = time.monotonic() - _RATE_WINDOW_S
        return sum(1 for t in tuple(self._times) if t >= since) / _RATE_WINDOW_S


class OutPort:
    """A topic that a node publishes.

    A message is made only when somebody outside listens, or may want what is latched later;
    inside the process the value itself is handed over.

    Parameters
    ----------
    node : LifecycleNode
        Whose topic it is.
    topic : str
        Name in the graph.
    exchange : Exchange
        Of this process.
    trouble : callable
        Called with one sentence when a peer asks for another quality of service.
    quality : QoSProfile, optional
        In place of the one that the graph's table names.
    """

    def __init__(
        self,
        node: Any,
        topic: str,
        exchange: Exchange,
        trouble: Callable[[str], None],
        quality: QoSProfile | None = None,
    ) -> None:
        self._exchange = exchange
        self._wire = WIRES.get(topic)
        self._latched = TOPICS[topic].qos == "LATCHED"
        self.resolved = node.resolve_topic_name(topic)
        self.rate = Rate()
        self._publisher = None
        if self._wire is not None:
            self._publisher = node.create_lifecycle_publisher(
                self._wire.type,
                topic,
                quality or profile(TOPICS[topic].qos),
                qos_overriding_options=QoSOverridingOptions.with_default_policies(),
                event_callbacks=PublisherEventCallbacks(
                    incompatible_qos=lambda event: trouble(
                        f"{self.resolved}: a subscriber asks for another quality of service "
                        f"({event.last_policy_kind.name.lower()}) and gets nothing"
                    )
                ),
            )
        exchange.add_giver(self.resolved)

    def close(self) -> None:
        """Leave the exchange: nobody in this process gives this topic any more."""
        self._exchange.remove_giver(self.resolved)

    @property
    def wanted(self) -> bool:
        """Whether anybody outside this process listens."""
        return self._publisher is not None and self._publisher.get_subscription_count() > 0

    def publish(self, value: Any, frame_id: str) -> None:
        """Hand over a value and publish its message where somebody wants it."""
        self.rate.tick()
        self._exchange.give(self.resolved, value, frame_id, self._latched)
        if self._wire is None or self._publisher is None:
            return
        if self._latched or self.wanted:  # what is latched is for those who come later
            self._publisher.publish(self._wire.pack(value, frame_id))

    def pass_on(self, data: bytes) -> None:
        """Publish a serialized message as it is; decode it for this process only.

        Raises
        ------
        ValueError
            When somebody in this process listens and it cannot be used.
        """
        self.rate.tick()
        if self._wire is None or self._publisher is None:
            return
        if self.wanted:
            self._publisher.publish(data)
        if self._wire.unpack is not None and self._exchange.has_takers(self.resolved):
            message = deserialize_message(data, self._wire.type)
            value = self._wire.unpack(message)
            self._exchange.give(self.resolved, value, message.header.frame_id, self._latched)


class InPort:
    """A topic that a node subscribes to, from :meth:`open` to :meth:`close`.

    Parameters
    ----------
    node : LifecycleNode
        Whose topic it is.
    topic : str
        Name in the graph.
    exchange : Exchange
        Of this process.
    take : callable
        Called with each value and the frame id of its header.
    trouble : callable
        Called with one sentence when a message cannot be used or no quality of service fits.
    transport : str
        How it comes through DDS. Inside a process nothing is ever packed.
    """

    def __init__(
        self,
        node: Any,
        topic: str,
        exchange: Exchange,
        take: Callable[[Any, str], None],
        trouble: Callable[[str], None],
        transport: str = RAW,
    ) -> None:
        self._node = node
        self._topic = topic
        self.way: Way = way_of(node, topic, transport)
        self._exchange = exchange
        self._take = take
        self._trouble = trouble
        self._leave: Callable[[], None] | None = None
        self._subscription: Any = None
        self.resolved = self.way.name
        self.rate = Rate()
        #: How many messages DDS lost on their way here.
        self.lost = 0
        self._lost_since = 0

    def open(self) -> None:
        """Begin to listen: to the publisher in this process, else through DDS."""
        inside = self._node.resolve_topic_name(self._topic)
        if self._exchange.has_giver(inside):
            self.resolved = inside
            self._leave = self._exchange.listen(inside, self._taken)
            return
        self.resolved = self.way.name
        if self.way.message is None:
            return
        self._subscription = self._node.create_subscription(
            self.way.message,
            self.way.asked,
            self._message_came,
            profile(TOPICS[self._topic].qos),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
            event_callbacks=SubscriptionEventCallbacks(
                incompatible_qos=lambda event: self._trouble(
                    f"{self.resolved}: its publisher offers another quality of service "
                    f"({event.last_policy_kind.name.lower()}), nothing will come; override it "
                    f"by the parameter qos_overrides.{self.resolved}.subscription"
                ),
                message_lost=lambda event: self._message_lost(event.total_count_change),
            ),
        )

    def close(self) -> None:
        """End listening."""
        if self._leave is not None:
            self._leave()
            self._leave = None
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def unheard(self) -> str:
        """Return in a sentence why nothing comes, where it is the way here; else empty.

        A driver gives it only by another transport, or all of it is lost on the way.
        """
        if self._subscription is None:
            return ""
        if self._subscription.get_publisher_count():
            return self._lost_on_the_way()
        for other in other_ways(self._node, self._topic, self.way.transport):
            if self._node.count_publishers(other.name):
                return (
                    f"{self.way.name}: nobody publishes it, but {other.name} is there; set the "
                    f"parameter {PACKED[self._topic].setting} to {other.transport}"
                )
        return ""

    def _lost_on_the_way(self) -> str:
        if self._lost_since < _LOST_IN_A_ROW or self.rate.hz() > 0.0:
            return ""
        return (
            f"{self.resolved}: its messages are lost on the way here; if they are larger than "
            "15 MB, let their publisher send smaller or compressed ones, or raise segment_size and "
            "port_queue_capacity in the Fast DDS profile of both (docs/performance.md)"
        )

    def _message_lost(self, count: int) -> None:
        self.lost += count
        self._lost_since += count

    def _taken(self, value: Any, frame_id: str) -> None:
        self.rate.tick()
        self._take(value, frame_id)

    def _message_came(self, message: Any) -> None:
        self._lost_since = 0
        if self.way.unpack is None:
            return
        try:
            self._taken(self.way.unpack(message), message.header.frame_id)
        except ValueError as error:
            # a message that is bad, or contradicts that of another topic, is its sender's
            # mistake: say so, and wait for a better one
            self._trouble(f"{self.resolved}: {error}")
