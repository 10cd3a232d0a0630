"""B11, B4: floor without depth in the way, glass that explains it, and how much of it there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.geometry.corridor import Corridor
from followme.geometry.drops import GroundSight, ground_blob
from followme.geometry.floor_view import ROW_M, FloorView, Spot
from followme.geometry.measuring import Blob
from followme.settings import DistanceSettings, GroundSettings
from followme.values.depth_map import DepthMap
from followme.values.obstacle import Kind, Zone

_MOST = 0.6  # share of the spots of a stretch that must lack depth
_BEFORE_M = 0.3
_LEAST_VIEW = 0.2  # of the spots; less in view says nothing about the way
_NEAR_M = 4.0  # depth of floor farther away is missing too often
_TALL_M = 1.2  # frames of doors and fronts are at least as tall
_BESIDE_M = 1.0  # ... and stand no farther beside the corridor's middle
_RAIL_M = 0.7  # a frame's rail hides so much floor behind it
_BODY_M = np.linspace(0.4, 1.7, 14)  # heights at which a door's pane is looked at
_PANE = np.linspace(-0.3, 0.3, 9)  # ... and places across
_PANE_SHARE = 0.5  # of those without depth; depth of a pane is missing on most of it


def find_unclear(
    view: FloorView, heading_rad: float, corridor: Corridor, d: DistanceSettings, s: GroundSettings
) -> GroundSight | None:
    """Return the nearest floor in the corridor that has no depth, after floor that has; or None.

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
        How long and wide it must be.
    """
    row = _first_unknown(view, s)
    if row is None or view.ahead_m[row] + s.unclear_length_m > _NEAR_M:
        return None
    before = view.spots[max(0, row - round(_BEFORE_M / ROW_M)) : row]
    if not before.size or 2 * np.count_nonzero(before == Spot.FREE) <= before.size:
        return None
    unknown = view.spots == Spot.UNKNOWN
    lanes = unknown[row : row + round(s.unclear_length_m / ROW_M)].mean(axis=0) >= 0.5
    if not lanes.any():
        return None
    blob = ground_blob(view, row, lanes, unknown, heading_rad, corridor, d, (0.0, Kind.UNKNOWN))
    # dark and shiny floor is common: a warning is due, nobody need stop (D)
    return GroundSight(replace(blob, at_most=Zone.WARN), edge_seen=True)


def find_glass(
    depth: DepthMap,
    cloud: Cloud,
    view: FloorView,
    things: Iterable[Blob],
    heading_rad: float,
    s: GroundSettings,
) -> GroundSight | None:
    """Return a pane that may stand in the way, or None.

    Floor ends at a tall frame, and within that frame depth is missing at the height of a body
    too: a sensor sees through glass, or sees nothing.

    Parameters
    ----------
    depth, cloud : DepthMap, Cloud
        Of one frame.
    view : FloorView
        The same floor.
    things : iterable of Blob
        What stands there.
    heading_rad : float
        Direction of the corridor.
    s : GroundSettings
        How long floor must be missing.
    """
    row = _first_unknown(view, s)
    if row is None:
        return None
    ends_m = float(view.ahead_m[row])
    frames = [
        blob
        for blob in things
        if blob.kind is Kind.OBJECT
        and blob.top_m >= _TALL_M
        and max(blob.aside_min_m, -blob.aside_max_m) <= _BESIDE_M
        and (row == 0 or ends_m - _RAIL_M <= blob.distance_m)
        and blob.distance_m <= ends_m + _BEFORE_M
    ]
    if not frames:
        return None
    frame = min(frames, key=lambda blob: blob.distance_m)
    if _without_depth(depth, cloud, frame.distance_m, heading_rad) < _PANE_SHARE:
        return None
    ahead_m = frame.distance_m
    return GroundSight(
        replace(
            frame,
            x_m=float(np.cos(heading_rad)) * ahead_m,
            y_m=float(np.sin(heading_rad)) * ahead_m,
            bottom_m=0.0,
            aside_m=0.0,
            aside_min_m=float(_PANE[0]),
            aside_max_m=float(_PANE[-1]),
            y_min_m=float(np.sin(heading_rad) * ahead_m + _PANE[0]),
            y_max_m=float(np.sin(heading_rad) * ahead_m + _PANE[-1]),
            reach_m=abs(float(_PANE[0])),
            reach_narrow_m=abs(float(_PANE[0])),
            overhang=False,
            near_pixels=0,
            kind=Kind.UNKNOWN,
        ),
        edge_seen=True,
    )


class WayWatch:
    """Whether most of the way, as far as it is in view, has had no depth for a while (B4).

    Parameters
    ----------
    s : GroundSettings
        Which share, how long.
    """

    def __init__(self, s: GroundSettings) -> None:
        self._s = s
        self._since_ns: int | None = None

    def reset(self) -> None:
        """Forget since when."""
        self._since_ns = None

    def unknown(self, stamp_ns: int, view: FloorView | None) -> bool:
        """Take one frame; None where no floor was found."""
        if view is None or not unknown_share(view) > self._s.unknown_share:
            self._since_ns = None
            return False
        self._since_ns = stamp_ns if self._since_ns is None else self._since_ns
        return (stamp_ns - self._since_ns) * 1e-9 >= self._s.unknown_s - 1e-6


def unknown_share(view: FloorView) -> float:
    """Return which share of the floor that could be seen has no depth; NaN if none could be."""
    near = view.spots[view.ahead_m <= _NEAR_M]
    counts = np.bincount(near.ravel(), minlength=len(Spot))
    could = counts[Spot.FREE] + counts[Spot.HOLE] + counts[Spot.UNKNOWN]
    if could < _LEAST_VIEW * near.size:
        return float("nan")
    return float(counts[Spot.UNKNOWN] / could)


def _first_unknown(view: FloorView, s: GroundSettings) -> int | None:
    """Return the row in view where a long enough stretch without depth begins."""
    unknown = view.spots == Spot.UNKNOWN
    length = round(s.unclear_length_m / ROW_M)
    if len(unknown) < length:
        return None
    share = np.convolve(unknown.mean(axis=1), np.full(length, 1.0 / length), "valid")
    wide: NDArray[np.bool_] = view.width_m(unknown)[: len(share)] >= s.hole_width_m
    rows = np.flatnonzero((share >= _MOST) & wide)
    return int(rows[0]) if rows.size else None


def _without_depth(depth: DepthMap, cloud: Cloud, ahead_m: float, heading_rad: float) -> float:
    """Return which share of an upright pane across the corridor has no depth, 0 to 1."""
    aside_m, z_m = np.meshgrid(_PANE, _BODY_M)
    cos, sin = np.cos(heading_rad), np.sin(heading_rad)
    points = np.stack([cos * ahead_m - sin * aside_m, sin * ahead_m + cos * aside_m, z_m], axis=-1)
    pixels = depth.camera.project(depth.status.attitude.to_optical(points.reshape(-1, 3)))
    limits = (depth.camera.width - 1, depth.camera.height - 1)
    inside = np.all((pixels >= 0.0) & (pixels <= limits), axis=1)  # NaN is not
    if not inside.any():
        return 0.0
    column, row = np.rint(pixels[inside]).astype(int).T
    return float(np.mean(np.isnan(cloud.range_m[row, column])))
