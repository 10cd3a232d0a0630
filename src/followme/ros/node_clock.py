"""The clock that image stamps are on: the graph's, which a simulation or a bag may drive."""

from __future__ import annotations

import threading
import time
from typing import Any

from rclpy.clock import JumpThreshold
from rclpy.duration import Duration

# Simulated time is zero until /clock is heard for the first time; no walk lasts for a year.
_BEGINNING = Duration(seconds=365 * 86_400)

# Simulated time that stands still for so long is worth a word: bags are paused, simulations die.
_STANDS_S = 3.0

# The system's clock is stepped by its administrator or by NTP; less than this is drift.
_STEP_NS = 500_000_000


class NodeClock:
    """Now, and whether time jumped.

    Under ``use_sim_time`` this is what /clock says, and its first word is a jump. Otherwise it is
    the system's clock, and steps of it are found by holding it against the monotonic one.

    Parameters
    ----------
    node : rclpy.node.Node
        Whose clock it is.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._jumped = False
        self._offset_ns = time.time_ns() - time.monotonic_ns()
        self._simulated_ns, self._moved_ns = 0, time.monotonic_ns()
        threshold = JumpThreshold(
            min_forward=_BEGINNING, min_backward=Duration(nanoseconds=-1), on_clock_change=True
        )
        # the handle lives as long as this object: rclpy holds it weakly
        self._handle = node.get_clock().create_jump_callback(
            threshold, post_callback=self._note_jump
        )

    @property
    def simulated(self) -> bool:
        """Whether /clock drives it."""
        return bool(self._node.get_clock().ros_time_is_active)

    def now_ns(self) -> int:
        """Return now in nanoseconds."""
        if self.simulated:
            return int(self._node.get_clock().now().nanoseconds)
        now_ns = time.time_ns()
        offset_ns = now_ns - time.monotonic_ns()
        with self._lock:
            if abs(offset_ns - self._offset_ns) > _STEP_NS:
                self._jumped = True
            self._offset_ns = offset_ns
        return now_ns

    @property
    def settled(self) -> bool:
        """Whether time has begun and nobody has still to take notice of a jump."""
        with self._lock:
            jumped = self._jumped
        return not jumped and self.now_ns() > 0

    @property
    def began(self) -> bool:
        """Whether there is a time: under simulation only once /clock was heard.

        It is given three seconds, in which it counts as begun.
        """
        return not self.simulated or self._simulated_time()[0] > 0 or not self._stands()

    def trouble(self) -> str:
        """Return in one sentence why time does not go on; empty while it does."""
        if not self.simulated or not self._stands():
            return ""
        if self._simulated_time()[0] == 0:
            return (
                "use_sim_time is true, but nothing came on /clock, so that time does not begin; "
                "start what publishes it, or set use_sim_time to false"
            )
        return (
            "the time on /clock stands still; go on with what publishes it, or set use_sim_time to "
            "false"
        )

    def _simulated_time(self) -> tuple[int, int]:
        """Return what /clock says, and since when, on the monotonic clock."""
        now_ns = int(self._node.get_clock().now().nanoseconds)
        with self._lock:
            if now_ns != self._simulated_ns:
                self._simulated_ns, self._moved_ns = now_ns, time.monotonic_ns()
            return self._simulated_ns, self._moved_ns

    def _stands(self) -> bool:
        return time.monotonic_ns() - self._simulated_time()[1] > _STANDS_S * 1e9

    def take_jump(self) -> bool:
        """Return whether time jumped since the last call."""
        with self._lock:
            jumped, self._jumped = self._jumped, False
        return jumped

    def close(self) -> None:
        """Leave the node's clock, which must not outlive what it calls."""
        self._handle.unregister()

    def _note_jump(self, _jump: object) -> None:
        with self._lock:
            self._jumped = True
            self._moved_ns = time.monotonic_ns()
