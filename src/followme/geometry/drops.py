"""B11: the edge of a hole in the way, and whether steps lead down from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.geometry.corridor import Corridor
from followme.geometry.floor_view import ROW_M, FloorView, Spot
from followme.geometry.measuring import Blob
from followme.settings import DistanceSettings, GroundSettings
from followme.values.obstacle import Kind

_BEFORE_M = 0.3  # so much floor before an edge says that it is one
_BLURRED = 1  # rows beside an edge that hold some of both
_LEAST_SPOTS = 12
_STEEP, _FLAT = 1.6, 0.25  # metres down per metre ahead: stairs are between ladder and ramp
_STRAIGHT = 0.9  # correlation of depth with distance: stairs go down evenly, pits do not
_TWO_STEPS_M = 0.25  # lower than one step may be


@dataclass(frozen=True)
class GroundSight:
    """Something that the floor shows in one frame.

    Parameters
    ----------
    blob : Blob
        Where it begins.
    edge_seen : bool
        Whether floor was seen before it; else it may begin nearer.
    steps : bool
        Whether what lies beyond goes down like stairs.
    """

    blob: Blob
    edge_seen: bool
    steps: bool = False


def find_drop(
    view: FloorView, heading_rad: float, corridor: Corridor, d: DistanceSettings, s: GroundSettings
) -> GroundSight | None:
    """Return the nearest drop in the corridor, or None.

    Parameters
    ----------
    view : FloorView
        Of one frame.
    heading_rad : float
        Direction of the corridor in the walker frame.
    corridor : Corridor
        What it reaches into.
    d : DistanceSettings
        How sure a distance is.
    s : GroundSettings
        How wide and long a hole is.
    """
    hole = view.spots == Spot.HOLE
    row = first_run(view.width_m(hole) >= s.hole_width_m, s.hole_length_m)
    if row is None:
        return None
    length = round(s.hole_length_m / ROW_M)
    lanes = np.count_nonzero(hole[row : row + length], axis=0) * 2 >= length
    floor = slice(max(0, row - _BLURRED - round(_BEFORE_M / ROW_M)), max(0, row - _BLURRED))
    before = view.spots[floor][:, lanes] == Spot.FREE
    edge_seen = 2 * np.count_nonzero(before) > before.size
    if edge_seen and np.median(view.z_m[floor][:, lanes][before]) < -s.ramp_m:
        return None
    low_m = float(np.median(view.z_m[row : row + length, lanes][hole[row : row + length, lanes]]))
    blob = ground_blob(view, row, lanes, hole, heading_rad, corridor, d, (low_m, Kind.DROP_OFF))
    return GroundSight(blob, bool(edge_seen), _goes_down_in_steps(view, hole))


def first_run(rows: NDArray[np.bool_], length_m: float) -> int | None:
    """Return the first row with which a run of true rows begins that is long enough."""
    length = max(1, round(length_m / ROW_M))
    if len(rows) < length:
        return None
    runs = np.convolve(rows, np.ones(length, int), "valid") == length
    return int(np.argmax(runs)) if runs.any() else None


def ground_blob(
    view: FloorView,
    row: int,
    lanes: NDArray[np.bool_],
    which: NDArray[np.bool_],
    heading_rad: float,
    corridor: Corridor,
    d: DistanceSettings,
    bottom_and_kind: tuple[float, Kind],
) -> Blob:
    """Return what begins at a row of a floor view as a thing that can be followed.

    Parameters
    ----------
    view : FloorView
        Of one frame.
    row : int
        Where it begins.
    lanes : (LANES,) bool
        How wide it is.
    which : (rows, LANES) bool
        Its spots.
    heading_rad : float
        Direction of the corridor in the walker frame.
    corridor : Corridor
        What it reaches into.
    d : DistanceSettings
        How sure a distance is.
    bottom_and_kind : tuple of float and Kind
        Its lowest point, and what it is.
    """
    bottom_m, kind = bottom_and_kind
    ahead_m = float(view.ahead_m[row])
    aside_m = view.aside_m[row, lanes]
    right_m, left_m = float(aside_m.min()), float(aside_m.max())
    middle_m = min(max(0.0, right_m), left_m)
    cos, sin = math.cos(heading_rad), math.sin(heading_rad)
    across_m = sin * ahead_m + cos * aside_m
    distance_m = math.hypot(ahead_m, middle_m)
    inner_m = abs(middle_m)
    pixel = view.pixel[which]
    return Blob(
        x_m=cos * ahead_m - sin * middle_m,
        y_m=sin * ahead_m + cos * middle_m,
        z_m=0.0,
        distance_m=distance_m,
        sigma_m=max(d.sigma_min_m, d.sigma_per_m * distance_m),
        angular_width_rad=math.atan2(left_m, ahead_m) - math.atan2(right_m, ahead_m),
        bottom_m=bottom_m,
        top_m=0.0,
        y_min_m=float(across_m.min()),
        y_max_m=float(across_m.max()),
        aside_m=middle_m,
        aside_min_m=right_m,
        aside_max_m=left_m,
        reach_m=corridor.half_width_at(ahead_m) - inner_m,
        reach_narrow_m=corridor.s.half_width_m - inner_m,
        overhang=False,
        near_pixels=0,
        pixel=np.unique(pixel[pixel >= 0]),
        kind=kind,
    )


def _goes_down_in_steps(view: FloorView, hole: NDArray[np.bool_]) -> bool:
    """Whether what is seen in a hole gets deeper evenly with distance, by two steps at least."""
    seen = hole & np.isfinite(view.z_m)
    z_m, hit_m = view.z_m[seen].astype(np.float64), view.hit_m[seen].astype(np.float64)
    if z_m.size < _LEAST_SPOTS or np.ptp(z_m) < _TWO_STEPS_M or np.ptp(hit_m) < ROW_M:
        return False
    fall = -np.polyfit(hit_m, z_m, 1)[0]
    return bool(_FLAT <= fall <= _STEEP and -np.corrcoef(hit_m, z_m)[0, 1] >= _STRAIGHT)
