"""Running nodes until somebody asks them to stop: the same for one node and for the whole graph."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from followme.ros.arenas import FreePages, keep_few_arenas
from followme.ros.base_node import BaseNode
from followme.ros.discovery import kept_to_this_machine
from followme.ros.gate import give_way_alone
from followme.ros.owner import end_with_owner
from followme.ros.stop_sign import StopSign


def begin(args: Sequence[str] | None = None) -> None:
    """Initialise rclpy, for this machine alone unless the environment says more.

    The signals are left to :func:`stop_on_signals`.
    """
    keep_few_arenas()
    os.environ.update(kept_to_this_machine(os.environ))
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)


def stop_on_signals() -> StopSign:
    """Return what SIGINT and SIGTERM set; a second one changes nothing."""
    stop = StopSign()

    def note(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return stop


# How long a callback may hold up the end.
_JOIN_S = 5.0


class Spinner:
    """Spins nodes in a thread of its own, so that the main thread can wait for signals.

    Parameters
    ----------
    nodes : sequence of Node
        What to spin.
    failed : callable
        Called when the executor ended with an error; see :attr:`error`.
    """

    def __init__(self, nodes: Sequence[Node], failed: Callable[[], None]) -> None:
        self.error: BaseException | None = None
        self._failed = failed
        self._nodes = nodes
        # rclpy's events executor gains nothing measurable, and in the wheels' 7.1.6 it deadlocks
        # beside a publisher of its own process (docs/performance.md)
        self._executor = SingleThreadedExecutor()
        self._stopping = False
        for node in nodes:
            self._executor.add_node(node)
        self._thread = threading.Thread(target=self._spin, name="executor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End spinning, then let every node stop its work and leave the graph.

        rclpy frees what its wait hangs on when ``shutdown`` is called meanwhile (a crash, now and
        then), so the thread is ended first. One that is held up by a callback is left alone, and
        with it the nodes: the process ends, and the sound process notices.
        """
        for node in self._nodes:
            if isinstance(node, BaseNode):
                node.leaving = True
        self._stopping = True
        # wake() would not do: who wakes without work goes back to wait
        self._executor.create_task(lambda: None)
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            return
        self._executor.shutdown()
        for node in self._nodes:
            node.destroy_node()

    def call(self, act: Callable[[], object]) -> None:
        """Run something in the executor's thread.

        Subscriptions may only be ended there: rclpy does not bear it elsewhere while it waits.
        """
        self._executor.create_task(act)

    def _spin(self) -> None:
        pages = FreePages()
        try:
            while not self._stopping:
                self._executor.spin_once()
                pages.give_back()
        except ExternalShutdownException:
            pass
        except Exception as error:  # noqa: BLE001
            # kept for whoever waits, who raises it again
            self.error = error
            self._failed()


def main_of(
    node_class: Callable[..., Node],
    *,
    gives_way: bool = False,
    orphaned: signal.Signals = signal.SIGTERM,
) -> Callable[[], int]:
    """Return the ``main`` of a node's executable.

    Parameters
    ----------
    node_class : callable
        Makes the node.
    gives_way : bool
        Whether it runs at a lower priority.
    orphaned : Signals
        What it gets when the program that started it ends without a word.
    """

    def main() -> int:
        """Run the node until SIGINT or SIGTERM; 2 on a user's mistake."""
        end_with_owner(orphaned)
        if gives_way:
            give_way_alone()
        return run_nodes(lambda: [node_class()])

    return main


def run_nodes(make: Callable[[], Sequence[Any]], args: Sequence[str] | None = None) -> int:
    """Make nodes and run them until SIGINT or SIGTERM.

    Parameters
    ----------
    make : callable
        Makes the nodes once rclpy is there.
    args : sequence of str, optional
        ROS arguments; the command line's when absent.

    Returns
    -------
    int
        Exit code: 0 after a signal, 1 after a fault, 2 on a user's mistake.
    """
    begin(args)
    stop = stop_on_signals()
    try:
        try:
            nodes = make()
        except ValueError as error:
            print(f"followme: {error}", file=sys.stderr)
            return 2
        spinner = Spinner(nodes, stop.set)
        stop.wait()
        spinner.stop()
        if spinner.error is not None:
            raise spinner.error
        return 0
    finally:
        rclpy.try_shutdown()
