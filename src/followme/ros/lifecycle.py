"""What rclpy's managed nodes lack: a start by themselves, and patience with wrong requests."""

from __future__ import annotations

import time
from typing import Any

from rclpy._rclpy_pybind11 import RCLError
from rclpy.clock import Clock
from rclpy.lifecycle import TransitionCallbackReturn

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0


class Autostart:
    """Configure and activate a node, again with a growing pause while that fails.

    Parameters
    ----------
    node : LifecycleNode
        What to start.
    steady : Clock
        A clock that no simulation stops.
    """

    def __init__(self, node: Any, steady: Clock) -> None:
        self._node = node
        self._pause_s = _FIRST_PAUSE_S
        self._next_s = 0.0
        self._timer = node.create_timer(0.05, self._try, clock=steady)

    def _try(self) -> None:
        if time.monotonic() < self._next_s:
            return
        # whoever was faster has the node in hand now
        if self._taken_in_hand() or self._start():
            self._timer.cancel()
            return
        self._next_s = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _taken_in_hand(self) -> bool:
        return bool(self._node._state_machine.current_state[1] != "unconfigured")

    def _start(self) -> bool:
        success = TransitionCallbackReturn.SUCCESS
        return bool(
            self._node.trigger_configure() == success and self._node.trigger_activate() == success
        )


def survive_invalid_transitions(node: Any) -> None:
    """Answer a transition that is not possible now with "no".

    rclpy lets the error out of the service's callback, where it ends the whole executor.
    """
    service = node._service_change_state
    answer = service.callback

    def guarded(request: Any, response: Any) -> Any:
        try:
            return answer(request, response)
        except RCLError as error:
            node.get_logger().warning(f"transition {request.transition.id} refused: {error}")
            response.success = False
            return response

    service.callback = guarded
