"""What rclpy's managed nodes lack: a start by themselves, errors that are said, patience."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any

from rclpy._rclpy_pybind11 import RCLError
from rclpy.clock import Clock
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
# A node that gives way starts this much later.
_GIVE_WAY_S = 0.5
# How often a node looks whether what it waits for has come.
_LOOK_EVERY_S = 1.0


class NotYetError(ValueError):
    """What a node needs is not there, and that is no fault: it starts once it is.

    Parameters
    ----------
    sentence : str
        What is missing, and how to bring it.
    came : callable
        Whether it is there by now.
    """

    def __init__(self, sentence: str, came: Callable[[], bool]) -> None:
        super().__init__(sentence)
        self.came = came


class Autostart:
    """Configure and activate a node, again with a growing pause while that fails.

    A node that waits for something (:class:`NotYetError`) is tried again only once that is there.

    Parameters
    ----------
    node : LifecycleNode
        What to start.
    steady : Clock
        A clock that no simulation stops.
    gives_way : bool
        Whether nodes that matter more start first: loading a network would hold them up.
    """

    def __init__(self, node: Any, steady: Clock, gives_way: bool = False) -> None:
        self._node = node
        self._pause_s = _FIRST_PAUSE_S
        self._next_s = time.monotonic() + _GIVE_WAY_S if gives_way else 0.0
        self._timer = node.create_timer(0.05, self._try, clock=steady)

    def again(self) -> None:
        """Start the node once more, after it was cleaned up."""
        self._pause_s, self._next_s = _FIRST_PAUSE_S, 0.0
        self._timer.reset()

    def _try(self) -> None:
        if self._taken_in_hand():  # whoever was faster
            self._timer.cancel()
            return
        if time.monotonic() < self._next_s:
            return
        waits_for = self._node.waits_for
        if waits_for is not None and not waits_for.came():
            self._next_s = time.monotonic() + _LOOK_EVERY_S
        elif self._start():
            self._timer.cancel()
        elif self._node.waits_for is None:
            self._next_s = time.monotonic() + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _taken_in_hand(self) -> bool:
        return bool(self._node._state_machine.current_state[1] != "unconfigured")

    def _start(self) -> bool:
        success = TransitionCallbackReturn.SUCCESS
        return bool(
            self._node.trigger_configure() == success and self._node.trigger_activate() == success
        )


def carried_out(
    node: Any,
    name: str,
    act: Callable[[], None],
    entities: Callable[[LifecycleState], TransitionCallbackReturn],
    state: LifecycleState,
) -> TransitionCallbackReturn:
    """Run a transition so that its failure is said and leaves a clean state.

    rclpy swallows what a transition raises, so nothing may leave here.

    Parameters
    ----------
    node : BaseNode
        Whose transition it is.
    name : str
        What it does, for a person.
    act : callable
        What the node itself does in it.
    entities : callable
        What rclpy does in it.
    state : LifecycleState
        The state before.
    """
    try:
        result = entities(state)
        act()
    except NotYetError as error:
        node.waits_for = error
        node.get_logger().info(str(error))
        node.clean_up()
        return TransitionCallbackReturn.FAILURE
    except ValueError as error:
        # the project's own errors: one sentence that names the thing and the mend
        if node.troubles.note(str(error)) and not node.leaving:
            node.get_logger().error(f"cannot {name}: {error}")
        node.clean_up()
        # a failed configure leaves the node unconfigured; other failures go through on_error
        failed = TransitionCallbackReturn.FAILURE
        return failed if name == "configure" else TransitionCallbackReturn.ERROR
    except Exception as error:  # noqa: BLE001
        node.troubles.note(f"{type(error).__name__}: {error}")
        node.get_logger().error(f"cannot {name}: {traceback.format_exc()}")
        return TransitionCallbackReturn.ERROR
    return result


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
