"""Real ROS 2 for tests: every graph on a domain of its own, everything awaited, nothing slept."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real_ros import MISSING, WithoutRos, a_domain_id, await_that, initialised


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """Skip all files of this folder, saying why, where there is no ROS 2."""
    return WithoutRos.from_parent(parent, path=module_path) if MISSING else None


@pytest.fixture
def domain_id() -> int:
    """Return a domain that no other test uses at the same time."""
    return a_domain_id()


class Graph:
    """Nodes of one test, spinning, with a driver that stands for the rest of the world."""

    def __init__(self) -> None:
        from rclpy.node import Node

        self.driver = Node("driver")
        self.nodes: list[Any] = []
        self._spinner: Any = None

    def spin(self, *nodes: Any) -> None:
        """Spin nodes beside the driver."""
        from followme.ros.process import Spinner

        self.nodes = list(nodes)
        self._spinner = Spinner([self.driver, *nodes], lambda: None)

    def start(self, *nodes: Any) -> None:
        """Spin nodes beside the driver and wait until all are active."""
        self.spin(*nodes)
        await_that(lambda: all(n.active for n in nodes), why="nodes become active")

    def call(self, act: Callable[[], Any]) -> None:
        """Run something in the executor's thread, between two callbacks, and wait for it."""
        done = threading.Event()
        self._spinner.call(lambda: (act(), done.set()))
        await_that(done.is_set, why="the executor gets to it")

    def collect(self, kind: type, topic: str, qos: Any) -> list[Any]:
        """Return a list that fills with the messages of a topic."""
        got: list[Any] = []
        self.driver.create_subscription(kind, topic, got.append, qos)
        return got

    def stop(self) -> None:
        if self._spinner is None:
            self.driver.destroy_node()
            return
        self._spinner.stop()
        if self._spinner.error is not None:
            raise self._spinner.error


@pytest.fixture
def graph(domain_id: int) -> Iterator[Graph]:
    """Return an empty graph on its own domain."""
    with initialised(domain_id):
        made = Graph()
        try:
            yield made
        finally:
            made.stop()


class Processes:
    """Processes of one test; none outlives it."""

    def __init__(self, domain_id: int, folder: Path) -> None:
        self._env = {**os.environ, "ROS_DOMAIN_ID": str(domain_id)}
        self._folder = folder
        self._all: list[subprocess.Popen[bytes]] = []

    def node(self, name: str, *ros_args: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a node as its executable does, with more in its environment."""
        code = f"import sys; from followme.nodes.{name} import main; sys.exit(main())"
        return self.python("-c", code, *(["--ros-args", *ros_args] if ros_args else []), **env)

    def followme(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the command ``followme``."""
        return self.python("-m", "followme.cli.main", *arguments)

    def python(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        out = (self._folder / f"process{len(self._all)}.log").open("wb")
        with out:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                env={**self._env, **env},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._all.append(process)
        return process

    def output(self, process: subprocess.Popen[bytes]) -> str:
        """Return what a process printed so far."""
        log = self._folder / f"process{self._all.index(process)}.log"
        return log.read_text(errors="replace")

    def end(self) -> None:
        for process in self._all:
            if process.poll() is None:
                process.kill()
            process.wait(10)


@pytest.fixture
def processes(domain_id: int, tmp_path: Path) -> Iterator[Processes]:
    """Start processes on the test's domain; what still runs at its end is killed."""
    made = Processes(domain_id, tmp_path)
    try:
        yield made
    finally:
        made.end()
