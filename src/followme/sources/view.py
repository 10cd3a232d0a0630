"""From where and whither the rays of one image go, and which pixels a shape can cover."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera

#: Rows and columns of a part of an image.
Window = tuple[slice, slice]

#: Nothing nearer than this is drawn, metres along the optical axis.
NEAR_M = 0.05


@dataclass(frozen=True, eq=False)
class View:
    """The rays of one image; each has z = 1 in the optical frame, so its parameter is the depth.

    Parameters
    ----------
    camera : Camera
        Of the image.
    to_scene : (3, 3) float64
        Turns optical-frame vectors into those of the scene.
    origin_m : (3,) float64
        Of the camera in the scene.
    across, down : (W,) and (H,) float32
        x and y of the rays by column and by row, optical frame.
    """

    camera: Camera
    to_scene: NDArray[np.float64]
    origin_m: NDArray[np.float64]
    across: NDArray[np.float32]
    down: NDArray[np.float32]

    @classmethod
    def of(cls, camera: Camera, attitude: Attitude, pose: FloorPose) -> View:
        """Return the view of a walker who stands at a pose."""
        cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
        yaw = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        rays = camera.rays()
        return cls(
            camera,
            yaw @ attitude.rotation(),
            np.array([pose.x_m, pose.y_m, attitude.height_m]),
            rays[0, :, 0],
            rays[:, 0, 1],
        )

    def to_optical(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn points of the scene (..., 3) into the optical frame, metres."""
        return np.asarray((points - self.origin_m) @ self.to_scene)

    def along(self, axis: NDArray[np.float64], window: Window) -> NDArray[np.float32]:
        """Return the component of each ray along an axis given in the optical frame, (3,).

        Of shape (H, W), or (H, 1) or (1, W) where it does not depend on column or row: a level
        camera that looks along the corridor sees whole walls at the price of one row.
        """
        x, y, z = (0.0 if abs(v) < 1e-12 else float(v) for v in axis)
        by_row = (self.down[window[0]] * np.float32(y) + np.float32(z))[:, None]
        if x == 0.0:
            return np.asarray(by_row)
        by_column = (self.across[window[1]] * np.float32(x))[None, :]
        return np.asarray(by_column + (np.float32(z) if y == 0.0 else by_row))

    def windows_of(self, shapes: NDArray[np.float64]) -> list[Window | None]:
        """Return what :meth:`window_of` does for many shapes at once, (F, N, 3)."""
        depth = shapes[..., 2]
        ahead = depth.min(axis=1) > NEAR_M
        c, z = self.camera, np.maximum(depth, NEAR_M)
        column = c.fx * shapes[..., 0] / z + c.cx
        row = c.fy * shapes[..., 1] / z + c.cy
        borders = np.stack([column.min(1), column.max(1), row.min(1), row.max(1)], 1).tolist()
        return [
            self.window_between(*borders[i]) if ahead[i] else self.window_of(shapes[i])
            for i in range(len(shapes))
        ]

    def window_of(self, corners: NDArray[np.float64]) -> Window | None:
        """Return the pixels that a flat shape can cover, None when it is out of view.

        Parameters
        ----------
        corners : (N, 3) array
            Of a convex flat shape in order around it, optical frame.
        """
        ahead = corners[:, 2] > NEAR_M
        if not ahead.any():
            return None
        if not ahead.all():
            corners = _cut_at_near(corners, ahead)
        c = self.camera
        column = c.fx * corners[:, 0] / corners[:, 2] + c.cx
        row = c.fy * corners[:, 1] / corners[:, 2] + c.cy
        return self.window_between(column.min(), column.max(), row.min(), row.max())

    def window_between(self, left: float, right: float, top: float, bottom: float) -> Window | None:
        """Return the pixels between these borders (px), None when none is in the image."""
        c = self.camera
        x0, x1 = max(0, math.floor(left)), min(c.width, math.ceil(right) + 1)
        y0, y1 = max(0, math.floor(top)), min(c.height, math.ceil(bottom) + 1)
        if x0 >= x1 or y0 >= y1:
            return None
        return slice(y0, y1), slice(x0, x1)


def _cut_at_near(corners: NDArray[np.float64], ahead: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Keep what is before the near plane: its corners there, and where edges cross the plane."""
    following = np.roll(corners, -1, axis=0)
    crossing = ahead != np.roll(ahead, -1)
    start, end = corners[crossing], following[crossing]
    share = (NEAR_M - start[:, 2:]) / (end[:, 2:] - start[:, 2:])
    return np.concatenate([corners[ahead], start + share * (end - start)])


def pixels_of(windows: NDArray[np.intp]) -> tuple[NDArray[np.intp], ...]:
    """Return entry, row and column of every pixel of windows.

    Parameters
    ----------
    windows : (N, 4) array of int
        Rows from, to, columns from, to.
    """
    heights, widths = windows[:, 1] - windows[:, 0], windows[:, 3] - windows[:, 2]
    counts = heights * widths
    entry = np.repeat(np.arange(len(windows)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    row, column = np.divmod(within, widths[entry])
    return entry, row + windows[entry, 0], column + windows[entry, 2]
