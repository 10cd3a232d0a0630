"""Depth of planes and boxes with exact truth, for the tests of this station."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from followme.geometry.metric_depth import MetricDepth
from followme.geometry.obstacle_finder import FoundObstacles, ObstacleFinder
from followme.settings import (
    DepthSettings,
    FloorSettings,
    ObstacleFusionSettings,
    WalkerSettings,
)
from followme.values.camera import Attitude, Camera
from followme.values.depth_map import DepthMap, ImageHealth
from followme.values.frame import Frame
from followme.values.motion import Motion

CAMERA = Camera(320, 240, 277.0, 277.0, 159.5, 119.5)  # 60 by 47 degrees
ATTITUDE = Attitude(1.30, math.radians(10.0))
S = 1_000_000_000


@dataclass(frozen=True)
class Box:
    """An upright box in the frame of the walker who stands at x = 0, metres."""

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]

    def moved(self, dx: float, dy: float = 0.0) -> Box:
        return replace(self, x=(self.x[0] + dx, self.x[1] + dx), y=(self.y[0] + dy, self.y[1] + dy))


def box_at(x: float, y: float = 0.0, width: float = 0.4, deep: float = 0.4, z=(0.0, 1.0)) -> Box:
    """A box whose front is ``x`` ahead and whose middle is ``y`` to the left."""
    return Box((x, x + deep), (y - width / 2, y + width / 2), z)


def render(
    boxes=(), camera: Camera = CAMERA, attitude: Attitude = ATTITUDE, floor: bool = True
) -> np.ndarray:
    """Depth along the optical axis of each pixel, (h, w) float32; NaN where nothing is."""
    rays = _rays(camera, attitude)
    origin = (0.0, 0.0, attitude.height_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.full(rays[0].shape, np.inf, np.float32)
        if floor:
            down = np.float32(-attitude.height_m) * rays[2]
            depth = np.where(down > 0.0, down, depth)
        for box in boxes:
            enter, leave = np.float32(-np.inf), np.float32(np.inf)
            for inverse, start, (low, high) in zip(
                rays, origin, (box.x, box.y, box.z), strict=True
            ):
                first = np.float32(low - start) * inverse
                second = np.float32(high - start) * inverse
                enter = np.maximum(enter, np.minimum(first, second))
                leave = np.minimum(leave, np.maximum(first, second))
            hit = (enter > 0.0) & (enter <= leave) & (enter < depth)
            depth = np.where(hit, enter, depth)
    depth[~np.isfinite(depth)] = np.nan
    return depth


@lru_cache(maxsize=8)
def _rays(camera: Camera, attitude: Attitude) -> tuple[np.ndarray, ...]:
    """One over each component of the rays in the walker frame; z forward of the ray is 1."""
    rays = camera.rays().astype(np.float64) @ attitude.rotation().T
    with np.errstate(divide="ignore"):
        return tuple((1.0 / rays[..., i]).astype(np.float32) for i in range(3))


def frame_of(depth_m: np.ndarray, stamp_ns: int = 0, camera: Camera | None = CAMERA) -> Frame:
    height, width = depth_m.shape if camera is None else (camera.height, camera.width)
    return Frame(stamp_ns, np.zeros((height, width, 3), np.uint8), camera, depth_m)


def metric_depth(walker: WalkerSettings | None = None) -> MetricDepth:
    return MetricDepth(DepthSettings(), FloorSettings(), walker or WalkerSettings())


def depth_map(boxes=(), stamp_ns: int = 0, attitude: Attitude = ATTITUDE, **more) -> DepthMap:
    """A depth map as MetricDepth makes it of a scene, cold."""
    depth_m = render(boxes, attitude=attitude, **more)
    result = metric_depth().estimate(frame_of(depth_m, stamp_ns), None, ImageHealth())
    assert isinstance(result, DepthMap)
    return result


def walking(speed_mps: float, stamp_ns: int = 0, yaw_rate_radps: float = 0.0) -> Motion:
    return Motion(stamp_ns, speed_mps, 0.0, yaw_rate_radps)


class Walk:
    """A walker with a camera who looks at boxes again and again."""

    def __init__(self, speed_mps: float = 1.0, motion_known: bool = True, hz: float = 10.0) -> None:
        self.finder = ObstacleFinder(ObstacleFusionSettings())
        self.metric = metric_depth()
        self.speed_mps, self.known, self.hz = speed_mps, motion_known, hz
        self.stamp_ns = 0
        self.way_m = 0.0

    def look(self, boxes, change=lambda depth_m: depth_m, **more) -> FoundObstacles:
        """Render the boxes from where the walker is now, look, and walk on."""
        seen = [box.moved(-self.way_m) for box in boxes]
        depth_m = change(render(seen, **more))
        depth = self.metric.estimate(frame_of(depth_m, self.stamp_ns), None, ImageHealth())
        assert isinstance(depth, DepthMap)
        motion = walking(self.speed_mps, self.stamp_ns) if self.known else None
        found = self.finder.find(depth, motion)
        self.stamp_ns += round(S / self.hz)
        self.way_m += self.speed_mps / self.hz
        return found


def in_the_way(found: FoundObstacles):
    return [o for o in found.obstacles if o.in_corridor]
