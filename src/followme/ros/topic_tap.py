"""One topic that is recorded: subscribed with what its publishers offer, nothing decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.qos import QoSProfile

from followme.outputs.bag_metadata import RecordedTopic
from followme.ros.bag_qos import as_written, asked, offered
from followme.ros.message_definitions import (
    NoDefinitionError,
    definition_of,
    refuse_another,
)
from followme.ros.message_types import message_class


class TopicTap:
    """Takes the serialized messages of a topic.

    Parameters
    ----------
    node : Node
        Who subscribes.
    topic : str
        Its resolved name.
    kind : str
        ROS type; empty where only its publishers know.
    expected : QoSProfile or None
        What it is subscribed with before a publisher is there; None: it is waited for.
    take : callable
        Called with each message and what DDS tells about it.
    lost : callable
        Called with the number of messages that DDS lost.
    trouble : callable
        Told in one sentence what keeps it from being recorded.
    """

    def __init__(
        self,
        node: Any,
        topic: str,
        kind: str,
        expected: QoSProfile | None,
        *,
        take: Callable[[bytes, Mapping[str, int]], None],
        lost: Callable[[int], None],
        trouble: Callable[[str], None],
    ) -> None:
        self._node = node
        self.topic = topic
        self._kind = kind
        self._expected = expected
        self._take, self._lost, self._trouble = take, lost, trouble
        self._subscription: Any = None
        self._profile: QoSProfile | None = None

    def look(self) -> None:
        """Subscribe as soon as that is possible, anew when the publishers offer something else.

        In the executor's thread.
        """
        there = self._node.get_publishers_info_by_topic(self.topic)
        kinds = sorted({e.topic_type for e in there})
        if not self._kind:
            if len(kinds) != 1:
                if kinds:
                    self._trouble(
                        f"{self.topic}: it has publishers of {' and '.join(kinds)}, and is not "
                        "recorded; remap one of them"
                    )
                return
            self._kind = kinds[0]
        wanted = asked(there) if there else self._expected
        if wanted is None or (self._profile is not None and _alike(wanted, self._profile)):
            return
        self._subscribe(wanted)

    def described(self) -> RecordedTopic:
        """Return the topic as the bag describes it, as it is now.

        Raises
        ------
        NoDefinitionError
            When the definition of its type is not installed.
        """
        there = self._node.get_publishers_info_by_topic(self.topic)
        profiles = offered(there) or [as_written(self._profile)] if self._profile else []
        hashes = [str(e.topic_type_hash) for e in there if e.topic_type == self._kind]
        type_hash = next((h for h in hashes if h.startswith("RIHS01_")), "")
        definition = definition_of(self._kind)
        refuse_another(self._kind, definition, type_hash)
        return RecordedTopic(self.topic, self._kind, definition, type_hash, profiles)

    def close(self) -> None:
        """End the subscription; in the executor's thread."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def _subscribe(self, wanted: QoSProfile) -> None:
        try:
            kind = message_class(self._kind)
            definition_of(self._kind)
        except NoDefinitionError as error:
            self._trouble(f"{self.topic} is not recorded: {error}")
            return
        self.close()
        self._profile = wanted
        self._subscription = self._node.create_subscription(
            kind,
            self.topic,
            self._message_came,
            wanted,
            raw=True,
            event_callbacks=SubscriptionEventCallbacks(
                message_lost=lambda event: self._lost(event.total_count_change),
            ),
        )

    def _message_came(self, data: bytes, about: Mapping[str, int]) -> None:
        self._take(data, about)


def _alike(a: QoSProfile, b: QoSProfile) -> bool:
    return bool(a.reliability == b.reliability and a.durability == b.durability)
