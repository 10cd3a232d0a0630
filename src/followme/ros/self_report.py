"""What a node says about itself, once a second."""

from __future__ import annotations

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.clock import Clock

from followme.graph import TOPICS
from followme.ros.diagnostics import diagnostic_array, verdict
from followme.ros.peers import Peers
from followme.ros.transports import transport_of, way_of

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
        heard = (way_of(node, t, transport_of(node.settings, t)) for t in node.spec.subscribes)
        types = {way.name: way.kind for way in heard}
        types |= {node.resolve_topic_name(t): TOPICS[t].type for t in node.spec.publishes}
        self._peers = Peers(node, {name: kind for name, kind in types.items() if kind})
        self._told = ""
        self._hangs = False
        self.publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._timer = node.create_timer(_PERIOD_S, self.say, clock=steady)
        self._urge = node.create_guard_condition(self.say)

    def soon(self) -> None:
        """Let the executor publish the report as soon as it can; any thread may ask for it."""
        self._urge.trigger()

    def say(self) -> None:
        """Publish the report as it is now."""
        node = self._node
        level, summary = verdict(node.active, node.waits_for, node.troubles)
        hanging = self._hanging()
        lasting = "; ".join(filter(None, (hanging, self._lasting())))
        if lasting:
            # beside what else went wrong: neither hides the other
            said = level == DiagnosticStatus.OK or summary in lasting
            summary = lasting if said else f"{summary}; {lasting}"
            broken = node.lasting or hanging
            worse = DiagnosticStatus.ERROR if broken else DiagnosticStatus.WARN
            level = max(level, worse)
        facts: dict[str, Any] = {
            "dropped": node.slot.dropped,
            "lost_on_the_way": sum(port.lost for port in node.ins.values()),
            "work_p50_ms": node.timings.percentile(50),
            "work_p95_ms": node.timings.percentile(95),
            "age_p50_ms": node.ages.percentile(50),
            "age_p95_ms": node.ages.percentile(95),
        }
        facts |= {f"in_hz {p.resolved}": p.rate.hz() for p in node.ins.values()}
        facts |= {f"out_hz {p.resolved}": p.rate.hz() for p in node.outs.values()}
        facts |= node.facts()
        facts |= {"troubles": node.troubles.count, "last_trouble": node.troubles.last}
        name, now_ns = node.get_fully_qualified_name(), node.clock.now_ns()
        self.publisher.publish(diagnostic_array(name, now_ns, level, summary, facts))

    def _hanging(self) -> str:
        """Return that work on one item does not end, once it is longer than the node bears."""
        node, busy_s = self._node, self._node.busy_s
        hung, self._hangs = self._hangs, busy_s > node.hangs_s
        if not self._hangs:
            return ""
        mend = "end this node if that lasts, so that it is started again"
        if node.revival is not None:
            mend = f"after {node.revival.patience_s:.0f} s it begins a new life"
        sentence = f"its work on one item has not ended for {busy_s:.1f} s; {mend}"
        if not hung:
            node.get_logger().error(sentence)
        return sentence

    def _lasting(self) -> str:
        """Return what is wrong as long as it lasts; what is so around the node is logged too."""
        node = self._node
        unheard = (port.unheard() for port in node.ins.values())
        told = (self._peers.trouble(), *unheard, node.clock.trouble(), node.odd())
        around = "; ".join(filter(None, told))
        if around and around != self._told:
            node.get_logger().warning(around)
        self._told = around
        return "; ".join(filter(None, (node.lasting, around)))
