"""The way that a walker takes through a scene: where they are and how they move at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from followme.sources.source import SourceError
from followme.values.motion import Motion

_STEP_S = 0.01


@dataclass(frozen=True)
class FloorPose:
    """Where the walker stands, in the frame of the scene (x along the corridor, y left).

    Parameters
    ----------
    x_m, y_m : float
        Of the point on the floor under the camera.
    yaw_rad : float
        Where the walker looks: 0 along x, positive to the left.
    """

    x_m: float
    y_m: float
    yaw_rad: float = 0.0

    def to_walker(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Turn a point of the scene's floor plan into the walker frame, metres."""
        dx, dy = x_m - self.x_m, y_m - self.y_m
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return cos * dx + sin * dy, cos * dy - sin * dx

    def from_walker(self, ahead_m: float, left_m: float) -> tuple[float, float]:
        """Turn a point of the walker frame into the scene's floor plan, metres."""
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return self.x_m + cos * ahead_m - sin * left_m, self.y_m + sin * ahead_m + cos * left_m


@dataclass(frozen=True)
class Knot:
    """How the walker moves at one time; between knots velocities change evenly.

    Parameters
    ----------
    time_s : float
        Since the walk began.
    forward_mps, left_mps : float
        Velocity in the walker frame.
    yaw_rate_radps : float
        Turn to the left is positive.
    """

    time_s: float
    forward_mps: float
    left_mps: float = 0.0
    yaw_rate_radps: float = 0.0


@dataclass(frozen=True)
class WalkerPath:
    """Piecewise motion of a walker.

    Before the first knot the walker moves as at the first; after the last they stand.

    Parameters
    ----------
    knots : tuple of Knot
        Times grow strictly.
    start : FloorPose
        Where the walk begins, at time 0.

    Raises
    ------
    SourceError
        When there is no knot, or a time does not grow or is no number.
    """

    knots: tuple[Knot, ...]
    start: FloorPose = FloorPose(0.0, 0.0)

    def __post_init__(self) -> None:
        if not self.knots:
            raise SourceError("walker path: it has no knot, give at least one")
        times = [knot.time_s for knot in self.knots]
        if not all(math.isfinite(t) and t >= 0 for t in times):
            raise SourceError(f"walker path: times {times} must be numbers from 0 upward")
        if any(b <= a for a, b in pairwise(times)):
            raise SourceError(f"walker path: times {times} must grow from knot to knot")

    @property
    def seconds(self) -> float:
        """Time of the last knot."""
        return self.knots[-1].time_s

    def pose_at(self, time_s: float) -> FloorPose:
        """Return where the walker is; after the last knot they stay."""
        times, poses = _integrated(self)
        x, y, yaw = (float(np.interp(time_s, times, poses[:, i])) for i in range(3))
        return FloorPose(x, y, yaw)

    def motion_at(self, time_s: float, stamp_ns: int) -> Motion:
        """Return how the walker moves; after the last knot they stand."""
        if time_s > self.seconds:
            return Motion(stamp_ns, 0.0, 0.0, 0.0)
        forward, left, turn = (float(v) for v in _velocities(self, np.array([time_s]))[0])
        return Motion(stamp_ns, forward, left, turn)


def walking(*speeds: tuple[float, float], start: FloorPose = FloorPose(0.0, 0.0)) -> WalkerPath:
    """Make a path straight ahead from pairs of time and speed (s, m/s)."""
    return WalkerPath(tuple(Knot(time_s, speed) for time_s, speed in speeds), start)


def _velocities(path: WalkerPath, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return forward, left and turn at each time, (N, 3)."""
    at = [knot.time_s for knot in path.knots]
    columns = [
        np.interp(times, at, [knot.forward_mps for knot in path.knots]),
        np.interp(times, at, [knot.left_mps for knot in path.knots]),
        np.interp(times, at, [knot.yaw_rate_radps for knot in path.knots]),
    ]
    return np.stack(columns, axis=1)


@lru_cache(maxsize=32)
def _integrated(path: WalkerPath) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Integrate once: times (N,) that hold every knot, and x, y, yaw at each, (N, 3)."""
    grid = np.arange(0.0, path.seconds, _STEP_S)
    times = np.unique(np.concatenate([grid, [0.0], [knot.time_s for knot in path.knots]]))
    velocity = _velocities(path, times)
    step = np.diff(times)[:, None]
    # velocities change evenly within a step, so the mean of its ends is exact
    mean = 0.5 * (velocity[1:] + velocity[:-1])
    yaw = path.start.yaw_rad + np.concatenate([[0.0], np.cumsum(mean[:, 2] * step[:, 0])])
    middle = 0.5 * (yaw[1:] + yaw[:-1])
    dx = (mean[:, 0] * np.cos(middle) - mean[:, 1] * np.sin(middle)) * step[:, 0]
    dy = (mean[:, 0] * np.sin(middle) + mean[:, 1] * np.cos(middle)) * step[:, 0]
    x = path.start.x_m + np.concatenate([[0.0], np.cumsum(dx)])
    y = path.start.y_m + np.concatenate([[0.0], np.cumsum(dy)])
    return times, np.stack([x, y, yaw], axis=1)
