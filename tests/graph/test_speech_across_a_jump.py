"""A bag begins again: what was seen before is not said, though it may come after the jump."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rosgraph_msgs.msg import Clock

from followme.nodes.speech import Speech
from followme.ros.qos import profile
from followme.ros.stamps import to_time
from followme.ros.wire import WIRES
from followme.values.obstacle import Obstacles, Sight, Zone
from tests.real_ros import await_that
from tests.ros.test_messages import a_thing

from .conftest import Graph

pytestmark = pytest.mark.graph


def test_what_is_seen_of_before_is_not_said_when_it_comes_after_the_jump(graph: Graph) -> None:
    """Fusion may hear later than speech that time went back: here it does."""
    node = Speech(overrides={"use_sim_time": True, "voice.engine": "silent"})
    said = graph.collect(WIRES["announcements"].type, "announcements", profile("RESULT"))
    clock = graph.driver.create_publisher(Clock, "/clock", 10)
    graph.start(node)
    begin_s, zero_s = 1000.0, time.monotonic()

    def now_ns() -> int:
        return round(1e9 * (begin_s + time.monotonic() - zero_s))

    def told(until: Callable[[], Any]) -> Any:
        clock.publish(Clock(clock=to_time(now_ns())))
        return until()

    def seen(track: int, stamp_ns: int) -> None:
        thing = replace(a_thing(0.0), track_id=track, zone=Zone.STOP)
        node._obstacles_came(Obstacles(stamp_ns, (thing,), Sight.SEEING), "walker")

    def begun(track: int) -> bool:
        seen(track, now_ns())
        return any(a.track_id == track and a.outcome == "started" for a in said)

    await_that(lambda: told(lambda: node.clock.settled), why="time begins")
    await_that(lambda: told(lambda: begun(1)), why="the first is said")
    before_ns, begin_s, zero_s = now_ns() + 5_000_000_000, 990.0, time.monotonic()
    await_that(lambda: told(lambda: node.clock.now_ns() < 1e9 * 1000), why="time goes back")
    await_that(lambda: told(lambda: node.clock.settled), why="it has begun afresh")
    worked = len(node.timings._values)
    seen(2, before_ns)
    await_that(lambda: told(lambda: len(node.timings._values) > worked), why="it is looked at")
    await_that(lambda: told(lambda: begun(3)), why="what is seen now is said")
    assert not any(a.track_id == 2 for a in said)
