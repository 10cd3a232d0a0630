from __future__ import annotations

import math

import pytest

from followme.alerts.radar import beeping
from followme.values.obstacle import Obstacles, Sight, Zone
from tests.voices.listening import a_thing

NAN = math.nan


def seen(*things, sight=Sight.SEEING):
    return Obstacles(stamp_ns=0, obstacles=things, sight=sight)


NEAR = a_thing(track_id=1, distance_m=0.8)
FAR = a_thing(track_id=2, distance_m=1.4)
UNMEASURED = a_thing(track_id=3, distance_m=NAN)
WARNED = a_thing(track_id=4, distance_m=0.5, zone=Zone.WARN)
INFORMED = a_thing(track_id=5, distance_m=0.4, zone=Zone.INFORM)


@pytest.mark.parametrize(
    ("things", "lowest", "expected"),
    [
        ((), Zone.STOP, None),
        ((WARNED, INFORMED), Zone.STOP, None),
        ((WARNED, INFORMED), Zone.WARN, WARNED),
        ((INFORMED,), Zone.WARN, None),
        ((FAR, NEAR), Zone.STOP, NEAR),
        ((NEAR, FAR), Zone.STOP, NEAR),
        ((NEAR, UNMEASURED), Zone.STOP, UNMEASURED),
        ((WARNED, FAR), Zone.WARN, FAR),
    ],
)
def test_the_nearest_of_the_most_urgent_beeps(things, lowest, expected):
    assert beeping(seen(*things), lowest) is expected


@pytest.mark.parametrize("sight", [Sight.SEEING, Sight.DEGRADED])
def test_it_beeps_while_it_sees_anything(sight):
    assert beeping(seen(NEAR, sight=sight), Zone.STOP) is NEAR


def test_nothing_beeps_when_sight_is_lost():
    assert beeping(seen(NEAR, sight=Sight.BLIND), Zone.STOP) is None
