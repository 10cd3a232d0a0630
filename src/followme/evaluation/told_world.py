"""The world of a bag as outlines: what its truth tells, and what has left the image since."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from followme.evaluation.truth import FARTHEST_M, Snapshot
from followme.sources.bag_truth import ToldThing
from followme.sources.outlines import Outline, seen_from
from followme.sources.walker_path import FloorPose
from followme.values.motion import Motion
from followme.values.obstacle import Kind

# Truth tells points, not shapes: a thing reaches so far back from its front, a hole farther.
_DEEP_M, _HOLE_DEEP_M = 0.25, 1.0
# A hole is at least so deep, whatever the height of its bottom says.
_HOLE_M = 0.10
# Who walks and has left the image is somewhere else soon, and so is the nearest point of a wall.
_KEPT_S = 1.0
# What is so far behind was passed.
_BEHIND_M = -1.0
# What is thinner is a line.
_LINE_M = 1e-6
# The front of what stands at one's side is not drawn farther forward than this.
_LEAST_COS = 0.25


@dataclass(frozen=True)
class _Known:
    """A thing where it last was, in the frame of the walk."""

    outline: Outline
    seen_s: float


class ToldWorld:
    """Things where the truth of a bag has them.

    An obstacle leaves the image while it is still ahead (B5), so truth that is told image by image
    ends too early. What stood still stands on where it was last told, until it is passed. Walls
    (negative ids) do so for a moment only: a few numbers tell where one was nearest, not its shape.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def outlines(
        self, time_s: float, pose: FloorPose, told: Sequence[ToldThing]
    ) -> tuple[Outline, ...]:
        """Return what is there at a time, in the frame of the walker.

        Parameters
        ----------
        time_s : float
            In the walk; it grows from call to call.
        pose : FloorPose
            Where the walker is.
        told : sequence of ToldThing
            What the truth of this image has.
        """
        here = {thing.id: outline_of(thing) for thing in told}
        origin = FloorPose(*pose.to_walker(0.0, 0.0), -pose.yaw_rad)
        for id, outline in here.items():
            corners = seen_from(outline.corners_m, origin)
            self._known[id] = _Known(replace(outline, corners_m=corners), time_s)
        carried = []
        for id, known in list(self._known.items()):
            if id in here:
                continue
            corners = seen_from(known.outline.corners_m, pose)
            if self._is_over(known, time_s, float(corners[:, 0].max())):
                del self._known[id]
            else:
                carried.append(replace(known.outline, corners_m=corners))
        return (*here.values(), *carried)

    @staticmethod
    def _is_over(known: _Known, time_s: float, farthest_x_m: float) -> bool:
        passing = known.outline.kind is Kind.PERSON or known.outline.id < 0
        gone = passing and time_s - known.seen_s > _KEPT_S
        return gone or farthest_x_m < _BEHIND_M


def outline_of(thing: ToldThing) -> Outline:
    """Return the outline of a thing: a front through its nearest point, and some depth behind."""
    hole = thing.kind is Kind.DROP_OFF
    right_m, left_m = thing.span_m
    if left_m - right_m < _LINE_M:
        left_m = right_m = thing.nearest_m[1]  # rounding would turn a sliver inside out
    front = [(_front_x(thing, y), y) for y in _stations(right_m, thing.nearest_m[1], left_m)]
    deep_m = _HOLE_DEEP_M if hole else _DEEP_M
    back_m = max(x for x, _ in front) + deep_m
    corners = np.array([*front, (back_m, left_m), (back_m, right_m)])
    bottom_m = min(thing.bottom_m, -_HOLE_M) if hole else thing.bottom_m
    top_m = 0.0 if hole else thing.top_m
    return Outline(thing.id, thing.kind, thing.label, corners, bottom_m, top_m)


def _stations(right_m: float, near_m: float, left_m: float) -> list[float]:
    return sorted({right_m, near_m, left_m})


def _front_x(thing: ToldThing, y_m: float) -> float:
    """Return how far ahead the front is at a y: nowhere nearer than the nearest point."""
    x_m, near_y_m, _ = thing.nearest_m
    right_m, left_m = thing.span_m
    flat = abs(near_y_m) <= max(right_m, -left_m, 0.0) + 1e-6
    if flat:
        return x_m
    distance_m = math.hypot(x_m, near_y_m)
    cos = max(x_m / distance_m, _LEAST_COS) if distance_m > 0.0 else 1.0
    return max(x_m, (distance_m - y_m * near_y_m / max(distance_m, 1e-9)) / cos)


def moved(pose: FloorPose, step_s: float, before: Motion | None, now: Motion | None) -> FloorPose:
    """Return where the walker is one image later; who is not known to move stands.

    Parameters
    ----------
    pose : FloorPose
        At the image before.
    step_s : float
        Between the images.
    before, now : Motion or None
        At both images.
    """
    both = [m for m in (before, now) if m is not None]
    ahead, left, turn = (
        sum(getattr(m, name) for m in both) / max(1, len(both)) * step_s
        for name in ("forward_mps", "left_mps", "yaw_rate_radps")
    )
    # on the middle of the turn, as a short arc goes
    middle = FloorPose(pose.x_m, pose.y_m, pose.yaw_rad + turn / 2.0)
    return FloorPose(*middle.from_walker(ahead, left), pose.yaw_rad + turn)


def as_told(snapshot: Snapshot, told: Mapping[int, bool]) -> Snapshot:
    """Return what is true of an instant, with what a bag tells of who is in the way.

    Parameters
    ----------
    snapshot : Snapshot
        By the outlines, which are drawn after a few told numbers.
    told : mapping of int to bool
        Whether each thing is in the way.
    """
    things = dict(snapshot.things)
    for id, is_in_way in told.items():
        thing = things.get(id)
        if thing is None or thing.in_corridor == is_in_way or thing.distance_m > FARTHEST_M:
            continue
        bearing = thing.bearing_rad
        bearings = thing.bearings_rad if is_in_way else (math.nan, math.nan)
        if is_in_way and math.isnan(bearings[0]):
            bearings = (bearing, bearing)
        things[id] = replace(thing, in_corridor=is_in_way, bearings_rad=bearings)
    wide = snapshot.wide | {id for id, is_in_way in told.items() if is_in_way and id in things}
    return replace(snapshot, things=things, wide=frozenset(wide))
