"""B11: the frame, the handle and the posts of a possible pane are the pane, not more things."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from followme.geometry.ground import GLASS
from followme.values.obstacle import Kind, Obstacle

_APART_M = 0.3  # a handle reaches out so far to both sides, noise apart
_BESIDE_M = 1.0  # posts stand no farther beside the middle of a pane


def with_frames(
    things: Iterable[Obstacle], ground: Iterable[Obstacle], heading_rad: float
) -> tuple[list[Obstacle], list[Obstacle]]:
    """Return things without the frames of panes, and what the floor shows, as urgent as those.

    Said one by one the posts would be a door that stands open, or a gap to walk through.

    Parameters
    ----------
    things : iterable of Obstacle
        What stands there, as judged one by one.
    ground : iterable of Obstacle
        What the floor shows, panes among it.
    heading_rad : float
        Direction of travel in the walker frame, left positive.
    """
    kept, shown = list(things), []
    for pane in ground:
        if pane.kind is Kind.UNKNOWN and pane.label == GLASS and pane.in_corridor:
            frame = [o for o in kept if _bounds(o, pane, heading_rad)]
            kept = [o for o in kept if o not in frame]
            # the first of its parts that is near enough speaks for all
            zones = [o.zone for o in frame if o.in_corridor]
            pane = replace(pane, zone=max([pane.zone, *zones]))
        shown.append(pane)
    return kept, shown


def _bounds(thing: Obstacle, pane: Obstacle, heading_rad: float) -> bool:
    """Whether a thing stands where the frame of a pane does."""
    if thing.kind not in (Kind.OBJECT, Kind.OVERHANG):
        return False
    cos, sin = math.cos(heading_rad), math.sin(heading_rad)
    ahead_m = cos * thing.nearest_m[0] + sin * thing.nearest_m[1]
    pane_m = cos * pane.nearest_m[0] + sin * pane.nearest_m[1]
    if abs(ahead_m - pane_m) > _APART_M + pane.distance_std_m:
        return False
    middle_m = 0.5 * (pane.y_min_m + pane.y_max_m)
    return thing.y_min_m - _BESIDE_M <= middle_m <= thing.y_max_m + _BESIDE_M
