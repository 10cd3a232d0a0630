from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from followme.geometry.drops import GroundSight
from followme.geometry.ground import DROP, FLOOR, GLASS, Ground
from followme.geometry.motion_step import MotionStep
from followme.settings import HysteresisSettings, TrackingSettings
from followme.values.obstacle import Kind
from tests.geometry.test_tracking import a_blob

DT_S = 0.1
WALKING = MotionStep(DT_S, forward_mps=1.0, known=True)


def sight(ahead_m, kind=Kind.DROP_OFF, edge_seen=True):
    return GroundSight(replace(a_blob(ahead_m), kind=kind), edge_seen)


def pane(ahead_m):
    return sight(ahead_m, Kind.UNKNOWN)


def follow(frames, step=WALKING):
    """What is certain after frames, each a dict of sights."""
    ground = Ground(TrackingSettings(), HysteresisSettings(), count(1))
    for i, seen in enumerate(frames):
        ground.update(seen, None, round(i * DT_S * 1e9), step)
    return ground.certain


def test_nothing_stays_nothing():
    assert follow([{}, {}]) == []


@pytest.mark.parametrize("sort", [DROP, GLASS, FLOOR])
def test_a_floor_stands_however_its_edge_jumps(sort):
    (track,) = follow([{sort: sight(d)} for d in (5.5, 5.4, 4.6, 4.5)])
    assert track.closing_mps == pytest.approx(1.0, abs=0.01)
    assert track.own_speed_mps() == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("pane_m", "edge_seen", "said"),
    [
        (None, False, True),
        (2.5, False, False),  # through a pane the floor looks deep
        (2.5, True, True),  # its edge is seen: that is one
        (5.5, False, True),  # it lies before the pane
    ],
)
def test_what_looks_deep_behind_a_pane_is_no_drop(pane_m, edge_seen, said):
    frames = []
    for i in range(4):
        seen = {} if pane_m is None else {GLASS: pane(pane_m - 0.1 * i)}
        if i >= 2:
            seen = {**seen, DROP: sight(5.0 - 0.1 * i, edge_seen=edge_seen)}
        frames.append(seen)
    drops = [t for t in follow(frames) if t.blob.kind is Kind.DROP_OFF]
    assert bool(drops) is said
