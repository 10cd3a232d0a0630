"""B12: how long a network's metre is, told by the floor and the height of the camera."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from followme.settings import FloorSettings


@dataclass(frozen=True)
class Scale:
    """What to do with the metres of a network.

    Parameters
    ----------
    factor : float
        Multiplies depth.
    known : bool
        Whether numbers may be spoken after that.
    note : str
        Why not, or what is odd; empty when all is well.
    """

    factor: float
    known: bool
    note: str = ""


class ScaleJudge:
    """The ratio of a network's metres to true ones, over the last second.

    Parameters
    ----------
    s : FloorSettings
        Windows and limits.
    camera_height_m : float
        As measured by the user; 0 when nobody did.
    """

    def __init__(self, s: FloorSettings, camera_height_m: float) -> None:
        self._s = s
        self._height_m = camera_height_m
        self._ratios: deque[tuple[int, float]] = deque()

    def reset(self) -> None:
        """Forget what was measured."""
        self._ratios.clear()

    def judge(self, stamp_ns: int, plane_height_m: float, inliers: float) -> Scale:
        """Take the floor of one frame and return the scale.

        Parameters
        ----------
        stamp_ns : int
            Of the frame.
        plane_height_m : float
            Height of the camera over the floor in the network's metres; NaN: no floor.
        inliers : float
            Share of the pixels that lie on that floor.
        """
        if self._height_m <= 0.0:
            return Scale(1.0, False, "The scale is a guess: the camera's height was not given.")
        # NaN is fewer
        if inliers >= self._s.scale_inliers and math.isfinite(plane_height_m):
            self._ratios.append((stamp_ns, plane_height_m / self._height_m))
        longest_s = max(self._s.scale_window_s, self._s.scale_std_s)
        while self._ratios and (stamp_ns - self._ratios[0][0]) * 1e-9 > longest_s:
            self._ratios.popleft()
        recent = self._within(stamp_ns, self._s.scale_window_s)
        if not recent:
            return Scale(1.0, False, "The scale is a guess: too little floor is seen.")
        return self._verdict(stamp_ns, float(np.median(recent)))

    def _verdict(self, stamp_ns: int, ratio: float) -> Scale:
        if not self._s.scale_low <= ratio <= self._s.scale_high:
            return Scale(
                1.0 / ratio,
                False,
                f"The scale is a guess: depth is {ratio:.2f} times what the floor says.",
            )
        window_ns = self._s.scale_std_s * 1e9
        long_enough = stamp_ns - self._ratios[0][0] >= 0.9 * window_ns
        if long_enough and np.std(self._within(stamp_ns, self._s.scale_std_s)) > self._s.scale_std:
            return Scale(1.0 / ratio, False, "The scale is a guess: it wavers.")
        if self._s.scale_fine_low <= ratio <= self._s.scale_fine_high:
            return Scale(1.0 / ratio, True)
        note = f"The scale was corrected: depth is {ratio:.2f} times what the floor says."
        return Scale(1.0 / ratio, True, note)

    def _within(self, stamp_ns: int, seconds: float) -> list[float]:
        return [ratio for at_ns, ratio in self._ratios if (stamp_ns - at_ns) * 1e-9 <= seconds]


def worded(scale: Scale, word: str) -> Scale:
    """Return a scale whose note begins with a sentence, which may be empty."""
    return replace(scale, note=f"{word} {scale.note}".strip())
