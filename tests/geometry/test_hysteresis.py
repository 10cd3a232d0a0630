from __future__ import annotations

import itertools
import math

import pytest

from followme.geometry.hysteresis import CorridorKeeper, ZoneKeeper, side_of
from followme.geometry.zones import Approach, Slack, zone_of
from followme.settings import HysteresisSettings, ZoneSettings
from followme.values.obstacle import Side, Zone

H = HysteresisSettings()
C, I, W, X = Zone.CLEAR, Zone.INFORM, Zone.WARN, Zone.STOP  # noqa: E741
FRAME_NS = 100_000_000


def course(entering, staying=None, instant=(), may_fall=True):
    keeper = ZoneKeeper(H)
    staying = staying or entering
    return [
        keeper.update(
            i * FRAME_NS, enter, max(stay, enter), instant=i in instant, may_fall=may_fall
        )
        for i, (enter, stay) in enumerate(zip(entering, staying, strict=True))
    ]


def test_one_frame_is_not_enough_to_rise():
    assert course([C, W, C, C]) == [C, C, C, C]


@pytest.mark.parametrize("seen", [[W, W], [W, C, W]])
def test_two_of_three_frames_rise(seen):
    assert course(seen)[-1] is W


def test_two_frames_that_differ_rise_to_the_lower():
    assert course([X, W])[-1] is W


def test_a_stop_that_fills_the_way_rises_at_once():
    assert course([X], instant={0}) == [X]
    assert course([X]) == [C]


def test_a_zone_is_left_only_after_half_a_second_outside_and_its_dwell():
    zones = course([W] * 10 + [C] * 10)
    assert zones[9:15] == [W] * 6 and zones[15] is C


def test_what_was_passed_is_left_at_once():
    keeper = ZoneKeeper(H)
    for n in range(3):
        keeper.update(n * FRAME_NS, X, X, may_fall=True)
    assert keeper.zone is X
    assert keeper.update(3 * FRAME_NS, C, C, may_fall=False, at_once=True) is C


def test_slack_keeps_the_zone():
    assert course([W, W] + [I] * 30, [W] * 32)[-1] is W


def test_one_frame_back_inside_starts_the_half_second_again():
    stay = [W] * 10 + [C] * 4 + [W] + [C] * 5
    assert course([W] * 10 + [C] * 10, stay)[-1] is W


def test_it_falls_to_the_highest_of_the_half_second():
    assert course([W] * 10 + [C] * 10, [W] * 10 + [I, C, C, C, C, C, C, C, C, C])[15] is I


def test_dwell_delays_a_fall_but_no_rise():
    keeper = ZoneKeeper(H)
    times = [0, 50, 100, 150, 700, 750, 800]
    seen = [W, W, C, C, C, C, C]
    zones = [
        keeper.update(ms * 1_000_000, z, z, may_fall=True)
        for ms, z in zip(times, seen, strict=True)
    ]
    assert zones == [C, W, W, W, W, C, C]


def test_nothing_becomes_clear_when_nothing_is_seen():
    keeper = ZoneKeeper(H)
    for i in range(2):
        keeper.update(i * FRAME_NS, W, W, may_fall=True)
    for i in range(2, 100):
        assert keeper.update(i * FRAME_NS, C, C, may_fall=False) is W


@pytest.mark.parametrize("limit_m", [2.0, 3.4, 1.0, 1.9, 5.0])
@pytest.mark.parametrize("hz", [10.0, 15.0, 30.0])
def test_a_distance_that_wobbles_about_a_threshold_changes_the_zone_once_at_most(limit_m, hz):
    keeper, s = ZoneKeeper(H), ZoneSettings()
    leaving = Slack(H.exit_m, H.exit_share, H.exit_s)
    zones = []
    for i in range(int(30 * hz)):
        t = i / hz
        a = Approach(limit_m + 0.15 * math.sin(2 * math.pi * 1.8 * t), 1.0, 1.0, 0.4)
        now_ns = round(t * 1e9)
        zones.append(keeper.update(now_ns, zone_of(a, s), zone_of(a, s, leaving), may_fall=True))
    settled = zones[3:]
    assert sum(a is not b for a, b in itertools.pairwise(settled)) <= 1


def test_the_corridor_is_entered_at_once_and_left_after_half_a_second():
    keeper = CorridorKeeper(H)
    assert keeper.update(0, enters=True, stays=True, may_fall=True)
    assert keeper.update(FRAME_NS, enters=False, stays=True, may_fall=True)
    out = [
        keeper.update(i * FRAME_NS, enters=False, stays=False, may_fall=True) for i in range(2, 9)
    ]
    assert out == [True] * 5 + [False] * 2


def test_what_only_stays_never_enters():
    assert not CorridorKeeper(H).update(0, enters=False, stays=True, may_fall=True)


def test_the_corridor_is_not_left_blindly():
    keeper = CorridorKeeper(H)
    keeper.update(0, enters=True, stays=True, may_fall=True)
    for i in range(1, 50):
        assert keeper.update(i * FRAME_NS, enters=False, stays=False, may_fall=False)


@pytest.mark.parametrize(
    ("previous", "span_m", "side"),
    [
        (None, (-0.2, 0.2), Side.AHEAD),
        (None, (0.01, 0.3), Side.AHEAD_LEFT),
        (None, (-0.3, -0.01), Side.AHEAD_RIGHT),
        (Side.AHEAD, (0.07, 0.3), Side.AHEAD),
        (Side.AHEAD, (0.09, 0.3), Side.AHEAD_LEFT),
        (Side.AHEAD, (-0.3, -0.09), Side.AHEAD_RIGHT),
        (Side.AHEAD_LEFT, (-0.07, 0.3), Side.AHEAD_LEFT),
        (Side.AHEAD_LEFT, (-0.09, 0.3), Side.AHEAD),
        (Side.AHEAD_RIGHT, (-0.3, 0.07), Side.AHEAD_RIGHT),
        (Side.AHEAD_RIGHT, (-0.3, 0.09), Side.AHEAD),
        (Side.AHEAD_LEFT, (-0.3, -0.2), Side.AHEAD_RIGHT),
    ],
)
def test_in_the_corridor_the_span_decides_with_a_dead_band(previous, span_m, side):
    assert side_of(previous, span_m, 0.0, True, H) is side
    mirror = {
        Side.AHEAD_LEFT: Side.AHEAD_RIGHT,
        Side.AHEAD_RIGHT: Side.AHEAD_LEFT,
        Side.AHEAD: Side.AHEAD,
        None: None,
    }
    mirrored = side_of(mirror[previous], (-span_m[1], -span_m[0]), 0.0, True, H)
    assert mirrored is mirror[side]


@pytest.mark.parametrize(
    ("previous", "degrees", "side"),
    [
        (None, 14.0, Side.AHEAD_LEFT),
        (None, 16.0, Side.LEFT),
        (None, -16.0, Side.RIGHT),
        (Side.LEFT, 12.0, Side.LEFT),
        (Side.LEFT, 10.0, Side.AHEAD_LEFT),
        (Side.AHEAD_RIGHT, -18.0, Side.AHEAD_RIGHT),
        (Side.AHEAD_RIGHT, -20.0, Side.RIGHT),
        (Side.AHEAD_RIGHT, 3.0, Side.AHEAD_RIGHT),
        (Side.AHEAD_RIGHT, 5.0, Side.AHEAD_LEFT),
    ],
)
def test_beside_the_corridor_the_bearing_decides_with_a_dead_band(previous, degrees, side):
    assert side_of(previous, (0.0, 0.0), math.radians(degrees), False, H) is side
