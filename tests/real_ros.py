"""Real ROS 2 for tests: every test on a domain of its own, everything awaited, nothing slept."""

from __future__ import annotations

import importlib.util
import itertools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


def _is_there(package: str) -> bool:
    spec = importlib.util.find_spec(package)
    # the folder of followme_msgs's sources looks like a package without a file
    return spec is not None and spec.origin is not None


MISSING = [n for n in ("rclpy", "followme_msgs") if not _is_there(n)]
_TICKET = itertools.count(os.getpid() * 29)


class WithoutRos(pytest.Module):
    """A file of tests that cannot even be imported here."""

    def collect(self) -> Iterator[pytest.Item]:
        pytest.skip(f"{', '.join(MISSING)} cannot be imported: run 'make test'")


def a_domain_id() -> int:
    """Return a domain that no other test uses at the same time."""
    return 1 + next(_TICKET) % 100


def await_that(what: Callable[[], Any], within_s: float = 20.0, why: str = "") -> Any:
    """Poll until ``what()`` is true and return it; fail after ``within_s``."""
    deadline = time.monotonic() + within_s
    while not (got := what()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s:g} s: {why or what}")
        time.sleep(0.005)
    return got


@contextmanager
def initialised(domain_id: int) -> Iterator[None]:
    """Hold rclpy on a domain."""
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    rclpy.init(args=[], domain_id=domain_id, signal_handler_options=SignalHandlerOptions.NO)
    try:
        yield
    finally:
        rclpy.try_shutdown()
