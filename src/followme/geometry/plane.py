"""Planes in the optical frame: drawn, refined, and where to look for them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PATCH_DEG = 15.0  # a small patch is tilted by noise, beside the plane's own tilt


@dataclass(frozen=True)
class Plane:
    """``normal . p + offset_m = 0`` in the optical frame.

    Parameters
    ----------
    normal : tuple of three floats
        Unit vector that points to the camera's side.
    offset_m : float
        Distance of the camera from it.
    """

    normal: tuple[float, float, float]
    offset_m: float

    def vector(self) -> NDArray[np.float32]:
        """Return the normal as an array, (3,)."""
        return np.array(self.normal, np.float32)

    def over(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far points (N, 3) lie above the plane, (N,) metres."""
        return np.asarray(points @ self.vector() + np.float32(self.offset_m))


def plane_through(
    triples: NDArray[np.float32], up: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return planes through triples of points, with normals on the side of ``up``.

    Parameters
    ----------
    triples : (K, 3, 3) float32
        Three points each.
    up : (3,) float32
        Direction that normals must share.

    Returns
    -------
    normals : (K, 3) float32
        Zero where the three points lie on a line.
    offsets : (K,) float32
        Distances of the camera.
    """
    first, second, third = triples[:, 0], triples[:, 1], triples[:, 2]
    normals = np.cross(second - first, third - first)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    # three near points define a plane that noise turns anywhere
    normals = np.where(length > 1e-3, normals / np.maximum(length, 1e-9), 0.0)
    normals *= np.where(normals @ up < 0.0, -1.0, 1.0)[:, None]
    offsets = -np.einsum("ij,ij->i", normals, first)
    return normals.astype(np.float32), offsets.astype(np.float32)


def refine(
    points: NDArray[np.float32], tolerance_m: NDArray[np.float32], widen: float, start: Plane
) -> Plane | None:
    """Fit a plane by least squares to the points near to another one.

    Parameters
    ----------
    points : (N, 3) float32
        Optical frame.
    tolerance_m : (N,) float32
        How near a point must be; its inverse square is its weight.
    widen : float
        Multiplies the tolerance.
    start : Plane
        The other one.

    Returns
    -------
    Plane or None
        None where fewer than three points are near, or all of them lie on a line.
    """
    near = np.abs(start.over(points)) <= widen * tolerance_m
    chosen = points[near].astype(np.float64)
    if len(chosen) < 3:
        return None
    weight = 1.0 / tolerance_m[near].astype(np.float64) ** 2
    centre = weight @ chosen / weight.sum()
    spread = chosen - centre
    covariance = (spread * weight[:, None]).T @ spread / weight.sum()
    lengths, axes = np.linalg.eigh(covariance)
    if lengths[1] < 1e-4:
        return None
    normal = axes[:, 0] if float(axes[:, 0] @ start.vector()) >= 0.0 else -axes[:, 0]
    return Plane((float(normal[0]), float(normal[1]), float(normal[2])), float(-(normal @ centre)))


def upward_surfaces(
    grid: NDArray[np.float32], up: NDArray[np.float32], max_tilt_deg: float
) -> NDArray[np.float32]:
    """Return those points of a grid whose surroundings face up.

    Floor may be a twentieth of an image: three points drawn blindly would hit it once in eight
    thousand draws, three of these do so nearly each time.

    Parameters
    ----------
    grid : (h, w, 3) float32
        Points in image order; NaN unknown.
    up : (3,) float32
        Expected direction of up.
    max_tilt_deg : float
        How far a floor may be tilted from it.

    Returns
    -------
    (N, 3) float32
    """
    least = math.cos(math.radians(max_tilt_deg + _PATCH_DEG))
    across = grid[1:-1, 2:] - grid[1:-1, :-2]
    down = grid[2:, 1:-1] - grid[:-2, 1:-1]
    normals = np.cross(across, down)
    length = np.linalg.norm(normals, axis=2)
    with np.errstate(invalid="ignore"):
        facing = np.abs(normals @ up) >= least * length
    facing &= length > 0.0  # NaN is not
    return np.asarray(grid[1:-1, 1:-1][facing])
