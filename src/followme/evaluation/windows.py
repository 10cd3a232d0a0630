"""Where a window of distances lies at another speed of the walker: as rule B3 moves its zone."""

from __future__ import annotations

import math

from followme.evaluation.expectations import Message, Window
from followme.settings import WalkerSettings, ZoneSettings

#: Speeds closer than this are one.
_SAME_MPS = 0.01


def window_at(m: Message, speed_mps: float, own_mps: float) -> Window:
    """Return the distances, near and far, at which a message is promised.

    Parameters
    ----------
    m : Message
        With ``distance_m``.
    speed_mps : float
        Of the walker now.
    own_mps : float
        Of the walker for whom the walk was written.
    """
    given = {speed: window for speed, window in m.distance_m if not math.isnan(speed)}
    for speed, window in given.items():
        if abs(speed - speed_mps) < _SAME_MPS:
            return window
    if given:
        own_mps, (near, far) = min(given.items(), key=lambda pair: abs(pair[0] - speed_mps))
    else:
        near, far = m.distance_m[0][1]
    if abs(own_mps - speed_mps) < _SAME_MPS:
        return near, far
    before_m, now_m = (_limit_m(m, v) for v in (own_mps, speed_mps))
    # the near margin is time that passes until the words begin, so it grows with the speed
    grows = (speed_mps + m.approach_mps) / (own_mps + m.approach_mps)
    return max(0.0, now_m - (before_m - near) * grows), now_m + (far - before_m)


def _limit_m(m: Message, speed_mps: float) -> float:
    """Return the distance at which B3 opens the zone of a message."""
    z, reach_m = ZoneSettings(), WalkerSettings().reach_m
    closing_mps = max(speed_mps + m.approach_mps, z.least_closing_mps)
    if m.say == "STOP":
        seconds, metres = (z.foot_stop_s, 0.0) if m.foot else (z.stop_s, z.stop_m)
    else:
        seconds, metres = z.warn_s, z.warn_m
    return max(metres, seconds * closing_mps + reach_m)
