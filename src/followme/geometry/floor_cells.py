"""B11: which floor was really seen, remembered while the walker walks on.

A camera on the chest sees the floor only from about 2 m on, so the stretch before the feet was
seen a second ago or not at all. It is remembered in a frame that stands still.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from followme.geometry.cloud import Cloud
from followme.geometry.corridor import Corridor
from followme.geometry.motion_step import MotionStep

_SIDE = 64  # cells; the memory wraps around, 16 m are more than anybody walks in its time
_FAR_M = 4.0
_LEAST_FLOOR = 5  # points of every second row and column
_LEAST_THING = 3
_THIN = 2
_ACROSS = 5  # samples across the corridor
_NEVER = np.iinfo(np.int64).min


class FloorCells:
    """A small map of free cells around the walker.

    Parameters
    ----------
    corridor : Corridor
        Whose floor is asked for.
    """

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._free_ns = np.empty(_SIDE * _SIDE, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget all floor."""
        self._free_ns[:] = _NEVER
        self._x_m = self._y_m = self._yaw_rad = 0.0

    def move(self, step: MotionStep) -> None:
        """Follow the walker; without a known motion the memory is worth nothing."""
        if not step.known:
            self.reset()
            return
        dx, dy = step.shift_m()
        c, s = math.cos(self._yaw_rad), math.sin(self._yaw_rad)
        self._x_m += c * dx - s * dy
        self._y_m += s * dx + c * dy
        self._yaw_rad += step.yaw_rad

    def observe(self, cloud: Cloud, now_ns: int) -> None:
        """Take over what one frame shows: cells with floor are free, cells with things are not."""
        step = slice(None, None, _THIN)
        range_m = cloud.range_m[step, step]
        near = range_m < _FAR_M
        floor = self._count(cloud, cloud.lies[step, step] & near)
        things = self._count(cloud, cloud.stands[step, step] & near)
        self._free_ns[floor >= _LEAST_FLOOR] = now_ns
        self._free_ns[things >= _LEAST_THING] = _NEVER

    def free_share(self, now_ns: int, heading_rad: float, ends_m: float = math.inf) -> float:
        """Return the share of the corridor's near stretch that was seen to be free, 0 to 1.

        Parameters
        ----------
        now_ns : int
            Of the frame.
        heading_rad : float
            Direction of the corridor in the walker frame.
        ends_m : float
            Where a drop or a pane ends it: floor that is seen behind is not free.
        """
        c = self._corridor.s
        ahead_m = np.arange(c.free_from_m + 0.5 * c.free_cell_m, c.free_to_m, c.free_cell_m)
        across = np.linspace(-0.9, 0.9, _ACROSS)
        half_m = self._corridor.half_width(ahead_m.astype(np.float32))
        x_m = np.repeat(ahead_m, _ACROSS)
        y_m = (half_m[:, None] * across).ravel()
        cos, sin = math.cos(heading_rad), math.sin(heading_rad)
        seen_ns = self._free_ns[self._index(cos * x_m - sin * y_m, sin * x_m + cos * y_m)]
        fresh = seen_ns > now_ns - int(c.free_keep_s * 1e9) - 1
        return float(np.mean(fresh & (x_m < ends_m)))

    def _count(self, cloud: Cloud, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
        step = slice(None, None, _THIN)
        index = self._index(cloud.x_m[step, step][chosen], cloud.y_m[step, step][chosen])
        return np.bincount(index, minlength=_SIDE * _SIDE)

    def _index(self, x_m: NDArray[np.floating], y_m: NDArray[np.floating]) -> NDArray[np.intp]:
        """Return the cells of points of the walker frame."""
        cos, sin = math.cos(self._yaw_rad), math.sin(self._yaw_rad)
        cell_m = self._corridor.s.free_cell_m
        column = np.floor((cos * x_m - sin * y_m + self._x_m) / cell_m).astype(np.intp) % _SIDE
        row = np.floor((sin * x_m + cos * y_m + self._y_m) / cell_m).astype(np.intp) % _SIDE
        return np.asarray(row * _SIDE + column)
