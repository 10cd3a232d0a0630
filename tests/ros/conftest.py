"""A real ROS 2 in one process: each test on a domain of its own, everything awaited."""

from __future__ import annotations

import importlib.util
import itertools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


def _is_there(package: str) -> bool:
    spec = importlib.util.find_spec(package)
    # the folder of followme_msgs's sources looks like a package without a file
    return spec is not None and spec.origin is not None


_MISSING = [n for n in ("rclpy", "followme_msgs") if not _is_there(n)]


class WithoutRos(pytest.Module):
    """A file of tests that cannot even be imported here."""

    def collect(self) -> Iterator[pytest.Item]:
        pytest.skip(f"{', '.join(_MISSING)} cannot be imported: run 'make test'")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """Skip all files of this folder, saying why, where there is no ROS 2."""
    return WithoutRos.from_parent(parent, path=module_path) if _MISSING else None


_TICKET = itertools.count(os.getpid() * 29)


def await_that(what: Callable[[], Any], within_s: float = 15.0, why: str = "") -> Any:
    """Poll until ``what()`` is true and return it; fail after ``within_s``."""
    deadline = time.monotonic() + within_s
    while not (got := what()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s:g} s: {why or what}")
        time.sleep(0.005)
    return got


class Ros:
    """rclpy for one test: spins what was made in it, and takes it down."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._spinner: Any = None

    def node(self, name: str = "somebody", **more: Any) -> Any:
        """Return a plain node."""
        from rclpy.node import Node

        return self.keep(Node(name, **more))

    def keep(self, node: Any) -> Any:
        """Take care of the end of a node."""
        self._nodes.append(node)
        return node

    def spin(self) -> None:
        """Spin all nodes in a thread beside the test."""
        from followme.ros.process import Spinner

        self._spinner = Spinner(self._nodes, lambda: None)

    @property
    def error(self) -> BaseException | None:
        """What ended the executor; None while it spins."""
        return None if self._spinner is None else self._spinner.error

    def stop(self) -> None:
        """End spinning and destroy the nodes; raise what ended the executor."""
        if self._spinner is None:
            for node in self._nodes:
                node.destroy_node()
            return
        self._spinner.stop()
        if self._spinner.error is not None:
            raise self._spinner.error


@pytest.fixture
def ros() -> Iterator[Ros]:
    """Return rclpy, initialised on a domain that no other test uses at the same time."""
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    domain_id = 1 + next(_TICKET) % 100
    rclpy.init(args=[], domain_id=domain_id, signal_handler_options=SignalHandlerOptions.NO)
    made = Ros()
    try:
        yield made
    finally:
        try:
            made.stop()
        finally:
            rclpy.try_shutdown()
