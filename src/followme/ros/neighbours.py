"""Who else is in the graph: nodes that are already there before ours start."""

from __future__ import annotations

import os
import time
from collections.abc import Collection

import rclpy
from rclpy.context import Context
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

# Each participant is asked for at least this often until the time is over.
_LOOK_S = 0.05


def already_there(names: Collection[str], within_s: float) -> list[str]:
    """Return which nodes run already.

    Parameters
    ----------
    names : collection of str
        Full names, as ``/robot1/camera``.
    within_s : float
        Discovery takes this long at most; what is found earlier is returned at once.
    """
    context = Context()
    rclpy.init(args=[], context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        # hidden, because it is no part of the graph
        watcher = Node(
            f"_followme_up_{os.getpid()}",
            context=context,
            use_global_arguments=False,
            enable_rosout=False,
            start_parameter_services=False,
        )
        try:
            return _found(watcher, names, time.monotonic() + within_s)
        finally:
            watcher.destroy_node()
    finally:
        rclpy.try_shutdown(context=context)


def _found(watcher: Node, names: Collection[str], deadline_s: float) -> list[str]:
    while True:
        there = {
            f"{namespace.rstrip('/')}/{name}"
            for name, namespace in watcher.get_node_names_and_namespaces()
        }
        found = sorted(there.intersection(names))
        if found or time.monotonic() >= deadline_s:
            return found
        time.sleep(_LOOK_S)
