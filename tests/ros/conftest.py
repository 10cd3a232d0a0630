"""A real ROS 2 in one process: each test on a domain of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real_ros import MISSING, WithoutRos, a_domain_id, initialised


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """Skip all files of this folder, saying why, where there is no ROS 2."""
    return WithoutRos.from_parent(parent, path=module_path) if MISSING else None


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

    def call(self, act: Callable[[], object]) -> None:
        """Run something in the executor's thread."""
        self._spinner.call(act)

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
    with initialised(a_domain_id()):
        made = Ros()
        try:
            yield made
        finally:
            made.stop()
