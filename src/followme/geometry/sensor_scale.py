"""B12 for a sensor: whether its metres agree with the camera height that was told."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from followme.geometry.scale import Scale
from followme.settings import FloorSettings

_FINE = Scale(1.0, True)
_BODY_STEP_M = 0.10  # a body sits down by less from frame to frame; a scale jumps
_FOLLOWED_S = 0.5
_DWINDLED = 0.5  # a jump of scale leaves floor on about as many pixels


class SensorScale:
    """Trusts a sensor until the floor says otherwise, and then for as long as it says so.

    A person who sits down or bends brings the camera nearer to the floor bit by bit, and never
    farther than it was told to be: what came down that way says nothing against the sensor.

    Parameters
    ----------
    s : FloorSettings
        Windows and limits.
    camera_height_m : float
        As measured by the user; 0 when nobody did: then the sensor is believed.
    """

    def __init__(self, s: FloorSettings, camera_height_m: float) -> None:
        self._s = s
        self._told_m = camera_height_m
        self.reset()

    def reset(self) -> None:
        """Forget what was measured: the sensor is believed again."""
        self._ratios: deque[tuple[int, float]] = deque()
        self._last: tuple[int, float] | None = None
        self._body = False
        self._wavers_since_ns: int | None = None
        self._floor_share = math.inf
        self._verdict = _FINE

    @property
    def ratio(self) -> float:
        """What is taken for the sensor's metres over true ones where a floor is looked for."""
        recent = [ratio for _, ratio in self._ratios]
        return float(np.median(recent)) if recent and self._verdict != _FINE else 1.0

    @property
    def vouched(self) -> bool:
        """Whether floor was seen that agrees with the height that was told."""
        return len(self._ratios) >= self._s.sensor_frames and self._verdict.known

    def judge(self, stamp_ns: int, height_m: float, inliers: float) -> Scale:
        """Take the floor of one frame and return what to do with its depth.

        Parameters
        ----------
        stamp_ns : int
            Of the frame.
        height_m : float
            Of the camera over the floor in the sensor's metres; NaN: no floor.
        inliers : float
            Share of the pixels that lie on that floor.
        """
        if self._told_m <= 0.0:
            return _FINE
        if inliers < self._s.sensor_inliers or not math.isfinite(height_m):
            return self._verdict
        if self._is_table(height_m, inliers):
            return self._verdict
        if not self._is_low(height_m):
            self._floor_share = inliers
        self._follow_body(stamp_ns, height_m)
        self._last = stamp_ns, height_m
        if self._body:
            self._ratios.clear()
            self._verdict = _FINE
            return self._verdict
        self._ratios.append((stamp_ns, height_m / self._told_m))
        while (stamp_ns - self._ratios[0][0]) * 1e-9 > self._s.scale_window_s:
            self._ratios.popleft()
        if len(self._ratios) >= self._s.sensor_frames:
            self._verdict = self._judged(stamp_ns)
        return self._verdict

    def _follow_body(self, stamp_ns: int, height_m: float) -> None:
        """Note whether the camera came down with the body, and is up again."""
        if not self._is_low(height_m):
            self._body = False
        elif self._last is not None and not self._body:
            at_ns, last_m = self._last
            followed = (stamp_ns - at_ns) * 1e-9 <= _FOLLOWED_S
            followed &= abs(height_m - last_m) <= _BODY_STEP_M
            self._body = followed and not self._is_low(last_m)

    def _is_table(self, height_m: float, inliers: float) -> bool:
        """Whether a plane is a table top: it takes over where the floor had dwindled before."""
        return self._is_low(height_m) and self._floor_share < _DWINDLED * inliers

    def _is_low(self, height_m: float) -> bool:
        return height_m < self._s.scale_fine_low * self._told_m

    def _judged(self, stamp_ns: int) -> Scale:
        ratio = float(np.median([ratio for _, ratio in self._ratios]))
        told = f"depth is {ratio:.2f} times what the camera's height says"
        if self._wavers(stamp_ns):
            return Scale(min(1.0, 1.0 / ratio), False, "The scale is a guess: it wavers.")
        if self._s.scale_fine_low <= ratio <= self._s.scale_fine_high:
            return _FINE
        if not self._s.scale_low <= ratio <= self._s.scale_high:
            # what is not believed never makes a thing farther away
            return Scale(min(1.0, 1.0 / ratio), False, f"The scale is a guess: {told}.")
        return Scale(1.0 / ratio, True, f"The scale was corrected: {told}.")

    def _wavers(self, stamp_ns: int) -> bool:
        """Whether the ratio has wavered for a while; a jump, or one odd frame, soon is over."""
        if not float(np.std([ratio for _, ratio in self._ratios])) > self._s.scale_std:
            self._wavers_since_ns = None
            return False
        if self._wavers_since_ns is None:
            self._wavers_since_ns = stamp_ns
        return (stamp_ns - self._wavers_since_ns) * 1e-9 >= self._s.scale_std_s
