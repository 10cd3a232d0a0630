"""What a node says about itself, once a second."""

from __future__ import annotations

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock

from followme.graph import TOPICS
from followme.ros.diagnostics import diagnostic_array, verdict
from followme.ros.peers import Peers

_PERIOD_S = 1.0


class SelfReport:
    """Rates, times, ages and troubles of a node, on /diagnostics.

    Parameters
    ----------
    node : BaseNode
        Whose report it is.
    steady : Clock
        A clock that no simulation stops: who stands still has to say so too.
    """

    def __init__(self, node: Any, steady: Clock) -> None:
        self._node = node
        used = (*node.spec.subscribes, *node.spec.publishes)
        self._peers = Peers(
            node, {node.resolve_topic_name(t): TOPICS[t].type for t in used if TOPICS[t].type}
        )
        self.publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._timer = node.create_timer(_PERIOD_S, self.say, clock=steady)

    def say(self) -> None:
        """Publish the report as it is now."""
        node = self._node
        misfit = self._peers.trouble()
        if misfit:
            node.trouble(misfit)
        level, summary = verdict(node.active, node.waits_for, node.troubles)
        facts: dict[str, Any] = {
            "dropped": node.slot.dropped,
            "work_p50_ms": node.timings.percentile(50),
            "work_p95_ms": node.timings.percentile(95),
            "age_p50_ms": node.ages.percentile(50),
            "age_p95_ms": node.ages.percentile(95),
        }
        facts |= node.rates_hz()
        facts |= node.facts()
        facts |= {"troubles": node.troubles.count, "last_trouble": node.troubles.last}
        name, now_ns = node.get_fully_qualified_name(), node.clock.now_ns()
        self.publisher.publish(diagnostic_array(name, now_ns, level, summary, facts))
