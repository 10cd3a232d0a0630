"""A node whose work on one item never ends begins a new life by itself."""

from __future__ import annotations

from typing import Any

from rclpy.clock import Clock
from rclpy.lifecycle import TransitionCallbackReturn

from followme.ros.lifecycle import Autostart

_LOOK_EVERY_S = 1.0


class Revival:
    """Clean a node up whose worker hangs, and have it started again.

    The worker that hangs cannot be ended: its thread and what it holds stay until the process
    ends, and what it may still say is nobody's. So that a node that hangs again and again does not
    fill the memory, the patience doubles with each life.

    Parameters
    ----------
    node : BaseNode
        Whose worker is watched.
    steady : Clock
        A clock that no simulation stops.
    autostart : Autostart
        What starts it. A node that somebody else starts is left to him.
    """

    def __init__(self, node: Any, steady: Clock, autostart: Autostart) -> None:
        self._node = node
        self._autostart = autostart
        #: Work on one item that lasts longer, in seconds, ends this life of the node.
        self.patience_s: float = node.revives_s
        self._timer = node.create_timer(_LOOK_EVERY_S, self._look, clock=steady)

    def _look(self) -> None:
        node, busy_s = self._node, self._node.busy_s
        if not node.active or busy_s < self.patience_s:
            return
        self.patience_s *= 2
        node.get_logger().error(
            f"its work on one item has not ended for {busy_s:.0f} s: beginning a new life"
        )
        done = TransitionCallbackReturn.SUCCESS
        if node.trigger_deactivate() == done and node.trigger_cleanup() == done:
            self._autostart.again()
