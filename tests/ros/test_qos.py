from __future__ import annotations

import pytest
from rclpy.qos import DurabilityPolicy, HistoryPolicy, ReliabilityPolicy

from followme.graph import TOPICS
from followme.ros.qos import PROFILES, profile

BEST_EFFORT, RELIABLE = ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE
VOLATILE, LATCHED = DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL


@pytest.mark.parametrize(
    ("name", "reliability", "durability", "depth"),
    [
        ("IMAGE", BEST_EFFORT, VOLATILE, 5),
        ("RESULT", RELIABLE, VOLATILE, 5),
        ("LATCHED", RELIABLE, LATCHED, 1),
    ],
)
def test_a_profile_is_what_its_name_says(name, reliability, durability, depth):
    qos = profile(name)
    assert qos.reliability is reliability
    assert qos.durability is durability
    assert qos.depth == depth
    assert qos.history is HistoryPolicy.KEEP_LAST


def test_who_changes_his_profile_changes_nobody_else_s():
    mine = profile("RESULT")
    mine.reliability = BEST_EFFORT
    assert profile("RESULT").reliability is RELIABLE


@pytest.mark.parametrize("name", ["", "image", "SENSOR"])
def test_another_name_is_refused(name):
    with pytest.raises(KeyError):
        profile(name)


def test_every_topic_of_the_graph_has_a_profile():
    assert {t.qos for t in TOPICS.values()} <= set(PROFILES)
