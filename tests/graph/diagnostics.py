"""What nodes say on /diagnostics, and how long after its cause it was there."""

from __future__ import annotations

import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from tests.real_ros import await_that

from .conftest import Graph

#: What a walker has to know is heard and said so soon after its cause.
LIMIT_S = 1.0
#: All else waits for the next report: a second at most, once it is known.
REPORTED_S = 1.0 + LIMIT_S


class Diagnostics:
    """All reports of a graph, each with the time of the monotonic clock at which it came.

    Parameters
    ----------
    graph : Graph
        Whose driver listens; make this before it spins.
    """

    def __init__(self, graph: Graph) -> None:
        self.reports: list[tuple[float, DiagnosticStatus]] = []
        graph.driver.create_subscription(DiagnosticArray, "/diagnostics", self._came, 50)

    def of(self, node: str, moment_s: float = 0.0) -> list[tuple[float, DiagnosticStatus]]:
        """Return the reports of a node that came after a moment."""
        return [
            (at_s, status)
            for at_s, status in list(self.reports)
            if at_s >= moment_s and status.hardware_id == f"/{node}"
        ]

    def since(self, node: str, words: str, moment_s: float) -> list[float]:
        """Return how long after a moment a node said something, each time.

        Only what it says counts: facts, as the last trouble, stay when all is well again.
        """
        return [at_s - moment_s for at_s, s in self.of(node, moment_s) if words in s.message]

    def within(self, node: str, words: str, moment_s: float, limit_s: float = LIMIT_S) -> None:
        """Hold that a node says something in time after a moment."""
        why = f"{node} says {words!r}"
        delay_s = await_that(lambda: self.since(node, words, moment_s), limit_s + 10.0, why)[0]
        assert delay_s <= limit_s, f"{why} after {delay_s:.2f} s, not within {limit_s:.2f} s"

    def over(self, node: str, words: str, limit_s: float = REPORTED_S) -> None:
        """Hold that a node says something no more, at the latest in time from now on."""
        moment_s = time.monotonic()

        def without() -> list[float]:
            reports = self.of(node, moment_s)
            return [at_s - moment_s for at_s, s in reports if words not in s.message]

        why = f"{node} says {words!r} no more"
        delay_s = await_that(without, limit_s + 10.0, why)[0]
        assert delay_s <= limit_s, f"{why} after {delay_s:.2f} s, not within {limit_s:.2f} s"

    def _came(self, array: Any) -> None:
        now_s = time.monotonic()
        self.reports += [(now_s, status) for status in array.status]
