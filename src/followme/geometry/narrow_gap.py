"""B1: two things with a gap between them are one "narrow gap", or a doorway: no obstacle at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from followme.geometry.motion_step import MotionStep
from followme.settings import ObstacleFusionSettings
from followme.values.obstacle import Kind, Obstacle, Side, Zone

#: Name of such an obstacle, whose kind is UNKNOWN.
GAP = "gap"
# The front of a side jumps far away and as its face leaves the image: that is no own motion yet.
_STEADIER = 2.0


@dataclass(frozen=True)
class _Pair:
    """What stands to both sides of the way, and how far from its middle."""

    left: Obstacle
    right: Obstacle
    left_m: float
    right_m: float

    @property
    def width_m(self) -> float:
        return self.left_m + self.right_m

    @property
    def ids(self) -> tuple[int, int]:
        return self.left.track_id, self.right.track_id

    @property
    def distance_m(self) -> float:
        return min(self.left.distance_m, self.right.distance_m)


class NarrowGap:
    """Follows the nearest gap that both its sides make narrow, and all doorways.

    A gap as wide as a door, both sides of which stay out of the corridor that never widens, is a
    way: its sides show where one will walk, so the corridor needs no room for doubt there. With
    the widened one, a doorway of 0.82 m would warn at 1.4 m/s (4.8 m ahead) even of someone who
    goes through its very middle; so it is silent within 0.10 m of it, at any speed.

    A gap begins when the same two were seen wide enough apart in as many frames as a zone needs; it
    ends at once when they are not, for then they are two obstacles as ever.

    Parameters
    ----------
    s : ObstacleFusionSettings
        Least width, hysteresis.
    ids : iterator of int
        Where numbers come from, shared with the things that go out with it.
    """

    def __init__(self, s: ObstacleFusionSettings, ids: Iterator[int]) -> None:
        self._s = s
        self._hits: dict[tuple[int, int], int] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._posts: set[int] = set()
        self._ids = ids

    def reset(self) -> None:
        """Forget all gaps; their numbers are not given out again."""
        self._hits.clear()
        self._numbers.clear()
        self._posts.clear()

    def join(
        self, obstacles: Iterable[Obstacle], heading_rad: float, step: MotionStep
    ) -> list[Obstacle]:
        """Return obstacles with the gap among them; its two sides then hold no WARN of their own.

        Parameters
        ----------
        obstacles : iterable of Obstacle
            As judged one by one.
        heading_rad : float
            Direction of travel in the walker frame, left positive.
        step : MotionStep
            How the walker moves; what moves by itself makes no gap.
        """
        obstacles = list(obstacles)
        sides = [o for o in obstacles if self._may_be_side(o, step)]
        beside = list(self._pairs(sides, heading_rad))
        posts = {id for p in beside if self._is_doorway(p) for id in p.ids}
        # one of them leaves the image before the other
        posts |= {o.track_id for o in sides if self._stays_post(o, heading_rad)}
        self._posts = posts
        obstacles = [_at_most_inform(o) if o.track_id in posts else o for o in obstacles]
        pairs = {p.ids: p for p in beside if self._passable(p) and posts.isdisjoint(p.ids)}
        self._hits = {ids: self._hits.get(ids, 0) + 1 for ids in pairs}
        alive = {o.track_id for o in obstacles}
        self._numbers = {k: n for k, n in self._numbers.items() if alive.issuperset(k)}
        sure = [p for ids, p in pairs.items() if self._hits[ids] >= self._s.hysteresis.enter_hits]
        if not sure:
            return obstacles
        pair = min(sure, key=lambda p: (p.distance_m, p.ids))
        kept = [_at_most_inform(o) if o.track_id in pair.ids else o for o in obstacles]
        return [*kept, _as_obstacle(pair, self._number(pair.ids))]

    def _pairs(self, sides: list[Obstacle], heading_rad: float) -> Iterable[_Pair]:
        """Return all pairs that stand to both sides of the way, side by side."""
        for left in sides:
            for right in sides:
                left_m, right_m = _span_m(left, heading_rad)[0], _span_m(right, heading_rad)[1]
                apart_m = abs(_ahead_m(left, heading_rad) - _ahead_m(right, heading_rad))
                if right_m < 0.0 < left_m and apart_m <= self._s.corridor.gap_depth_m:
                    yield _Pair(left, right, left_m, -right_m)

    def _is_doorway(self, pair: _Pair) -> bool:
        """Whether one walks through without a thought."""
        c = self._s.corridor
        if not c.doorway_m <= pair.width_m <= c.doorway_widest_m:
            return False
        return min(pair.left_m, pair.right_m) >= c.half_width_m - c.intrusion_m

    def _stays_post(self, o: Obstacle, heading_rad: float) -> bool:
        """Whether what was a side of a doorway hardly reaches farther in by now."""
        c = self._s.corridor
        right_m, left_m = _span_m(o, heading_rad)
        inner_m = max(right_m, -left_m)
        return o.track_id in self._posts and (
            inner_m >= c.half_width_m - c.intrusion_m - c.gap_slack_m
        )

    def _passable(self, pair: _Pair) -> bool:
        """Whether a pair is wide enough apart, and narrows the way.

        A gap goes on while one of its sides has left the way and the other hardly reaches into
        it, else that one would be warned of alone at the last moment.
        """
        c = self._s.corridor
        inside = (pair.left.in_corridor, pair.right.in_corridor)
        if self._hits.get(pair.ids, 0) < self._s.hysteresis.enter_hits:
            return all(inside) and pair.width_m >= c.gap_m
        hardly = min(pair.left_m, pair.right_m) >= 0.5 * c.gap_m - c.gap_slack_m
        wide = pair.width_m >= c.gap_m - c.gap_slack_m
        return wide and (all(inside) or (any(inside) and hardly))

    def _may_be_side(self, o: Obstacle, step: MotionStep) -> bool:
        """Whether it stands."""
        if o.kind not in (Kind.OBJECT, Kind.OVERHANG):
            return False
        if not step.known or math.isnan(o.velocity_mps[0]):
            return True
        own_mps = math.hypot(
            o.velocity_mps[0] + step.forward_mps, o.velocity_mps[1] + step.left_mps
        )
        return own_mps <= _STEADIER * self._s.zones.mover_mps

    def _number(self, ids: tuple[int, int]) -> int:
        if ids not in self._numbers:
            self._numbers[ids] = next(self._ids)
        return self._numbers[ids]


def _at_most_inform(o: Obstacle) -> Obstacle:
    return replace(o, zone=min(o.zone, Zone.INFORM))


def _span_m(o: Obstacle, heading_rad: float) -> tuple[float, float]:
    """Return its rightmost and leftmost point across the way, metres, left positive."""
    c, s = math.cos(heading_rad), math.sin(heading_rad)
    return c * o.y_min_m - s * o.nearest_m[0], c * o.y_max_m - s * o.nearest_m[0]


def _ahead_m(o: Obstacle, heading_rad: float) -> float:
    return math.cos(heading_rad) * o.nearest_m[0] + math.sin(heading_rad) * o.nearest_m[1]


def _as_obstacle(pair: _Pair, number: int) -> Obstacle:
    """Return the gap: as far as its nearer side, and no more urgent than WARN: one can pass."""
    near = min(pair.left, pair.right, key=lambda o: (o.distance_m, o.track_id))
    right_m, left_m = pair.right.y_max_m, pair.left.y_min_m
    middle_m = 0.5 * (right_m + left_m)
    x_m = near.nearest_m[0]
    return replace(
        near,
        track_id=number,
        kind=Kind.UNKNOWN,
        label=GAP,
        confidence=min(pair.left.confidence, pair.right.confidence),
        nearest_m=(x_m, middle_m, near.nearest_m[2]),
        bearing_rad=math.atan2(middle_m, x_m),
        angular_width_rad=2.0 * math.atan2(0.5 * pair.width_m, near.distance_m),
        y_min_m=right_m,
        y_max_m=left_m,
        zone=min(max(pair.left.zone, pair.right.zone), Zone.WARN),
        side=Side.AHEAD,
    )
