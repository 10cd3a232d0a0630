"""What really stands there as obstacles: what FollowMe would say if it knew everything."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from followme.evaluation.truth import Snapshot, Truth, walker_speeds
from followme.evaluation.walk_record import TrueThing
from followme.geometry.hysteresis import side_of
from followme.settings import ObstacleFusionSettings
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.values.depth_map import Provenance
from followme.values.obstacle import Obstacle, Obstacles, Sight

#: Things farther away are left out.
FARTHEST_M = 6.0
# Whatever wall of the room an outline is of; the truth tells them apart by negative numbers.
_WALL = 0
_HYSTERESIS = ObstacleFusionSettings().hysteresis


class TrueObstacles:
    """Collects what is true of the frames of a walk, in their order.

    Speeds need the frames before and after, so obstacles are had when the walk has ended.
    """

    def __init__(self) -> None:
        self._truth = Truth()
        self._snapshots: list[Snapshot] = []
        self._outlines: list[tuple[Outline, ...]] = []
        self._visible: list[frozenset[int]] = []
        self._turns_rad: list[float] = []

    def add(
        self,
        time_s: float,
        body: FloorPose,
        outlines: Sequence[Outline],
        visible: Collection[int],
        sight_yaw_rad: float = 0.0,
    ) -> None:
        """Take a frame.

        Parameters
        ----------
        time_s : float
            In the walk.
        body : FloorPose
            Where the walker was.
        outlines : sequence of Outline
            All that was there, in the frame of the body.
        visible : collection of int
            Ids of the things that the image shows.
        sight_yaw_rad : float
            How far the camera was turned against the body, to the left.
        """
        self._snapshots.append(
            self._truth.snapshot(time_s, body, outlines, sight_yaw_rad=sight_yaw_rad)
        )
        self._outlines.append(tuple(o for o in outlines if o.id in visible or o.id == _WALL))
        self._visible.append(frozenset(visible))
        self._turns_rad.append(sight_yaw_rad)

    def all(self) -> list[Obstacles]:
        """Return the obstacles of each frame: what is within 6 m and in the image.

        Of the room only walls that are in the way, if by the slack of B6: who warns of one is
        right.
        """
        speeds = walker_speeds(self._snapshots)
        found = []
        for at, things in enumerate(self._truth.things(self._snapshots)):
            near = [
                self._obstacle(at, thing)
                for thing in things
                if (thing.id in self._visible[at] or self._is_wall_ahead(at, thing))
                and thing.distance_m <= FARTHEST_M
            ]
            found.append(
                Obstacles(
                    stamp_ns=round(self._snapshots[at].time_s * 1e9),
                    obstacles=tuple(near),
                    sight=Sight.SEEING,
                    distances_known=True,
                    observed_free=math.nan,
                    walker_speed_mps=float(speeds[at]),
                )
            )
        return found

    def _is_wall_ahead(self, at: int, thing: TrueThing) -> bool:
        return thing.id < 0 and (thing.in_corridor or thing.id in self._snapshots[at].wide)

    def _obstacle(self, at: int, thing: TrueThing) -> Obstacle:
        turn = self._turns_rad[at]
        parts = [o for o in self._outlines[at] if o.id == max(thing.id, _WALL)]
        if thing.id < 0:
            # a wall goes on to both sides: of it only what is in the way
            corners = np.array([(thing.nearest_m[0], y) for y in thing.span_m])
        else:
            corners = np.concatenate([o.corners_m for o in parts])
        x, y = _turned(thing.nearest_m[0], thing.nearest_m[1], -turn)
        across = [_turned(cx, cy, -turn)[1] for cx, cy in corners.tolist()]
        bearing = math.atan2(y, x)
        off = np.arctan2(corners[:, 1], corners[:, 0]) - turn - bearing
        off = np.arctan2(np.sin(off), np.cos(off))
        closes = thing.closing_mps > 1e-3
        return Obstacle(
            track_id=thing.id,
            kind=thing.kind,
            label=thing.label,
            confidence=1.0,
            nearest_m=(x, y, thing.nearest_m[2]),
            distance_m=thing.distance_m,
            distance_std_m=0.0,
            bearing_rad=bearing,
            angular_width_rad=float(np.ptp(off)),
            bottom_m=min(o.bottom_m for o in parts),
            top_m=max(o.top_m for o in parts),
            y_min_m=min(across),
            y_max_m=max(across),
            velocity_mps=self._velocity(at, thing.id),
            time_to_contact_s=thing.distance_m / thing.closing_mps if closes else math.inf,
            zone=thing.zone,
            provenance=Provenance.SENSOR,
            in_corridor=thing.in_corridor,
            side=side_of(None, thing.span_m, bearing, thing.in_corridor, _HYSTERESIS),
        )

    def _velocity(self, at: int, id: int) -> tuple[float, float]:
        """Return how a thing moves over the floor against the walker, frame of the sight."""
        here = self._snapshots
        ends = [n for n in (at - 1, at + 1) if 0 <= n < len(here) and id in here[n].middles_m]
        first, last = min([at, *ends]), max([at, *ends])
        if first == last:
            return math.nan, math.nan
        seconds = here[last].time_s - here[first].time_s
        way = [
            (here[last].middles_m[id][k] - here[first].middles_m[id][k])
            - (_spot(here[last].pose)[k] - _spot(here[first].pose)[k])
            for k in (0, 1)
        ]
        turn = here[at].pose.yaw_rad + self._turns_rad[at]
        ahead, left = _turned(way[0] / seconds, way[1] / seconds, -turn)
        return ahead, left


def _spot(pose: FloorPose) -> tuple[float, float]:
    return pose.x_m, pose.y_m


def _turned(x: float, y: float, by_rad: float) -> tuple[float, float]:
    cos, sin = math.cos(by_rad), math.sin(by_rad)
    return cos * x - sin * y, sin * x + cos * y
