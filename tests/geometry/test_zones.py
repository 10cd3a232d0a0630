from __future__ import annotations

import math
from itertools import product

import pytest

from followme.geometry.zones import Approach, Slack, time_to_contact, zone_of
from followme.settings import ZoneSettings
from followme.values.obstacle import Zone

S = ZoneSettings()
GRID = list(product((0.0, 0.4, 0.7, 1.0, 1.4), [0.5 + 0.25 * i for i in range(19)]))


def by_the_book(speed, d):
    """B3 for a thing that stands, as it is written."""
    ttc = (d - 0.40) / max(speed, 0.2)
    if speed < 0.15:
        return Zone.INFORM if d <= 5.0 else Zone.CLEAR
    if d <= 1.0 or ttc <= 1.5:
        return Zone.STOP
    if d <= 2.0 or ttc <= 3.0:
        return Zone.WARN
    return Zone.INFORM if d <= 5.0 else Zone.CLEAR


@pytest.mark.parametrize(("speed", "d"), GRID)
def test_zone_equals_the_formula(speed, d):
    assert zone_of(Approach(d, speed, speed, 0.40), S) is by_the_book(speed, d)


@pytest.mark.parametrize("speed", [0.4, 0.7, 1.0, 1.4])
def test_nearer_is_never_less_urgent(speed):
    zones = [zone_of(Approach(0.1 * i, speed, speed, 0.40), S) for i in range(80)]
    assert zones == sorted(zones, reverse=True)


def test_at_one_metre_a_second_stop_begins_at_1_9_and_warn_at_3_4_metres():
    at = lambda d: zone_of(Approach(d, 1.0, 1.0, 0.40), S)  # noqa: E731
    assert (at(1.89), at(1.91), at(3.39), at(3.41)) == (
        Zone.STOP,
        Zone.WARN,
        Zone.WARN,
        Zone.INFORM,
    )


@pytest.mark.parametrize(("closing", "zone"), [(0.0, Zone.INFORM), (0.31, Zone.STOP)])
def test_a_standing_walker_hears_of_movers_only(closing, zone):
    assert zone_of(Approach(0.8, closing, 0.0, 0.40), S) is zone


@pytest.mark.parametrize(
    ("d", "zone"), [(1.35, Zone.STOP), (1.45, Zone.WARN), (2.0, Zone.WARN), (3.5, Zone.INFORM)]
)
def test_what_a_cane_finds_stops_late(d, zone):
    assert zone_of(Approach(d, 1.0, 1.0, 0.40, foot_only=True), S) is zone


def test_what_a_cane_finds_does_not_stop_by_distance_alone():
    assert zone_of(Approach(0.9, 0.2, 0.2, 0.40, foot_only=True), S) is Zone.WARN


def test_slack_widens_all_limits():
    wide = Slack(0.3, 0.15, 0.5)
    assert zone_of(Approach(5.7, 0.4, 0.4, 0.40), S, wide) is Zone.INFORM  # 15 % of 5 m
    assert zone_of(Approach(2.25, 0.4, 0.4, 0.40), S, wide) is Zone.WARN  # 0.3 m
    assert zone_of(Approach(2.39, 1.0, 1.0, 0.40), S, wide) is Zone.STOP  # 0.5 s


def test_a_guessed_scale_widens_zones_by_its_factor():
    assert zone_of(Approach(1.25, 0.2, 0.2, 0.40), S) is Zone.WARN
    assert zone_of(Approach(1.25, 0.2, 0.2, 0.40), S, Slack(factor=1.3)) is Zone.STOP


def test_unknown_distance_is_no_zone():
    assert zone_of(Approach(math.nan, 1.0, 1.0, 0.4), S) is not Zone.STOP


@pytest.mark.parametrize(
    ("d", "closing", "seconds"),
    [(2.4, 1.0, 2.0), (0.3, 1.0, 0.0), (2.4, 0.0, math.inf), (2.4, -1.0, math.inf)],
)
def test_time_to_contact(d, closing, seconds):
    assert time_to_contact(d, closing, 0.40) == pytest.approx(seconds)
