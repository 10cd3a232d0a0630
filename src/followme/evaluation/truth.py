"""What really stands there, and how urgent it really is: rules B1 and B3 of true values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from followme.evaluation.floor_plan import HalfPlane, Part, Point, cut, nearest, parts_of
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
# The way is nowhere wider, within the farthest distance.
_WIDEST_M = 1.0
# Points this much farther are as near.
_AS_NEAR_M = 0.10
# Less than any distance that matters, more than floats are off.
_ROUNDING_M = 1e-9
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
    middles_m : mapping of id to (x, y)
        Where the middle of each is, in the frame of the scene.
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
    middles_m: Mapping[int, Point] = field(default_factory=dict)
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
        parts = _by_thing(parts_of(tuple(outlines)))
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
        middles = {id: _middle(those, pose) for id, those in parts.items()}
        return Snapshot(time_s, pose, things, middles, matches, frozenset(low), frozenset(wide))

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
        self, id: int, parts: Sequence[Part], sight_yaw_rad: float
    ) -> tuple[TrueThing, bool, bool]:
        """Return a thing, whether a cane finds what is in the way, and whether it nearly is."""
        body = [p for p in parts if self._at_body_height(p)]
        inside = [(p, shape) for p in body for shape in self._in_the_way(p, 0.0)]
        spots = inside or [(p, p.points) for p in body or parts]
        support_m = self._s.corridor.support_m
        points = _nearest_of(spots, max(support_m, _AS_NEAR_M))
        x, y = min(points.values(), key=lambda p: math.hypot(*p))
        near_m = math.hypot(x, y)
        front = [spots[i][0] for i, p in points.items() if math.hypot(*p) <= near_m + support_m]
        close = [spots[i][1] for i, p in points.items() if math.hypot(*p) <= near_m + _AS_NEAR_M]
        wide = [p for p, _ in inside] or body or parts
        across = [y for p in wide for y in p.y_m]
        wider_m = self._s.hysteresis.exit_width_m
        thing = TrueThing(
            id,
            parts[0].outline.kind,
            parts[0].outline.label,
            (x, y, min(p.outline.bottom_m for p in front)),
            bearings_rad=_bearings(close, (x, y), sight_yaw_rad)
            if inside
            else (math.nan, math.nan),
            span_m=(min(across), max(across)),
            in_corridor=bool(inside),
        )
        low = (
            bool(inside) and max(p.outline.top_m for p, _ in inside) <= self._s.corridor.cane_high_m
        )
        return thing, low, bool(inside) or any(self._in_the_way(p, wider_m) for p in body)

    def _at_body_height(self, part: Part) -> bool:
        o, s = part.outline, self._s.corridor
        hits = o.bottom_m < self._corridor.head_high_m and o.top_m > s.foot_low_m
        return hits or o.bottom_m <= -DROP_M

    def _in_the_way(self, part: Part, wider_m: float) -> list[list[Point]]:
        """Return what of a part is within the way of the body; empty when nothing is."""
        if part.y_m[0] > _WIDEST_M or part.y_m[1] < -_WIDEST_M or part.x_m[1] <= 0.0:
            return []
        shapes = (
            cut(part.points, planes)
            for half_m, planes in self._way(wider_m, part.x_m[1])
            if part.y_m[0] <= half_m and part.y_m[1] >= -half_m
        )
        return [shape for shape in shapes if shape]

    def _way(self, wider_m: float, until_m: float) -> Iterable[tuple[float, tuple[HalfPlane, ...]]]:
        """Return the way of the body as a straight strip and a wedge that widens (B1).

        Each with half its width at ``until_m``, where up to there it is widest.
        """
        s = self._s.corridor
        half_m = s.half_width_m - s.intrusion_m + wider_m
        ahead = (1.0, 0.0, 0.0)
        yield half_m, (ahead, (0.0, 1.0, half_m), (0.0, -1.0, half_m))
        at_zero_m = half_m - s.widening * s.straight_m
        wedge = (ahead, (s.widening, 1.0, at_zero_m), (s.widening, -1.0, at_zero_m))
        yield at_zero_m + s.widening * until_m + _ROUNDING_M, wedge

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


def _by_thing(every: Iterable[Part]) -> dict[int, list[Part]]:
    """Group parts by thing; what belongs to the room gets negative ids, each its own."""
    parts: dict[int, list[Part]] = {}
    fixture = 0
    for part in every:
        fixture -= part.outline.id == 0
        parts.setdefault(part.outline.id or fixture, []).append(part)
    return {id: those for id, those in parts.items() if any(_is_near(p) for p in those)}


def _is_near(part: Part) -> bool:
    return part.least_m() <= FARTHEST_M and math.hypot(*nearest(part.points)) <= FARTHEST_M


def _middle(parts: Sequence[Part], pose: FloorPose) -> Point:
    x, y = np.concatenate([p.outline.corners_m for p in parts]).mean(axis=0)
    return pose.from_walker(float(x), float(y))


def _nearest_of(spots: Sequence[tuple[Part, Sequence[Point]]], within_m: float) -> dict[int, Point]:
    """Return the nearest point of each spot that is at most so much farther than the nearest."""
    least_m = [part.least_m() for part, _ in spots]
    found: dict[int, Point] = {}
    best_m = math.inf
    for i in sorted(range(len(spots)), key=least_m.__getitem__):
        if least_m[i] > best_m + within_m + _ROUNDING_M:
            break
        found[i] = nearest(spots[i][1])
        best_m = min(best_m, math.hypot(*found[i]))
    # in the order of the spots, so that of two that are as near the first one is meant
    return dict(sorted(found.items()))


def _bearings(
    close: Sequence[Sequence[Point]], near: Point, sight_yaw_rad: float
) -> tuple[float, float]:
    """Return between which bearings points of shapes lie that are as near as the nearest one."""
    share = np.linspace(0.0, 1.0, 16)[:, None, None]
    far_m = math.hypot(*near) + _AS_NEAR_M
    start = np.array([p for shape in close for p in shape])
    end = np.array([p for shape in close for p in (*shape[1:], shape[0])])
    x, y = (start + share * (end - start)).reshape(-1, 2).T
    near_enough = np.hypot(x, y) <= far_m
    turned = np.arctan2(np.r_[near[1], y[near_enough]], np.r_[near[0], x[near_enough]])
    return float(turned.min()) - sight_yaw_rad, float(turned.max()) - sight_yaw_rad


def _match(seen: Obstacle, parts: Mapping[int, Sequence[Part]], sight_yaw_rad: float) -> int | None:
    """Return which real thing an obstacle is; None for a phantom."""
    spot = _turned((seen.nearest_m[0], seen.nearest_m[1]), sight_yaw_rad)
    best, least_m = None, _GATE_M + _GATE_PER_M * seen.distance_m
    for id, those in parts.items():
        for part in those:
            if part.least_m(spot) > least_m:
                continue
            # of a hole its edge is met, whatever stands beyond it or in it
            to = nearest(part.points) if part.outline.top_m <= 0.0 else nearest(part.points, spot)
            gap_m = math.dist(to, spot)
            # of things that hold the spot both, one of the scene is meant, not the room
            if gap_m < least_m or (gap_m == least_m and id > 0):
                best, least_m = id, gap_m
    return best


def _turned(p: Point, by_rad: float) -> Point:
    cos, sin = math.cos(by_rad), math.sin(by_rad)
    return cos * p[0] - sin * p[1], sin * p[0] + cos * p[1]


def _closing(walk: Sequence[Snapshot], at: int, thing: TrueThing) -> float:
    """Return how fast it comes nearer, from the way before; at its first sight the way after.

    Read off the middles of thing and walker: the nearest point jumps from foot to foot of a person
    who walks, and along a wall when the walker turns.
    """
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
    now, then = walk[at], walk[other]
    step_s = now.time_s - then.time_s
    own = np.subtract(now.middles_m[thing.id], then.middles_m[thing.id])
    walked = np.subtract((now.pose.x_m, now.pose.y_m), (then.pose.x_m, then.pose.y_m))
    turn = now.pose.yaw_rad + thing.bearing_rad
    return float(np.dot(walked - own, (math.cos(turn), math.sin(turn))) / step_s)
