"""The camera: from pixels to rays, and from rays to the frame of the walker.

Optical frame (REP-103): x right, y down, z forward. Walker frame (REP-103): x forward, y left,
z up, origin on the floor under the camera; forward is where the optical axis points, level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from followme.values.check import check_finite, check_range, frozen

_WALKER_FROM_LEVEL_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


@dataclass(frozen=True)
class Camera:
    """A pinhole camera without distortion.

    Parameters
    ----------
    width, height : int
        Image size in pixels.
    fx, fy : float
        Focal lengths in pixels.
    cx, cy : float
        Principal point in pixels; the centre of the first pixel is (0, 0).
    nominal : bool
        True when the figures are a guess (no calibration was given).
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    nominal: bool = False

    def __post_init__(self) -> None:
        check_range("camera width", self.width, 1, 1 << 16)
        check_range("camera height", self.height, 1, 1 << 16)
        check_range("camera fx", self.fx, 1e-3, 1e6)
        check_range("camera fy", self.fy, 1e-3, 1e6)
        check_finite("camera cx", self.cx)
        check_finite("camera cy", self.cy)

    @classmethod
    def from_field_of_view(cls, width: int, height: int, horizontal_rad: float) -> Camera:
        """Make a nominal camera with square pixels from its horizontal field of view.

        Raises
        ------
        ValueError
            When the field of view is none that a pinhole can have (1 to 179 degrees).
        """
        check_range("camera horizontal_rad", horizontal_rad, math.radians(1), math.radians(179))
        focal_px = 0.5 * width / math.tan(0.5 * horizontal_rad)
        return cls(
            width, height, focal_px, focal_px, 0.5 * (width - 1), 0.5 * (height - 1), nominal=True
        )

    def scaled(self, width: int, height: int) -> Camera:
        """Return the same camera for an image resized to ``width`` x ``height``."""
        sx, sy = width / self.width, height / self.height
        return Camera(
            width,
            height,
            self.fx * sx,
            self.fy * sy,
            # the centre of the first pixel is 0, so the image begins at -0.5
            (self.cx + 0.5) * sx - 0.5,
            (self.cy + 0.5) * sy - 0.5,
            self.nominal,
        )

    def rays(self) -> NDArray[np.float32]:
        """Return the optical-frame direction of each pixel, (height, width, 3), z = 1."""
        return _rays(self)

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the pixels (..., 2) of optical-frame points (..., 3); NaN behind the camera."""
        x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        z = np.where(z > 1e-9, z, np.nan)
        return np.stack([self.fx * x / z + self.cx, self.fy * y / z + self.cy], axis=-1)


@lru_cache(maxsize=16)
def _rays(camera: Camera) -> NDArray[np.float32]:
    """Rays depend on the camera alone and are wanted for each frame: computed once."""
    rays = np.empty((camera.height, camera.width, 3), np.float32)
    rays[..., 0] = (np.arange(camera.width) - camera.cx) / camera.fx
    rays[..., 1] = ((np.arange(camera.height) - camera.cy) / camera.fy)[:, None]
    rays[..., 2] = 1.0
    return frozen(rays)


@dataclass(frozen=True)
class Attitude:
    """How the camera stands over the floor.

    Parameters
    ----------
    height_m : float
        Of the optical centre above the floor.
    pitch_rad : float
        Positive when the camera looks down.
    roll_rad : float
        Positive clockwise as the walker sees it: right side down.
    """

    height_m: float
    pitch_rad: float
    roll_rad: float = 0.0

    def __post_init__(self) -> None:
        check_range("camera height_m", self.height_m, 0.0, 10.0)
        check_range("camera pitch_rad", self.pitch_rad, -math.pi / 2, math.pi / 2)
        check_range("camera roll_rad", self.roll_rad, -math.pi, math.pi)

    @classmethod
    def from_floor(cls, normal: NDArray[np.floating], offset_m: float) -> Attitude:
        """Read height, pitch and roll off a floor plane in the optical frame.

        Parameters
        ----------
        normal : (3,) array
            Unit normal that points up.
        offset_m : float
            d of ``normal . p + d = 0``; with an upward normal this is the camera height.

        Raises
        ------
        ValueError
            When the plane is not below the camera or farther than 10 m.
        """
        pitch = math.asin(max(-1.0, min(1.0, -float(normal[2]))))
        roll = math.atan2(-float(normal[0]), -float(normal[1]))
        return cls(float(offset_m), pitch, roll)

    def rotation(self) -> NDArray[np.float64]:
        """Return the (3, 3) rotation that turns optical-frame vectors into walker-frame ones."""
        cp, sp = math.cos(self.pitch_rad), math.sin(self.pitch_rad)
        cr, sr = math.cos(self.roll_rad), math.sin(self.roll_rad)
        pitch = np.array([[cp, 0.0, sp], [0.0, 1.0, 0.0], [-sp, 0.0, cp]])
        roll = np.array([[1.0, 0.0, 0.0], [0.0, cr, -sr], [0.0, sr, cr]])
        return np.asarray(pitch @ roll @ _WALKER_FROM_LEVEL_OPTICAL)

    def floor_normal(self) -> NDArray[np.float64]:
        """Return the unit vector in the optical frame that points up, (3,)."""
        return np.asarray(self.rotation()[2])

    def to_walker(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Turn optical-frame points (..., 3) into walker-frame points (..., 3), metres."""
        moved = points @ self.rotation().T
        moved[..., 2] += self.height_m
        return np.asarray(moved)

    def to_optical(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Turn walker-frame points (..., 3) into optical-frame points (..., 3), metres."""
        level = np.array(points, dtype=np.float64)
        level[..., 2] -= self.height_m
        return np.asarray(level @ self.rotation())
