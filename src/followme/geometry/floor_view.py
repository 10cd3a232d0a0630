"""B11: what the camera sees at each spot of the floor that the walker is about to walk on.

Each spot is looked up where its ray meets the image, so that only what the camera could have seen
counts as unknown: what lies below the image, or behind a thing, is not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from followme.geometry.corridor import Corridor
from followme.settings import GroundSettings
from followme.values.camera import Attitude
from followme.values.depth_map import DepthMap

#: Lanes side by side in the corridor.
LANES = 11
#: Rows of spots along the corridor, this far apart.
ROW_M = 0.05
_HALF = 1  # a spot agrees with its neighbours to each side: single pixels tell nothing
_SHADOW_M = 0.3  # what is seen this much before a spot hides it


class Spot(IntEnum):
    """What is seen at a spot of the floor."""

    UNSEEN = 0  # out of the image
    FREE = 1
    OCCUPIED = 2  # something stands there, or before it
    HOLE = 3
    UNKNOWN = 4  # in the image, but without depth


@dataclass(frozen=True)
class FloorView:
    """Spots of the floor in the corridor, near rows first, lanes from right to left.

    Parameters
    ----------
    spots : (rows, LANES) uint8
        Values of :class:`Spot`, single ones overruled by their neighbours.
    ahead_m : (rows,) float64
        Distance of each row along the corridor.
    aside_m : (rows, LANES) float64
        Across it, left positive.
    z_m : (rows, LANES) float32
        Height of what is seen there; NaN where nothing is.
    hit_m : (rows, LANES) float32
        How far away that is; NaN where nothing is.
    pixel : (rows, LANES) int
        Flat index into the depth map; -1 where unseen.
    """

    spots: NDArray[np.uint8]
    ahead_m: NDArray[np.float64]
    aside_m: NDArray[np.float64]
    z_m: NDArray[np.float32]
    hit_m: NDArray[np.float32]
    pixel: NDArray[np.intp]

    def width_m(self, which: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return how wide the chosen spots (rows, LANES) are in each row, (rows,)."""
        lane_m = (self.aside_m[:, -1] - self.aside_m[:, 0]) / (LANES - 1)
        return np.asarray(np.count_nonzero(which, axis=1) * lane_m)


def floor_view(
    depth: DepthMap,
    attitude: Attitude,
    corridor: Corridor,
    heading_rad: float,
    s: GroundSettings,
) -> FloorView:
    """Look at the floor of the corridor.

    Parameters
    ----------
    depth : DepthMap
        Of one frame.
    attitude : Attitude
        How the camera stands over the floor that is looked at.
    corridor : Corridor
        Where to look.
    heading_rad : float
        Its direction in the walker frame, left positive.
    s : GroundSettings
        How far, and how deep a hole is.
    """
    ahead_m = np.arange(s.from_m, s.to_m, ROW_M)
    half_m = corridor.half_width(ahead_m.astype(np.float32)).astype(np.float64)
    aside_m = half_m[:, None] * np.linspace(-1.0, 1.0, LANES)
    cos, sin = math.cos(heading_rad), math.sin(heading_rad)
    spots_m = np.zeros((*aside_m.shape, 3))
    spots_m[..., 0] = cos * ahead_m[:, None] - sin * aside_m
    spots_m[..., 1] = sin * ahead_m[:, None] + cos * aside_m
    optical_m = attitude.to_optical(spots_m)
    image_px = depth.camera.project(optical_m)
    height, width = depth.depth_m.shape
    with np.errstate(invalid="ignore"):
        seen = np.all((image_px >= 0.0) & (image_px <= (width - 1, height - 1)), axis=-1)
    at = np.where(seen[..., None], image_px, 0.0)
    column, row = np.rint(at).astype(np.intp).transpose(2, 0, 1)
    pixel = row * width + column
    rays = depth.camera.rays()[row, column] * depth.depth_m[row, column][..., None]
    x_m, y_m, z_m = np.moveaxis(attitude.to_walker(rays).astype(np.float32), -1, 0)
    hit_m, sigma_m = np.sqrt(x_m * x_m + y_m * y_m), depth.sigma_m[row, column]
    # a ray that errs along its length errs this much in height
    lift = attitude.height_m / np.maximum(optical_m[..., 2], 0.1)
    noise_m = 2.0 * lift * sigma_m
    floor_m = corridor.s.floor_tolerance_m + corridor.s.floor_tolerance_per_m * ahead_m[:, None]
    way_m = np.hypot(spots_m[..., 0], spots_m[..., 1])
    raw = np.full(aside_m.shape, Spot.FREE, np.uint8)
    with np.errstate(invalid="ignore"):
        stands = z_m > np.maximum(np.maximum(floor_m, corridor.s.foot_low_m), noise_m)
        raw[stands | (hit_m < way_m - _SHADOW_M)] = Spot.OCCUPIED
        deep = (z_m < -s.hole_depth_m) | (hit_m > way_m + s.overshoot_m)
        raw[deep & (z_m < -noise_m)] = Spot.HOLE
    raw[np.isnan(z_m)] = Spot.UNKNOWN
    raw[~seen] = Spot.UNSEEN
    return FloorView(_agreed(raw), ahead_m, aside_m, z_m, hit_m, np.where(seen, pixel, -1))


def _agreed(raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what most of each spot and its eight neighbours are; what is unseen stays so."""
    padded = np.pad(raw, _HALF, mode="edge")
    rows, lanes = raw.shape
    side = range(2 * _HALF + 1)
    around = [padded[i : i + rows, j : j + lanes] for i in side for j in side]
    # the one in the middle decides ties
    counts = np.stack([sum((a == kind) for a in around) * 2 + (raw == kind) for kind in Spot])
    counts[Spot.UNSEEN] = 0
    return np.where(raw == Spot.UNSEEN, raw, np.argmax(counts, axis=0)).astype(np.uint8)
