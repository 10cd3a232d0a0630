"""B6: what keeps a zone and a side from flickering."""

from __future__ import annotations

import math
from collections import deque

from followme.settings import HysteresisSettings
from followme.values.obstacle import Side, Zone

SIDE_FROM_RAD = math.radians(15.0)  # B8: off the corridor, left and right begin here


class ZoneKeeper:
    """The zone of one track over time: it rises fast and falls slowly.

    Parameters
    ----------
    s : HysteresisSettings
        Hits, holds, dwell.
    """

    def __init__(self, s: HysteresisSettings) -> None:
        self._s = s
        self.zone = Zone.CLEAR
        self._window: deque[Zone] = deque(maxlen=s.enter_window)
        self._changed_ns: int | None = None
        self._falling_ns: int | None = None
        self._fall_to = Zone.CLEAR

    def update(
        self,
        now_ns: int,
        entering: Zone,
        staying: Zone,
        *,
        instant: bool = False,
        may_fall: bool,
        at_once: bool = False,
    ) -> Zone:
        """Take the evidence of one frame and return the zone.

        Parameters
        ----------
        now_ns : int
            Of the frame.
        entering : Zone
            By the limits themselves.
        staying : Zone
            By the limits with the slack for leaving; never below ``entering``.
        instant : bool
            Whether the evidence is strong enough to rise on this frame alone.
        may_fall : bool
            False when nothing was seen: nothing becomes clear by that.
        at_once : bool
            Whether it need not wait before it falls: the thing was passed.
        """
        if at_once:
            self._window.clear()
            if staying < self.zone:
                self._change(now_ns, staying)
            return self.zone
        self._window.append(entering)
        rise = entering if instant else self._agreed()
        if rise > self.zone:
            self._change(now_ns, rise)
        elif staying >= self.zone or not may_fall:
            self._falling_ns = None
        else:
            self._fall(now_ns, staying)
        return self.zone

    def _agreed(self) -> Zone:
        """Return the highest zone that enough of the last frames reach."""
        if len(self._window) < self._s.enter_hits:
            return Zone.CLEAR
        return sorted(self._window, reverse=True)[self._s.enter_hits - 1]

    def _fall(self, now_ns: int, staying: Zone) -> None:
        if self._falling_ns is None:
            self._falling_ns, self._fall_to = now_ns, staying
        self._fall_to = max(self._fall_to, staying)
        held_s = (now_ns - self._falling_ns) * 1e-9
        dwelt_s = math.inf if self._changed_ns is None else (now_ns - self._changed_ns) * 1e-9
        # stamps are rounded: half a microsecond must not cost a frame
        if held_s >= self._s.exit_hold_s - 1e-6 and dwelt_s >= self._s.dwell_s - 1e-6:
            self._change(now_ns, self._fall_to)

    def _change(self, now_ns: int, zone: Zone) -> None:
        self.zone = zone
        self._changed_ns = now_ns
        self._falling_ns = None


class CorridorKeeper:
    """Whether one track stands in the corridor: in at once, out after a while.

    Parameters
    ----------
    s : HysteresisSettings
        How long being out must hold.
    """

    def __init__(self, s: HysteresisSettings) -> None:
        self._s = s
        self.inside = False
        self._out_ns: int | None = None

    def update(self, now_ns: int, *, enters: bool, stays: bool, may_fall: bool) -> bool:
        """Take the evidence of one frame and return whether the track is inside."""
        if enters:
            self.inside, self._out_ns = True, None
        elif stays or not may_fall:
            self._out_ns = None
        elif self.inside:
            self._out_ns = now_ns if self._out_ns is None else self._out_ns
            self.inside = (now_ns - self._out_ns) * 1e-9 < self._s.exit_hold_s - 1e-6
        return self.inside


def side_of(
    previous: Side | None,
    span_m: tuple[float, float],
    bearing_rad: float,
    in_corridor: bool,
    s: HysteresisSettings,
) -> Side:
    """Return where a thing is in the words of B8.

    In the corridor every bearing is nearly "ahead", so the lateral span decides: what crosses
    the centre line is ahead. Off the corridor the bearing decides.

    Parameters
    ----------
    previous : Side or None
        Last answer; it is kept within the dead band.
    span_m : tuple of two floats
        Rightmost and leftmost point, across the corridor, left positive.
    bearing_rad : float
        Of the nearest point, left positive.
    in_corridor : bool
        Whether the thing stands in the way.
    s : HysteresisSettings
        Dead band.
    """
    if in_corridor:
        return _side_in_corridor(previous, span_m, s.side_m)
    return _side_outside(previous, bearing_rad, math.radians(s.side_deg))


def _side_in_corridor(previous: Side | None, span_m: tuple[float, float], band_m: float) -> Side:
    right_m, left_m = span_m
    # to leave its side the span must reach over the centre line by the dead band, to leave
    # the middle it must leave the line behind by as much
    new_m = 0.0 if previous is None else band_m
    if right_m > (-band_m if previous in (Side.AHEAD_LEFT, Side.LEFT) else new_m):
        return Side.AHEAD_LEFT
    if -left_m > (-band_m if previous in (Side.AHEAD_RIGHT, Side.RIGHT) else new_m):
        return Side.AHEAD_RIGHT
    return Side.AHEAD


def _side_outside(previous: Side | None, bearing_rad: float, band_rad: float) -> Side:
    left = bearing_rad > 0.0
    if previous in (Side.AHEAD_LEFT, Side.LEFT):
        left = bearing_rad > -band_rad
    elif previous in (Side.AHEAD_RIGHT, Side.RIGHT):
        left = bearing_rad > band_rad
    limit_rad = SIDE_FROM_RAD
    if previous in (Side.LEFT, Side.RIGHT):
        limit_rad -= band_rad
    elif previous in (Side.AHEAD_LEFT, Side.AHEAD_RIGHT):
        limit_rad += band_rad
    if abs(bearing_rad) >= limit_rad:
        return Side.LEFT if left else Side.RIGHT
    return Side.AHEAD_LEFT if left else Side.AHEAD_RIGHT
