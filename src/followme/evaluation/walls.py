"""Walls of a scene that really stand in the way of the body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followme.evaluation.walk_record import TrueThing
from followme.geometry.corridor import Corridor
from followme.sources.scene import Panel, Scene
from followme.sources.walker_path import FloorPose
from followme.values.obstacle import Kind

_LABELS = ("wall", "door")
_FARTHEST_M = 8.0


class Walls:
    """The upright panels of a scene.

    Parameters
    ----------
    scene : Scene
    corridor : Corridor
        Whose space they may reach into.
    """

    def __init__(self, scene: Scene, corridor: Corridor) -> None:
        self._s = corridor.s
        walls = [p for p in scene.panels if _is_wall(p, corridor.head_high_m)]
        self._labels = [p.label for p in walls]
        self._ends = np.array([_ends(p) for p in walls], float).reshape(-1, 2, 2)

    def in_the_way(self, pose: FloorPose) -> list[TrueThing]:
        """Return the walls that reach into the corridor of a walker, with negative ids."""
        cos, sin = np.cos(pose.yaw_rad), np.sin(pose.yaw_rad)
        to_walker = np.array([[cos, -sin], [sin, cos]])
        ends = (self._ends - (pose.x_m, pose.y_m)) @ to_walker  # (W, 2, 2)
        nearest = [self._clipped(ends, narrow) for narrow in (True, False)]
        found = []
        for number, label in enumerate(self._labels):
            points = [p[number] for p in nearest if np.isfinite(p[number]).all()]
            near = min(points, key=lambda p: float(np.hypot(*p)), default=None)
            if near is not None and np.hypot(*near) <= _FARTHEST_M:
                place = (float(near[0]), float(near[1]), 0.0)
                found.append(TrueThing(-1 - number, Kind.OBJECT, label, place))
        return found

    def _clipped(self, ends: NDArray[np.float64], narrow: bool) -> NDArray[np.float64]:
        """Return the point of each wall nearest to the walker within the way, (W, 2); NaN: none.

        The way is the union of a straight strip and of a wedge that widens (B1).
        """
        s = self._s
        half_m = s.half_width_m - s.intrusion_m
        grow = 0.0 if narrow else s.widening
        half_m -= grow * s.straight_m
        x, y = ends[..., 0], ends[..., 1]  # (W, 2)
        low, high = np.zeros(len(ends)), np.ones(len(ends))
        for inside in (half_m + grow * x - y, half_m + grow * x + y, x):
            start, end = inside[:, 0], inside[:, 1]
            with np.errstate(divide="ignore", invalid="ignore"):
                cross = start / (start - end)
            low = np.where((start < 0) & (end >= 0), np.maximum(low, cross), low)
            high = np.where((start >= 0) & (end < 0), np.minimum(high, cross), high)
            high = np.where((start < 0) & (end < 0), -1.0, high)
        line = ends[:, 1] - ends[:, 0]
        length2 = np.maximum((line**2).sum(1), 1e-12)
        foot = -(ends[:, 0] * line).sum(1) / length2
        share = np.clip(foot, low, np.maximum(low, high))
        points = ends[:, 0] + share[:, None] * line
        points[low > high] = np.nan
        return np.asarray(points)


def _is_wall(panel: Panel, head_high_m: float) -> bool:
    if panel.axis == 2 or panel.label not in _LABELS:
        return False
    return panel.low_m[1] < head_high_m and panel.high_m[1] > 0.05


def _ends(wall: Panel) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return both ends of a wall on the floor plan of the scene."""
    low, high = wall.low_m[0], wall.high_m[0]
    if wall.axis == 0:
        return (wall.at_m, low), (wall.at_m, high)
    return (low, wall.at_m), (high, wall.at_m)
