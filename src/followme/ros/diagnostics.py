"""What a node says about itself, once a second, on /diagnostics."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from followme.ros.stamps import to_time

_KEPT = 512


class Timings:
    """Durations of the last pieces of work, in milliseconds; any thread may add."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=_KEPT)

    def add(self, ms: float) -> None:
        """Note one."""
        self._values.append(ms)

    def percentile(self, q: float) -> float:
        """Return a percentile; NaN when there is none."""
        values = tuple(self._values)
        return float(np.percentile(values, q)) if values else float("nan")


class Troubles:
    """Sentences about what went wrong; the last one, and how often."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.last = ""
        self.count = 0
        self._fresh = False

    def note(self, sentence: str) -> bool:
        """Note a trouble; return whether it differs from the one before."""
        with self._lock:
            new = sentence != self.last
            self.last, self._fresh = sentence, True
            self.count += 1
            return new

    def take_fresh(self) -> bool:
        """Return whether there was trouble since the last call."""
        with self._lock:
            fresh, self._fresh = self._fresh, False
            return fresh


def verdict(active: bool, waits_for: object | None, troubles: Troubles) -> tuple[bytes, str]:
    """Return level and summary of a node.

    Parameters
    ----------
    active : bool
        Whether it works.
    waits_for : object or None
        What it cannot work without, when that is nobody's fault.
    troubles : Troubles
        What went wrong; what is fresh among it is taken.
    """
    fresh = troubles.take_fresh()
    if active:
        if fresh:
            return DiagnosticStatus.WARN, troubles.last
        return DiagnosticStatus.OK, "working"
    if waits_for is not None:
        return DiagnosticStatus.OK, f"waiting: {waits_for}"
    if troubles.last:
        return DiagnosticStatus.ERROR, troubles.last
    return DiagnosticStatus.WARN, "not active"


def diagnostic_array(
    name: str, now_ns: int, level: bytes, summary: str, facts: Mapping[str, Any]
) -> DiagnosticArray:
    """Return the message of one node.

    Parameters
    ----------
    name : str
        Fully qualified name of the node.
    now_ns : int
        Of the graph's clock.
    level : bytes
        A level of ``DiagnosticStatus``.
    summary : str
        One sentence.
    facts : mapping
        Numbers and texts by name with the unit in it.
    """
    status = DiagnosticStatus(
        level=level,
        name=f"followme: {name}",
        message=summary,
        hardware_id=name,
        values=[KeyValue(key=k, value=_text(v)) for k, v in facts.items()],
    )
    array = DiagnosticArray(status=[status])
    array.header.stamp = to_time(now_ns)
    return array


def _text(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
