"""What really stands there, and how urgent it really is: rules B1 and B3 of true values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from followme.evaluation.floor_plan import HalfPlane, Point, cut, nearest
from followme.evaluation.walk_record import TrueThing
from followme.geometry.corridor import Corridor
from followme.geometry.zones import Approach, Slack, zone_of
from followme.settings import ObstacleFusionSettings
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.values.obstacle import Kind, Obstacle, Zone

#: Farther things are left out.
FARTHEST_M = 8.0
#: A pit this deep is a drop (B11).
DROP_M = 0.08
# A speed is read off this long a piece of the way.
_SPEED_OVER_S = 0.3
# What was seen this near to a real thing was that thing; outlines are exact, so this is less
# than the gate of B5.
_GATE_M, _GATE_PER_M = 0.30, 0.10


@dataclass(frozen=True)
class Snapshot:
    """What is true of one instant, before speeds are known.

    Parameters
    ----------
    time_s : float
        In the walk.
    pose : FloorPose
        Where the body of the walker was.
    things : mapping of id to TrueThing
        Real things and walls (negative ids), without zones.
    matches : mapping of track to id
        Which of them each obstacle that FollowMe believes in is.
    low : set of id
        Those whose part in the way a cane finds.
    wide : set of id
        Those that are in the way with the width that B6 adds before it is left.
    """

    time_s: float
    pose: FloorPose
    things: Mapping[int, TrueThing]
    matches: Mapping[int, int] = field(default_factory=dict)
    low: frozenset[int] = frozenset()
    wide: frozenset[int] = frozenset()


class Truth:
    """The real things of a walk with their zones.

    Parameters
    ----------
    s : ObstacleFusionSettings or None
        The same corridor and zones that FollowMe is given; None for the defaults.
    """

    def __init__(self, s: ObstacleFusionSettings | None = None) -> None:
        self._s = s or ObstacleFusionSettings()
        self._corridor = Corridor(self._s.corridor, self._s.walker)
        h = self._s.hysteresis
        self._wide = Slack(h.exit_m, h.exit_share, h.exit_s)

    def snapshot(
        self,
        time_s: float,
        pose: FloorPose,
        outlines: Iterable[Outline],
        seen: Sequence[Obstacle] = (),
        sight_yaw_rad: float = 0.0,
    ) -> Snapshot:
        """Return what is true of an instant.

        Parameters
        ----------
        time_s : float
            In the walk.
        pose : FloorPose
            Where the body of the walker was.
        outlines : iterable of Outline
            All that is there, in the frame of the body.
        seen : sequence of Obstacle
            What FollowMe believed, in the frame of its sight.
        sight_yaw_rad : float
            How far the sight is turned against the body, to the left.
        """
        parts = _by_thing(outlines)
        things, low, wide = {}, set(), set()
        for id, those in parts.items():
            thing, is_low, is_wide = self._thing(id, those, sight_yaw_rad)
            things[id] = thing
            low |= {id} if is_low else set()
            wide |= {id} if is_wide else set()
        matches = {}
        for obstacle in seen:
            id_or_none = _match(obstacle, parts, sight_yaw_rad)
            if id_or_none is not None:
                matches[obstacle.track_id] = id_or_none
        return Snapshot(time_s, pose, things, matches, frozenset(low), frozenset(wide))

    def things(self, walk: Sequence[Snapshot]) -> list[tuple[TrueThing, ...]]:
        """Return the real things of each snapshot with speeds and zones, nearest first."""
        speeds = walker_speeds(walk)
        return [
            tuple(
                sorted(
                    (self._judged(walk, at, thing, speeds[at]) for thing in s.things.values()),
                    key=lambda t: t.distance_m,
                )
            )
            for at, s in enumerate(walk)
        ]

    def _thing(
        self, id: int, parts: Sequence[Outline], sight_yaw_rad: float
    ) -> tuple[TrueThing, bool, bool]:
        """Return a thing, whether a cane finds what is in the way, and whether it nearly is."""
        body = [p for p in parts if self._at_body_height(p)]
        inside = [(p, point) for p in body if (point := self._in_the_way(p, 0.0)) is not None]
        spots = inside or [(p, nearest([(x, y) for x, y in p.corners_m])) for p in body or parts]
        part, (x, y) = min(spots, key=lambda spot: math.hypot(*spot[1]))
        wider_m = self._s.hysteresis.exit_width_m
        low = bool(inside) and max(p.top_m for p, _ in inside) <= self._s.corridor.cane_high_m
        thing = TrueThing(
            id,
            part.kind,
            part.label,
            (x, y, part.bottom_m),
            sight_m=_turned((x, y), -sight_yaw_rad),
            in_corridor=bool(inside),
        )
        is_wide = bool(inside) or any(self._in_the_way(p, wider_m) is not None for p in body)
        return thing, low, is_wide

    def _at_body_height(self, part: Outline) -> bool:
        hits = (
            part.bottom_m < self._corridor.head_high_m and part.top_m > self._s.corridor.foot_low_m
        )
        return hits or part.bottom_m <= -DROP_M

    def _in_the_way(self, part: Outline, wider_m: float) -> Point | None:
        """Return the nearest point of a part within the way of the body; None when it is not."""
        if np.abs(part.corners_m[:, 1]).min() > FARTHEST_M or part.corners_m[:, 0].max() <= 0.0:
            return None
        points = []
        for planes in self._way(wider_m):
            shape = cut(part.corners_m, planes)
            if shape:
                points.append(nearest(shape))
        return min(points, key=lambda p: math.hypot(*p), default=None)

    def _way(self, wider_m: float) -> Iterable[tuple[HalfPlane, ...]]:
        """Return the way of the body as a straight strip and a wedge that widens (B1)."""
        s = self._s.corridor
        half_m = s.half_width_m - s.intrusion_m + wider_m
        ahead = (1.0, 0.0, 0.0)
        yield ahead, (0.0, 1.0, half_m), (0.0, -1.0, half_m)
        at_zero_m = half_m - s.widening * s.straight_m
        yield ahead, (s.widening, 1.0, at_zero_m), (s.widening, -1.0, at_zero_m)

    def _judged(
        self, walk: Sequence[Snapshot], at: int, thing: TrueThing, walker_mps: float
    ) -> TrueThing:
        closing_mps = _closing(walk, at, thing)
        if math.isnan(closing_mps):
            closing_mps = walker_mps
        low = thing.id in walk[at].low and thing.kind is not Kind.DROP_OFF
        approach = Approach(thing.distance_m, closing_mps, walker_mps, self._s.walker.reach_m, low)
        wide = thing.id in walk[at].wide
        return replace(
            thing,
            closing_mps=closing_mps,
            zone=zone_of(approach, self._s.zones) if thing.in_corridor else Zone.CLEAR,
            wide_zone=zone_of(approach, self._s.zones, self._wide) if wide else Zone.CLEAR,
        )


def walker_speeds(walk: Sequence[Snapshot]) -> NDArray[np.float64]:
    """Return how fast the walker really went at each snapshot, m/s."""
    if len(walk) < 2:
        return np.zeros(len(walk))
    times = np.array([s.time_s for s in walk])
    x, y = (np.array([getattr(s.pose, axis) for s in walk]) for axis in ("x_m", "y_m"))
    return np.asarray(np.hypot(np.gradient(x, times), np.gradient(y, times)))


def _by_thing(outlines: Iterable[Outline]) -> dict[int, list[Outline]]:
    """Group parts by thing; what belongs to the room gets negative ids, each its own."""
    parts: dict[int, list[Outline]] = {}
    fixture = 0
    for outline in outlines:
        fixture -= outline.id == 0
        id = outline.id or fixture
        x, y = nearest([(a, b) for a, b in outline.corners_m])
        if math.hypot(x, y) <= FARTHEST_M:
            parts.setdefault(id, []).append(outline)
    return parts


def _match(
    seen: Obstacle, parts: Mapping[int, Sequence[Outline]], sight_yaw_rad: float
) -> int | None:
    """Return which real thing an obstacle is; None for a phantom."""
    spot = _turned((seen.nearest_m[0], seen.nearest_m[1]), sight_yaw_rad)
    best, least_m = None, _GATE_M + _GATE_PER_M * seen.distance_m
    for id, those in parts.items():
        for part in those:
            corners = [(x, y) for x, y in part.corners_m]
            gap_m = math.dist(nearest(corners, spot), spot)
            # of things that hold the spot both, one of the scene is meant, not the room
            if gap_m < least_m or (gap_m == least_m and id > 0):
                best, least_m = id, gap_m
    return best


def _turned(p: Point, by_rad: float) -> Point:
    cos, sin = math.cos(by_rad), math.sin(by_rad)
    return cos * p[0] - sin * p[1], sin * p[0] + cos * p[1]


def _closing(walk: Sequence[Snapshot], at: int, thing: TrueThing) -> float:
    """Return how fast it comes nearer, from the way before; at its first sight the way after."""
    other = at
    while (
        other > 0
        and walk[at].time_s - walk[other - 1].time_s <= _SPEED_OVER_S + 1e-6
        and thing.id in walk[other - 1].things
    ):
        other -= 1
    other = at + 1 if other == at else other
    if other >= len(walk) or thing.id not in walk[other].things:
        return math.nan
    step_s = walk[at].time_s - walk[other].time_s
    return (walk[other].things[thing.id].distance_m - thing.distance_m) / step_s
