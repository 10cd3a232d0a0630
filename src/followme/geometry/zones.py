"""B3: how urgent a thing is, by distance and time to contact. Pure functions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from followme.settings import ZoneSettings
from followme.values.obstacle import Zone


@dataclass(frozen=True)
class Approach:
    """How a thing and the walker come together.

    Parameters
    ----------
    distance_m : float
        Horizontal, from below the camera.
    closing_mps : float
        How fast that distance shrinks.
    walker_mps : float
        Speed of the walker.
    reach_m : float
        From the camera to the foremost part of the body.
    foot_only : bool
        Whether all of it is low enough to be found by a cane.
    """

    distance_m: float
    closing_mps: float
    walker_mps: float
    reach_m: float
    foot_only: bool = False


@dataclass(frozen=True)
class Slack:
    """How much wider the limits are: to leave a zone (B6), or where scale is a guess (B12).

    Parameters
    ----------
    distance_m, share : float
        Added to a distance limit, the larger of both.
    time_s : float
        Added to a time limit.
    factor : float
        Multiplies a distance limit before.
    """

    distance_m: float = 0.0
    share: float = 0.0
    time_s: float = 0.0
    factor: float = 1.0

    def metres(self, limit_m: float) -> float:
        """Return a distance limit with this slack."""
        return limit_m * self.factor + max(self.distance_m, self.share * limit_m)

    def seconds(self, limit_s: float) -> float:
        """Return a time limit with this slack."""
        return limit_s * self.factor + self.time_s


NO_SLACK = Slack()


def zone_of(a: Approach, s: ZoneSettings, slack: Slack = NO_SLACK) -> Zone:
    """Return the zone of a thing in the corridor.

    Parameters
    ----------
    a : Approach
        Where it is and how it comes.
    s : ZoneSettings
        Limits.
    slack : Slack
        Added to the limits.
    """
    contact_s = max(a.distance_m - a.reach_m, 0.0) / max(a.closing_mps, s.least_closing_mps)
    zone = _moving_zone(a, contact_s, s, slack)
    stands = a.walker_mps < s.standing_mps and not a.closing_mps > s.mover_mps
    return min(zone, Zone.INFORM) if stands else zone


def _moving_zone(a: Approach, contact_s: float, s: ZoneSettings, slack: Slack) -> Zone:
    if a.foot_only:
        stops = contact_s <= slack.seconds(s.foot_stop_s)
    else:
        stops = a.distance_m <= slack.metres(s.stop_m) or contact_s <= slack.seconds(s.stop_s)
    if stops:
        return Zone.STOP
    if a.distance_m <= slack.metres(s.warn_m) or contact_s <= slack.seconds(s.warn_s):
        return Zone.WARN
    return Zone.INFORM if a.distance_m <= slack.metres(s.inform_m) else Zone.CLEAR


def time_to_contact(distance_m: float, closing_mps: float, reach_m: float) -> float:
    """Return seconds until the body touches; infinity when the thing does not come nearer."""
    if not closing_mps > 0.0:
        return math.inf
    return max(distance_m - reach_m, 0.0) / closing_mps
