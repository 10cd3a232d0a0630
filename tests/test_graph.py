from __future__ import annotations

import dataclasses
import keyword
import re
from graphlib import TopologicalSorter

import pytest

from followme.graph import ALL_NODES, CAMERA_FRAME, INPUTS, NODES, TOPICS, WALKER_FRAME
from followme.settings import CameraNodeSettings, settings_of

# ROS 2 design, "Topic and Service name mapping to DDS": parts of letters, digits and underscores.
RELATIVE_NAME = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*")
ROS_TYPE = re.compile(r"[a-z][a-z0-9_]*/msg/[A-Z][A-Za-z0-9]*")
# Handed over by reference inside one process, never sent.
INTERNAL = {"camera/truth"}

EACH_NODE = pytest.mark.parametrize("node", ALL_NODES, ids=lambda n: n.name)
EACH_TOPIC = pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda t: t.name)


@EACH_TOPIC
def test_a_topic_has_a_relative_name(topic):
    assert RELATIVE_NAME.fullmatch(topic.name)
    assert TOPICS[topic.name] is topic


@EACH_TOPIC
def test_a_topic_has_a_message_type_unless_it_never_leaves_the_process(topic):
    assert (topic.type == "") == (topic.name in INTERNAL)
    assert topic.type == "" or ROS_TYPE.fullmatch(topic.type)


@EACH_TOPIC
def test_a_topic_has_a_known_quality_of_service(topic):
    assert topic.qos in ("IMAGE", "RESULT", "LATCHED")


@EACH_TOPIC
def test_a_topic_says_what_it_carries(topic):
    assert topic.text.endswith(".")


@EACH_TOPIC
def test_a_topic_has_exactly_one_publisher(topic):
    assert len([n for n in NODES if topic.name in n.publishes]) == 1


@EACH_NODE
def test_a_node_speaks_of_topics_in_the_table_and_of_each_once(node):
    for names in (node.subscribes, node.publishes):
        assert len(set(names)) == len(names)
        assert set(names) <= set(TOPICS)


@EACH_NODE
def test_what_a_node_can_do_without_is_among_what_it_hears(node):
    assert set(node.optional) <= set(node.subscribes)


def test_one_node_goes_first_and_it_is_critical_those_after_it_are_not():
    assert [n.name for n in NODES if n.gate == "first"] == ["depth_estimator"]
    assert all(n.gate in ("", "first", "after") for n in NODES)
    assert not any(n.critical for n in NODES if n.gate == "after")


@EACH_NODE
def test_what_a_node_needs_comes_from_a_node_before_it(node):
    if node not in NODES:  # a player paces itself by the end of the way
        assert set(node.subscribes) <= set(node.optional)
        return
    before = NODES[: NODES.index(node)]
    published = {name for n in before for name in n.publishes}
    assert set(node.subscribes) - set(node.optional) <= published


def test_no_node_calls_back():
    """One direction, of what a node can do without too."""
    givers = {topic: n.name for n in NODES for topic in n.publishes}
    heard = {n.name: {givers[topic] for topic in n.subscribes} for n in NODES}
    order = tuple(TopologicalSorter(heard).static_order())
    assert order[0] == "camera" and set(order) == {n.name for n in NODES}


@EACH_NODE
def test_a_node_has_the_name_of_a_module(node):
    assert node.name.isidentifier() and node.name.islower()
    assert not keyword.iskeyword(node.name)


def test_node_names_are_not_repeated():
    assert len({n.name for n in ALL_NODES}) == len(ALL_NODES)


def test_what_a_bag_is_played_into_is_what_the_camera_gives():
    camera, player = (next(n for n in ALL_NODES if n.name == x) for x in ("camera", "bag_player"))
    assert set(player.publishes) == set(INPUTS) == set(camera.publishes) - INTERNAL


@EACH_NODE
def test_a_node_has_settings_that_can_be_listed_and_starts_by_itself(node):
    assert dataclasses.is_dataclass(node.settings)
    listed = {s.name: s for s in settings_of(node.settings)}
    assert listed["autostart"].default is True
    assert listed["autostart"].read_only


@EACH_NODE
def test_a_node_says_what_it_does(node):
    assert node.text.endswith(".")


@EACH_NODE
def test_services_of_a_node_are_private_to_it(node):
    assert all(re.fullmatch(r"~/[a-z_]+", service) for service in node.services)


def test_the_way_from_image_to_ear_leads_through_critical_nodes_only():
    needed, wanted = {"speech"}, list(next(n for n in NODES if n.name == "speech").subscribes)
    while wanted:
        maker = next(n for n in NODES if wanted[-1] in n.publishes)
        wanted.pop()
        if maker.name not in needed:
            needed.add(maker.name)
            wanted += set(maker.subscribes) - set(maker.optional)
    assert {n.name for n in NODES if n.critical} == needed


def test_the_frame_of_the_camera_is_one_and_the_same():
    assert CameraNodeSettings().frame_id == CAMERA_FRAME
    assert CAMERA_FRAME != WALKER_FRAME
