"""What beeps while nothing is said (B9): the nearest thing that needs the walker to stop."""

from __future__ import annotations

import math

from followme.values.obstacle import Obstacle, Obstacles, Sight, Zone


def beeping(obstacles: Obstacles, lowest: Zone) -> Obstacle | None:
    """Return the thing whose nearness is beeped; None while there is none or sight is lost.

    Parameters
    ----------
    obstacles : Obstacles
        Newest evidence.
    lowest : Zone
        STOP; WARN where the user wants beeps of warnings too.
    """
    if obstacles.sight is Sight.BLIND:
        return None
    urgent = [thing for thing in obstacles.obstacles if thing.zone >= lowest]
    return min(urgent, key=_urgency, default=None)


def _urgency(thing: Obstacle) -> tuple[int, float]:
    # NaN would make the order undefined
    distance_m = 0.0 if math.isnan(thing.distance_m) else thing.distance_m
    return -thing.zone, distance_m
