"""Walls beside the corridor: long, or short pieces of a long one that shadows have cut.

A wall beside the way is neither in it nor a thing; seen at a grazing angle, or behind a pillar,
it falls into pieces that would look like things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A stretch of floor, along and across the corridor.

    Parameters
    ----------
    right_m, left_m : float
        Across, left positive.
    near_m, far_m : float
        Along.
    """

    right_m: float
    left_m: float
    near_m: float
    far_m: float

    @property
    def along_m(self) -> float:
        """Length along the corridor."""
        return self.far_m - self.near_m

    @property
    def across_m(self) -> float:
        """Length across the corridor."""
        return self.left_m - self.right_m

    def crosses(self, other: Span, reach_m: float) -> bool:
        """Whether a line along the corridor through ``other`` meets it, within ``reach_m``."""
        return self.right_m - reach_m <= other.left_m and other.right_m <= self.left_m + reach_m


def wall_pieces(spans: Sequence[Span], wall_m: float, reach_m: float) -> list[bool]:
    """Return which spans are walls or pieces of them.

    Parameters
    ----------
    spans : sequence of Span
        Of all things beside the corridor.
    wall_m : float
        What is longer is a wall; so are pieces in one line that together are.
    reach_m : float
        How far pieces may lie off their line.
    """
    return [
        max(span.along_m, span.across_m) > wall_m or _is_piece(span, spans, wall_m, reach_m)
        for span in spans
    ]


def _is_piece(span: Span, spans: Sequence[Span], wall_m: float, reach_m: float) -> bool:
    """Whether this is thin, and lies in a line that is as long as a wall and filled enough."""
    if span.across_m > 2.0 * reach_m:
        return False  # as deep as a thing
    line = [other for other in spans if other.crosses(span, reach_m)]
    length_m = max(s.far_m for s in line) - min(s.near_m for s in line)
    # two poles in a row are no wall
    return length_m > wall_m and sum(s.along_m for s in line) > 0.25 * length_m
