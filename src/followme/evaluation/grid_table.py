"""How many runs of each walk of a grid are inside their windows, by what was varied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from followme.evaluation.onset_log import RunResult

# What is varied, and how a column of it is headed.
_VARIED = (("speed_mps", "{:g} m/s"), ("pitch_deg", "{:g} deg"), ("sway", "sway {}"))
_ALL = "all"


def inside_table(results: Sequence[RunResult]) -> str:
    """Return a table for Markdown with "inside of all" in each cell.

    It has a line a walk, and a column for each speed, each pitch, with and without sway, and all.

    Raises
    ------
    ValueError
        When there is no run, or one was not varied.
    """
    if not results:
        raise ValueError("grid: there is no run in it, run followme simulate --grid full --out DIR")
    every: Counter[tuple[str, str]] = Counter()
    inside: Counter[tuple[str, str]] = Counter()
    for result in results:
        for head in (*_heads(result), _ALL):
            at = str(result.run["walk"]), head
            every[at] += 1
            inside[at] += not result.shortfalls
    heads = [*_in_order(results), _ALL]
    lines = ["| " + " | ".join(["walk", *heads]) + " |", "|" + " --- |" * (len(heads) + 1)]
    for walk in sorted({walk for walk, _ in every}):
        cells = [f"{inside[walk, head]} of {every[walk, head]}" for head in heads]
        lines.append("| " + " | ".join([walk, *cells]) + " |")
    return "\n".join(lines)


def _heads(result: RunResult) -> list[str]:
    """Return the columns that a run is counted in."""
    missing = [key for key, _ in _VARIED if result.run.get(key) is None]
    if missing:
        raise ValueError(
            f"grid: walk {result.run.get('walk')} ran with {missing[0]} as its file says, "
            "give the logs of --grid full alone"
        )
    return [text.format(result.run[key]) for key, text in _VARIED]


def _in_order(results: Sequence[RunResult]) -> list[str]:
    heads: list[str] = []
    for key, text in _VARIED:
        # "none" before "full"
        values = sorted({result.run[key] for result in results}, reverse=key == "sway")
        heads += [text.format(value) for value in values]
    return heads
