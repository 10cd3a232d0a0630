"""A depth sensor that repeats its last frame (B4): its metres are old, and look fresh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_THIN = 16  # rows that are compared first: frames that differ nearly always differ there


class FrozenDepth:
    """Says since when bit-identical depth has come; a sensor that works has noise.

    Parameters
    ----------
    frozen_s : float
        For how long it must.
    """

    def __init__(self, frozen_s: float) -> None:
        self._frozen_s = frozen_s
        self.reset()

    def reset(self) -> None:
        """Forget the last frame."""
        self._last: NDArray[np.float32] | None = None
        self._since_ns = 0

    def judge(self, depth_m: NDArray[np.float32] | None, stamp_ns: int) -> bool:
        """Take the depth of one frame and return whether the sensor is frozen.

        Parameters
        ----------
        depth_m : (h, w) float32 or None
            Metres, NaN unknown; it must not be written to later. None: no depth came.
        stamp_ns : int
            Of the frame.
        """
        if depth_m is None or self._last is None or not _same(depth_m, self._last):
            self._last, self._since_ns = depth_m, stamp_ns
            return False
        # depth that is all unknown has no noise, and says so itself
        long = (stamp_ns - self._since_ns) * 1e-9 >= self._frozen_s
        return long and bool(np.isfinite(depth_m).any())


def _same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    if one.shape != other.shape:
        return False
    return all(np.array_equal(one[::step], other[::step], equal_nan=True) for step in (_THIN, 1))
