"""What really stands there, and how urgent it really is: rules B1 and B3 of true values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followme.evaluation.walk_record import TrueThing
from followme.evaluation.walls import Walls
from followme.geometry.corridor import Band, Corridor
from followme.geometry.zones import NO_SLACK, Approach, Slack, zone_of
from followme.settings import ObstacleFusionSettings
from followme.sources.parts import Box, Capsule, Cylinder, Part
from followme.sources.scene import Scene, Thing
from followme.sources.walker_path import FloorPose
from followme.values.obstacle import Kind, Obstacle, Zone
from followme.values.truth import TruthObject

# A speed is read off this long a piece of the way.
_SPEED_OVER_S = 0.3
# The gate of B5: what was seen this near to a real thing was that thing.
_GATE_M, _GATE_PER_M = 0.5, 0.15


@dataclass(frozen=True)
class Snapshot:
    """What a source said of one instant.

    Parameters
    ----------
    time_s : float
        In the walk.
    pose : FloorPose
        Where the walker was.
    objects : tuple of TruthObject
        Real things.
    """

    time_s: float
    pose: FloorPose
    objects: tuple[TruthObject, ...]


class Truth:
    """The real things of a scene with their zones.

    Parameters
    ----------
    scene : Scene
        Walls and heights are read off it.
    s : ObstacleFusionSettings
        The same corridor and zones that FollowMe is given.
    """

    def __init__(self, scene: Scene, s: ObstacleFusionSettings | None = None) -> None:
        self._s = s or ObstacleFusionSettings()
        self._corridor = Corridor(self._s.corridor, self._s.walker)
        self._walls = Walls(scene, self._corridor)
        self._tops = {thing.id: top_m(thing) for thing in scene.things}
        h = self._s.hysteresis
        self._wide = Slack(h.exit_m, h.exit_share, h.exit_s)

    def things(self, walk: Sequence[Snapshot]) -> list[tuple[TrueThing, ...]]:
        """Return the real things of each snapshot, nearest first, with zones."""
        raw = [{t.id: t for t in self._raw(snapshot)} for snapshot in walk]
        speeds = walker_speeds(walk)
        return [
            tuple(
                sorted(
                    (self._judged(thing, walk, raw, i, speeds[i]) for thing in raw[i].values()),
                    key=lambda t: t.distance_m,
                )
            )
            for i in range(len(walk))
        ]

    def _raw(self, snapshot: Snapshot) -> list[TrueThing]:
        found = [TrueThing(o.id, o.kind, o.label, o.nearest_m) for o in snapshot.objects]
        return found + self._walls.in_the_way(snapshot.pose)

    def _judged(
        self,
        thing: TrueThing,
        walk: Sequence[Snapshot],
        raw: Sequence[dict[int, TrueThing]],
        at: int,
        walker_mps: float,
    ) -> TrueThing:
        closing_mps = _closing(thing, walk, raw, at)
        if math.isnan(closing_mps):
            closing_mps = walker_mps
        return replace(
            thing,
            closing_mps=closing_mps,
            zone=self._zone(thing, closing_mps, walker_mps, NO_SLACK),
            wide_zone=self._zone(thing, closing_mps, walker_mps, self._wide),
            in_corridor=self._inside(thing, 0.0),
        )

    def _zone(self, thing: TrueThing, closing_mps: float, walker_mps: float, slack: Slack) -> Zone:
        wider_m = 0.0 if slack is NO_SLACK else self._s.hysteresis.exit_width_m
        if not self._inside(thing, wider_m):
            return Zone.CLEAR
        top_m = self._tops.get(thing.id, math.inf)
        foot_only = thing.kind is not Kind.DROP_OFF and top_m <= self._s.corridor.cane_high_m
        approach = Approach(
            thing.distance_m, closing_mps, walker_mps, self._s.walker.reach_m, foot_only
        )
        return zone_of(approach, self._s.zones, slack)

    def _inside(self, thing: TrueThing, wider_m: float) -> bool:
        x, y, z = thing.nearest_m
        half_m = self._corridor.half_width_at(x) - self._s.corridor.intrusion_m + wider_m
        return x > 0.0 and abs(y) < half_m and self._corridor.band(z) is not Band.ABOVE


def match(seen: Obstacle, things: Sequence[TrueThing]) -> TrueThing | None:
    """Return the real thing that an obstacle is, by its nearest point; None for a phantom."""

    def gap_m(thing: TrueThing) -> float:
        return math.dist(seen.nearest_m[:2], thing.nearest_m[:2])

    near = min(things, key=gap_m, default=None)
    if near is None or gap_m(near) > _GATE_M + _GATE_PER_M * near.distance_m:
        return None
    return near


def top_m(thing: Thing) -> float:
    """Return how high a thing reaches above the floor."""
    return max(_part_top_m(part) for part in thing.parts)


def _part_top_m(part: Part) -> float:
    if isinstance(part, Box):
        return part.centre_m[2] + part.size_m[2] / 2
    if isinstance(part, Capsule):
        return max(part.start_m[2], part.end_m[2]) + part.radius_m
    return part.top_m if isinstance(part, Cylinder) else 0.0


def walker_speeds(walk: Sequence[Snapshot]) -> NDArray[np.float64]:
    """Return how fast the walker really went at each snapshot, m/s."""
    if len(walk) < 2:
        return np.zeros(len(walk))
    times = np.array([s.time_s for s in walk])
    x, y = (np.array([getattr(s.pose, axis) for s in walk]) for axis in ("x_m", "y_m"))
    return np.asarray(np.hypot(np.gradient(x, times), np.gradient(y, times)))


def _closing(
    thing: TrueThing, walk: Sequence[Snapshot], raw: Sequence[dict[int, TrueThing]], at: int
) -> float:
    """Return how fast it comes nearer, from the way before; at its first sight the way after."""
    before = [
        j
        for j in range(at - 1, -1, -1)
        if walk[at].time_s - walk[j].time_s <= _SPEED_OVER_S + 1e-6 and thing.id in raw[j]
    ]
    other = before[-1] if before else at + 1
    if other >= len(walk) or thing.id not in raw[other]:
        return math.nan
    step_s = walk[at].time_s - walk[other].time_s
    return (raw[other][thing.id].distance_m - thing.distance_m) / step_s
