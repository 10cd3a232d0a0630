"""The bag that gates are held against: the sample walk, or a rendered one where that is absent."""

from __future__ import annotations

from pathlib import Path

from tests.evaluation.corridors import written
from tests.evaluation.walk_bags import write_walk_bag

#: Where the sample walk lies; the Makefile has the same.
SAMPLE = Path(__file__).resolve().parents[2] / "walks" / "sample"
#: Left of the middle, so that it is seen when left and right are swapped.
BOX = {"type": "box", "at_m": [5.0, 0.32], "size_m": [0.4, 0.4, 1.0]}


def short_bag(folder: Path, **more: object) -> Path:
    """Write a walk of 5 s toward a box that stands left of the middle."""
    walk = written(folder, things=[BOX], seconds=5.0)
    return write_walk_bag(folder / "short", walk, **more)  # type: ignore[arg-type]


def free_bag(folder: Path, **more: object) -> Path:
    """Write a walk of 5 s in which nothing is in the way."""
    walk = written(folder, name="01_free.yaml", things=None, expect=None, seconds=5.0)
    return write_walk_bag(folder / "free", walk, **more)  # type: ignore[arg-type]
