from __future__ import annotations

from followme.graph import NODES, TOPICS
from followme.ros.wire import WIRES


def ros_name(kind: type) -> str:
    package, _, _ = kind.__module__.partition(".")
    return f"{package}/msg/{kind.__name__}"


def test_every_topic_with_a_type_has_a_wire_of_that_type():
    assert {n: ros_name(w.type) for n, w in WIRES.items()} == {
        t.name: t.type for t in TOPICS.values() if t.type
    }


def test_every_topic_that_a_node_subscribes_to_can_be_read():
    for node in NODES:
        for topic in node.subscribes:
            assert WIRES[topic].unpack is not None, topic
