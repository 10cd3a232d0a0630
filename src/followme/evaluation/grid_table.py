"""How many runs of each walk of a grid are inside their windows, at each speed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from followme.evaluation.onset_log import RunResult


def inside_table(results: Sequence[RunResult]) -> str:
    """Return a table for Markdown: a line a walk, a column a speed, "inside of all" in each cell.

    Raises
    ------
    ValueError
        When there is no run.
    """
    if not results:
        raise ValueError("grid: there is no run in it, run followme simulate --grid full --out DIR")
    every: Counter[tuple[str, float]] = Counter()
    inside: Counter[tuple[str, float]] = Counter()
    for result in results:
        at = str(result.run["walk"]), float(result.run["speed_mps"])
        every[at] += 1
        inside[at] += not result.shortfalls
    speeds = sorted({speed for _, speed in every})
    heads = ["walk", *(f"{speed:g} m/s" for speed in speeds)]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for walk in sorted({walk for walk, _ in every}):
        cells = [f"{inside[walk, speed]} of {every[walk, speed]}" for speed in speeds]
        lines.append("| " + " | ".join([walk, *cells]) + " |")
    return "\n".join(lines)
