"""What 8 bits change in a file, and whether that may be borne.

A task brings its own measure: a function from an engine to figures by name. Each engine is
measured, as they round differently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme_training.common.onnx_file import (
    Engine,
    Gap,
    differences,
    median_ms,
    onnxruntime_engine,
    openvino_engine,
)

#: From an engine to the task's figures by name.
Measure = Callable[[Engine], Mapping[str, float]]


@dataclass(frozen=True)
class EngineCost:
    """What 8 bits change in one engine.

    Parameters
    ----------
    engine : str
        Its name.
    before, after : mapping of str to float
        Figures of the task, in float32 and in 8 bits.
    gaps : mapping of str to Gap
        Of each output.
    before_ms, after_ms : float
        Median time of one image.
    """

    engine: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    gaps: Mapping[str, Gap]
    before_ms: float
    after_ms: float


@dataclass(frozen=True)
class Int8Cost:
    """What 8 bits change.

    Parameters
    ----------
    name : str
        Of the file of 8 bits.
    before_mib, after_mib : float
        Sizes of the files.
    engines : tuple of EngineCost
        One for each engine that is installed.
    """

    name: str
    before_mib: float
    after_mib: float
    engines: tuple[EngineCost, ...]

    def refusal(self, measure: str, most: float) -> str | None:
        """Return why the file must not be shipped, None where it may.

        Parameters
        ----------
        measure : str
            A figure of the task; more of it is better.
        most : float
            Of it that may be lost, in any engine.
        """
        for cost in self.engines:
            before, after = cost.before[measure], cost.after[measure]
            # in this form a figure that is no number is refused too
            if not before - after <= most:
                return (
                    f"{self.name}: {measure} falls from {before:.4f} to {after:.4f} by "
                    f"{cost.engine}, at most {most:g} may be lost; the file in float32 is shipped, "
                    "more calibration images may help"
                )
        return None

    def rows(self, command: str) -> list[dict[str, Any]]:
        """Return rows for :func:`followme_training.common.report.write_report`."""
        found: list[tuple[str, str, float]] = []
        for cost in self.engines:
            split = f"by {cost.engine}"
            for name in cost.before:
                found.append((split, f"{name}, float32", cost.before[name]))
                found.append((split, f"{name}, int8", cost.after[name]))
            for name, gap in cost.gaps.items():
                found.append((split, f"{name}, largest difference", gap.largest))
                found.append((split, f"{name}, mean difference", gap.mean))
            found.append((split, "runtime_ms, float32", cost.before_ms))
            found.append((split, "runtime_ms, int8", cost.after_ms))
        found.append(("the file", "size_mib, float32", self.before_mib))
        found.append(("the file", "size_mib, int8", self.after_mib))
        return [
            {"set": "int8 against float32", "split": split, "measure": measure}
            | {"value": float(f"{value:.4g}"), "command": command}
            for split, measure, value in found
            if value == value
        ]

    def sentence(self, measure: str) -> str:
        """Return the cost in words."""
        engines = "; ".join(
            f"by {c.engine} {measure} {c.before[measure]:.4f} to {c.after[measure]:.4f}, "
            f"{c.before_ms:.1f} to {c.after_ms:.1f} ms"
            for c in self.engines
        )
        return f"{self.name}: {self.before_mib:.1f} to {self.after_mib:.1f} MiB; {engines}"


def shipped_int8(file: Path, int8: Path, refusal: str | None, ship: bool) -> bool:
    """Put a file of 8 bits in the place of that in float32 where it may be; return whether it was.

    Parameters
    ----------
    file, int8 : Path
        In float32 and in 8 bits; a card of an earlier export goes with the name that ends.
    refusal : str or None
        What :meth:`Int8Cost.refusal` says.
    ship : bool
        Whether the user wants it there.
    """
    if refusal or not ship:
        return False
    int8.replace(file)
    int8.with_suffix(".json").unlink(missing_ok=True)
    return True


def cost_of(
    file: Path, int8: Path, measure: Measure, images: Sequence[NDArray[np.uint8]]
) -> Int8Cost:
    """Compare a file of 8 bits with that in float32, in each engine that is installed.

    Parameters
    ----------
    file, int8 : Path
        In float32 and in 8 bits.
    measure : callable
        From an engine to the task's figures.
    images : sequence of (H, W, 3) uint8
        On which outputs are compared; the first is timed.
    """
    costs = []
    for name, make in (("onnxruntime", onnxruntime_engine), ("openvino", openvino_engine)):
        before, after = make(file), make(int8)
        if before is None or after is None:
            continue
        costs.append(
            EngineCost(
                name,
                dict(measure(before)),
                dict(measure(after)),
                differences(before, after, images),
                median_ms(before, images[0]),
                median_ms(after, images[0]),
            )
        )
    before_mib, after_mib = (f.stat().st_size / 2**20 for f in (file, int8))
    return Int8Cost(int8.name, before_mib, after_mib, tuple(costs))
