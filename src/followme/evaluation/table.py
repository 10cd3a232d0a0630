"""The table that a person reads: every figure with target, value, n, interval and verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from followme.evaluation.metrics import Row

HEADS = ("", "metric", "target", "value", "95 %", "n", "", "published")


def cells(row: Row) -> tuple[str, ...]:
    """Return the cells of a line."""
    f = row.figure
    low, high = row.interval
    sure = "-" if math.isnan(low) else f"{f.shown(low)} to {f.shown(high)}"
    sign = ">=" if f.at_least else "<="
    if f.target == 0.0:
        sign = ""
    minutes = f.kind in ("rate", "count")
    n = f"{row.n:.1f} min" if minutes else f"{row.n:.0f}"
    return (
        f.group,
        f.text,
        f"{sign} {f.shown(f.target)}".strip(),
        f.shown(row.value),
        sure,
        n if row.n else "-",
        row.verdict,
        f.published,
    )


def text_table(rows: Sequence[Row]) -> str:
    """Return the table as lines of text with aligned columns."""
    return aligned(HEADS, [cells(row) for row in rows])


def aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return heads and rows as lines of text with aligned columns."""
    lines = [heads, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown_table(rows: Sequence[Row]) -> str:
    """Return the table for a page of documentation."""
    head = "| " + " | ".join(HEADS) + " |\n|" + " --- |" * len(HEADS)
    return "\n".join([head, *("| " + " | ".join(cells(row)) + " |" for row in rows)])
