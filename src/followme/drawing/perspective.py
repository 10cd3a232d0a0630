"""Where points of the walker's world appear in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.geometry.corridor import Corridor
from followme.values.camera import Attitude, Camera
from followme.values.depth_map import DepthStatus
from followme.values.obstacle import Kind, Obstacle

_NEAR_M = 0.1  # nearer to the lens, a projection runs out of every picture
_BODY_M = 0.4  # things nearer are drawn here, else they would hide all or be behind the lens
_FAR_PX = 30_000.0
_DROP_LENGTH_M = 0.5


@dataclass(frozen=True)
class View:
    """A camera in its attitude over the floor.

    Parameters
    ----------
    camera : Camera
        At the size of the picture.
    attitude : Attitude
        How it stands.
    """

    camera: Camera
    attitude: Attitude

    @classmethod
    def of(
        cls, camera: Camera | None, status: DepthStatus | None, width: int, height: int
    ) -> View | None:
        """Return the view of a picture, or None where camera or attitude is not known."""
        if camera is None or status is None:
            return None
        if (camera.width, camera.height) != (width, height):
            camera = camera.scaled(width, height)
        return cls(camera, status.attitude)

    def pixels(self, points_m: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the pixels (..., 2) of walker-frame points (..., 3); NaN behind the lens."""
        optical = self.attitude.to_optical(points_m)
        optical[..., 2] = np.where(optical[..., 2] >= _NEAR_M, optical[..., 2], np.nan)
        return np.clip(self.camera.project(optical), -_FAR_PX, _FAR_PX)

    def horizon(self) -> NDArray[np.float64]:
        """Return pixels (N, 2) along the line where a level floor would end."""
        turn = np.radians(np.linspace(-60.0, 60.0, 96))
        ahead = np.stack([np.cos(turn), np.sin(turn), np.zeros_like(turn)], axis=-1)
        optical = ahead @ self.attitude.rotation()
        pixels = self.camera.project(optical)
        return pixels[np.all(np.abs(pixels) < _FAR_PX, axis=-1)]


def corridor_edges(
    view: View, corridor: Corridor
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pixels (N, 2) of the left and the right edge on the floor, near to far."""
    # nearer than this the floor is below every picture
    ahead = np.linspace(0.3, corridor.s.length_m, 49, dtype=np.float32)
    half = corridor.half_width(ahead)
    edges = np.stack([ahead, half, np.zeros_like(ahead)], axis=-1)
    both = view.pixels(np.stack([edges, edges * (1.0, -1.0, 1.0)]))
    seen = np.isfinite(both).all(axis=(0, 2))
    return both[0, seen], both[1, seen]


def obstacle_outline(view: View, o: Obstacle) -> NDArray[np.float64] | None:
    """Return the pixels (4, 2) around an obstacle, or None where it is behind the lens.

    Upright things: the rectangle of their lateral span and height at the distance of the nearest
    point. Drops: a piece of the floor.
    """
    x, y, z = o.nearest_m
    if not (math.isfinite(x) and math.isfinite(y)) or x <= 0.0:
        return None
    x = max(x, _BODY_M)
    left, right = _known(o.y_max_m, y + 0.1), _known(o.y_min_m, y - 0.1)
    if o.kind is Kind.DROP_OFF:
        far = x + _DROP_LENGTH_M
        corners = [(far, left, 0.0), (far, right, 0.0), (x, right, 0.0), (x, left, 0.0)]
        pixels = view.pixels(np.array(corners))
        return pixels if np.isfinite(pixels).all() else None
    bottom = _known(o.bottom_m, 0.0)
    top = max(_known(o.top_m, _known(z, 0.5)), bottom + 0.05)
    corners = [(x, left, top), (x, right, top), (x, right, bottom), (x, left, bottom)]
    return _upright(view.pixels(np.array(corners)))


def foot_of(view: View, o: Obstacle) -> NDArray[np.float64] | None:
    """Return the pixels (2, 2) of the lowest point of a raised thing and of the floor below it."""
    x, y, _ = o.nearest_m
    if not o.bottom_m > 0.15 or not x > _BODY_M:
        return None
    pixels = view.pixels(np.array([(x, y, o.bottom_m), (x, y, 0.0)]))
    return pixels if np.isfinite(pixels).all() else None


def _known(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else otherwise


def _upright(corners: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Turn four corners into a level rectangle; what is behind the lens reaches out of view."""
    u, v = corners[:, 0], corners[:, 1]
    seen = np.isfinite(u)
    if not seen.any():
        return None
    left, right = float(u[seen].min()), float(u[seen].max())
    top = float(v[:2].min()) if seen[:2].all() else -_FAR_PX
    bottom = float(v[2:].max()) if seen[2:].all() else _FAR_PX
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
