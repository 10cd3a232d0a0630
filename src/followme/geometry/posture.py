"""How the camera stands, as far as earlier frames tell, and which floor is believed after that."""

from __future__ import annotations

import math
from dataclasses import dataclass

from followme.geometry.floor import FloorPrior
from followme.settings import FloorSettings, WalkerSettings
from followme.values.camera import Attitude

# A network's metre is another in each image: scale_std_log is 0.14 in the report of the one that
# ships.
_WAVERING = 0.25


@dataclass(frozen=True)
class _Seen:
    stamp_ns: int
    attitude: Attitude
    height_known: bool
    own_height_m: float


class Posture:
    """How the camera stands: carried from the last floor for a while, then taken for granted.

    Parameters
    ----------
    floor : FloorSettings
        How long it is carried, which heights are believed.
    walker : WalkerSettings
        What is told, what is taken for granted.
    """

    def __init__(self, floor: FloorSettings, walker: WalkerSettings) -> None:
        self._floor = floor
        self._walker = walker
        self._last: _Seen | None = None

    def reset(self) -> None:
        """Forget the last floor."""
        self._last = None

    def seen(
        self, stamp_ns: int, attitude: Attitude, height_known: bool, own_height_m: float
    ) -> None:
        """Note how the camera stands over a floor that was found.

        Parameters
        ----------
        stamp_ns : int
            Of the frame.
        attitude : Attitude
            In true metres, as far as they are known.
        height_known : bool
            Whether its height can be trusted.
        own_height_m : float
            The same height in the metres that depth came in.
        """
        self._last = _Seen(stamp_ns, attitude, height_known, own_height_m)

    def carried(self, stamp_ns: int) -> tuple[Attitude, bool]:
        """Return how the camera is believed to stand, and whether its height is known."""
        if self._last is not None and self._is_fresh(stamp_ns, self._last):
            return self._last.attitude, self._last.height_known
        told_m = self._walker.camera_height_m
        height_m = told_m if told_m > 0.0 else self._walker.assumed_camera_height_m
        pitch_rad = math.radians(self._walker.assumed_pitch_deg)
        return Attitude(height_m, pitch_rad), told_m > 0.0

    def word(self, stamp_ns: int) -> str:
        """Return a sentence about a frame without a floor."""
        if self._last is not None and self._is_fresh(stamp_ns, self._last):
            return "No floor is seen: pitch and height are those of the last one."
        return "No floor is seen: pitch and height are assumed."

    def prior(self, stamp_ns: int, measured: bool, ratio: float = 1.0) -> FloorPrior:
        """Return which floor is believed.

        Near a table its top may be the only level surface in view: a camera that is worn does
        not sink to it. A lower plane than the last is believed once the floor was out of view.

        Parameters
        ----------
        stamp_ns : int
            Of the frame.
        measured : bool
            Whether its metres were measured; a network's own say nothing about a height.
        ratio : float
            By how much its metres are believed to be too short.
        """
        low_m, high_m = self._floor.min_height_m, self._floor.max_height_m
        told_m = self._walker.camera_height_m
        if measured and told_m > 0.0:
            low_m = max(low_m, ratio * (told_m - self._floor.height_gate_m))
            high_m = min(max(high_m, ratio * told_m), ratio * (told_m + self._floor.height_gate_m))
        elif measured:
            low_m = max(low_m, self._floor.min_height_share * self._walker.height_m)
        tilt_deg, known_m = self._floor.first_tilt_deg, math.nan
        if self._last is not None:
            last_m, gate_m = self._last.own_height_m, self._floor.height_step_m
            if not measured:
                gate_m = max(gate_m, _WAVERING * last_m)
            if (stamp_ns - self._last.stamp_ns) * 1e-9 <= self._floor.height_keep_s:
                low_m = max(low_m, last_m - gate_m)
                if measured:  # the doubts of a short strip are for floors as even as a sensor's
                    known_m = last_m
            if self._is_fresh(stamp_ns, self._last):
                high_m = min(high_m, last_m + gate_m)
                tilt_deg = self._floor.max_tilt_deg
        attitude, _ = self.carried(stamp_ns)
        return FloorPrior(attitude, tilt_deg, low_m, high_m, known_m)

    def suspicion(self, stamp_ns: int) -> FloorPrior:
        """Return where a floor is sought that no believed metres explain (B12)."""
        told_m, factor = self._walker.camera_height_m, self._floor.suspect_factor
        attitude, _ = self.carried(stamp_ns)
        return FloorPrior(attitude, self._floor.max_tilt_deg, told_m / factor, told_m * factor)

    def _is_fresh(self, stamp_ns: int, last: _Seen) -> bool:
        return (stamp_ns - last.stamp_ns) * 1e-9 <= self._floor.keep_s
