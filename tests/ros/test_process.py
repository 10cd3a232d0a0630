from __future__ import annotations

import signal
import threading
from typing import Any

import pytest
import rclpy
from rclpy.exceptions import InvalidHandle
from rclpy.node import Node

from followme.ros import process
from followme.ros.process import Spinner, run_nodes, stop_on_signals
from tests.real_ros import await_that


@pytest.fixture
def handlers():
    """Put the handlers of signals back at the end."""
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_to_stop_and_a_second_changes_nothing(handlers, number):
    stop = stop_on_signals()
    assert not stop.is_set()
    signal.raise_signal(number)
    signal.raise_signal(number)
    assert stop.is_set()


def test_nodes_are_spun_beside_the_caller_and_destroyed_at_the_end(ros):
    node, ticks = Node("one"), threading.Event()
    node.create_timer(0.001, ticks.set)
    spinner = Spinner([node], pytest.fail)
    assert ticks.wait(10)
    spinner.stop()
    assert spinner.error is None
    with pytest.raises(InvalidHandle):
        node.get_name()


def test_what_ends_the_executor_is_kept_and_told(ros):
    node, told = Node("one"), threading.Event()

    def fail() -> None:
        raise RuntimeError("odd")

    node.create_timer(0.001, fail)
    spinner = Spinner([node], told.set)
    assert told.wait(10)
    spinner.stop()
    assert str(spinner.error) == "odd"


@pytest.fixture
def stopped(monkeypatch):
    """Return an event in place of signals."""
    stop = threading.Event()
    monkeypatch.setattr(process, "stop_on_signals", lambda: stop)
    return stop


class TestRunNodes:
    def test_it_ends_with_0_when_asked_to_stop(self, stopped):
        def make() -> list[Any]:
            node = Node("one")
            node.create_timer(0.001, stopped.set)
            return [node]

        assert run_nodes(make, []) == 0
        assert not rclpy.ok()

    def test_it_ends_with_2_on_a_mistake_of_the_user(self, stopped, capsys):
        def make() -> list[Any]:
            raise ValueError("camera: rate_hz: 0.0 is out of range")

        assert run_nodes(make, []) == 2
        assert capsys.readouterr().err == "followme: camera: rate_hz: 0.0 is out of range\n"
        assert not rclpy.ok()

    def test_a_fault_is_raised(self, stopped):
        def fail() -> None:
            raise RuntimeError("odd")

        def make() -> list[Any]:
            node = Node("one")
            node.create_timer(0.001, fail)
            return [node]

        with pytest.raises(RuntimeError, match="odd"):
            run_nodes(make, [])
        assert not rclpy.ok()

    def test_it_can_be_run_again(self, stopped):
        stopped.set()
        for _ in range(2):
            assert run_nodes(lambda: [Node("one")], []) == 0
        await_that(lambda: not rclpy.ok(), why="all is down")
