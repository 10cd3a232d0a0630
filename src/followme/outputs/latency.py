"""How long each stage took."""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

#: What is timed, in the order of the way of one image.
STAGES = (
    "capture",
    "face_detector",
    "object_detector",
    "segmenter",
    "depth_estimator",
    "obstacle_fusion",
    "stamp_to_obstacles",
    "stamp_to_announcement",
)
_PERCENTILES = {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0}

LatencyRow = dict[str, float | int | None]


class LatencyTable:
    """Milliseconds of each stage, collected by any thread.

    Eight hours at ten samples a second take 1.2 MB a stage.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples = {stage: array("f") for stage in STAGES}

    @property
    def stages(self) -> tuple[str, ...]:
        """What is timed, in the order of the way of one image."""
        return STAGES

    def add(self, stage: str, ms: float) -> None:
        """Add one sample.

        Raises
        ------
        ValueError
            For an unknown stage, or a duration that is no finite number.
        """
        if stage not in self._samples:
            raise ValueError(f"latency: unknown stage {stage!r}, known are {', '.join(STAGES)}")
        if not math.isfinite(ms):
            raise ValueError(f"latency of {stage}: expected finite milliseconds, got {ms!r}")
        with self._lock:
            self._samples[stage].append(ms)

    def rows(self) -> dict[str, LatencyRow]:
        """Return count, percentiles (linear between samples) and maximum of every stage.

        A stage that did not run has n 0 and None.
        """
        with self._lock:
            copies = {
                stage: np.array(samples, np.float64) for stage, samples in self._samples.items()
            }
        return {stage: latency_row(samples) for stage, samples in copies.items()}

    def text(self) -> str:
        """Return the table for a person; see :func:`latency_text`."""
        return latency_text(self.rows())


def latency_text(rows: Mapping[str, Mapping[str, float | int | None]]) -> str:
    """Return the table of stages for a person; a dash where a stage did not run."""
    heads = ("n", *_PERCENTILES, "max_ms")
    lines = ["stage".ljust(23) + "".join(head.rjust(9) for head in heads)]
    for stage, row in rows.items():
        lines.append(stage.ljust(23) + "".join(_cell(row[head]).rjust(9) for head in heads))
    return "\n".join(lines)


def latency_row(samples: NDArray[np.float64]) -> LatencyRow:
    """Return count, percentiles (linear between samples) and maximum of milliseconds (N,).

    Where there is none n is 0 and all else None.
    """
    if not len(samples):
        return {"n": 0, **dict.fromkeys(_PERCENTILES), "max_ms": None}
    at = np.percentile(samples, list(_PERCENTILES.values()))
    row: LatencyRow = {"n": len(samples)}
    row.update({name: round(float(ms), 3) for name, ms in zip(_PERCENTILES, at, strict=True)})
    row["max_ms"] = round(float(samples.max()), 3)
    return row


def _cell(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.1f}"
