from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.health.monitor import StreamMonitor
from followme.health.streams import Stream

TEN_HZ = Stream(rate_hz=10.0, stale_s=0.5)


def fed(rate_hz: float, seconds: float, stream: Stream = TEN_HZ) -> StreamMonitor:
    """Return a monitor that saw a regular stream from 0 s on."""
    monitor = StreamMonitor(stream)
    for n in range(round(rate_hz * seconds) + 1):
        monitor.seen(n / rate_hz)
    return monitor


def test_a_stream_that_never_came_is_nothing():
    monitor = StreamMonitor(TEN_HZ)
    assert math.isnan(monitor.age_s(100.0))
    assert math.isnan(monitor.rate_hz(100.0))
    assert not monitor.alive(100.0)
    assert not monitor.on_rate(100.0)
    assert not monitor.valid


def test_one_item_makes_a_stream_alive_until_it_is_stale():
    monitor = StreamMonitor(TEN_HZ)
    monitor.seen(1.0)
    assert monitor.age_s(1.25) == 0.25
    assert monitor.alive(1.5)
    assert not monitor.alive(1.51)
    assert monitor.on_rate(1.0)


@pytest.mark.parametrize(
    ("rate_hz", "seconds", "on_rate"),
    [
        (20.0, 0.5, True),
        (10.0, 0.5, True),
        (5.0, 0.5, False),
        (10.0, 2.0, True),
        (9.2, 2.0, True),
        (8.0, 2.0, False),
        (9.2, 60.0, True),
        (8.0, 60.0, False),
    ],
)
def test_ninety_per_cent_of_the_items_are_on_rate(rate_hz, seconds, on_rate):
    assert fed(rate_hz, seconds).on_rate(seconds) is on_rate


@pytest.mark.parametrize("seconds", [0.5, 1.0, 3.0, 30.0])
@pytest.mark.parametrize("rate_hz", [10.0, 20.0])
def test_the_rate_is_right_from_the_first_second_on(rate_hz, seconds):
    assert fed(rate_hz, seconds).rate_hz(seconds) == pytest.approx(rate_hz, abs=2.0)


def test_a_slow_stream_is_counted_over_ten_of_its_periods():
    slow = Stream(rate_hz=1.0, stale_s=3.0)
    assert fed(1.0, 30.0, slow).on_rate(30.5)
    assert fed(1.0, 30.0, slow).rate_hz(30.5) == pytest.approx(1.0)
    assert not fed(0.5, 30.0, slow).on_rate(30.5)


def test_silence_takes_the_rate_down_and_keeps_the_age():
    monitor = fed(10.0, 3.0)
    assert not monitor.on_rate(4.0)
    assert monitor.rate_hz(4.0) == pytest.approx(5.0, abs=0.6)
    assert monitor.rate_hz(100.0) == 0.0
    assert monitor.age_s(100.0) == pytest.approx(97.0)
    monitor.seen(100.0)
    assert monitor.alive(100.0)
    assert not monitor.on_rate(100.0)


def test_time_going_back_starts_anew():
    monitor = fed(10.0, 30.0)
    monitor.seen(1.0)
    assert monitor.age_s(1.2) == pytest.approx(0.2)
    assert monitor.on_rate(1.0)
    assert monitor.rate_hz(1.0) == pytest.approx(10.0)


def test_the_newest_item_says_whether_the_stream_is_valid():
    monitor = StreamMonitor(TEN_HZ)
    monitor.seen(0.0)
    assert monitor.valid
    monitor.seen(0.1, valid=False)
    assert not monitor.valid
    assert monitor.alive(0.1)
    monitor.seen(0.2)
    assert monitor.valid


@given(st.lists(st.floats(0.0, 60.0), min_size=1, max_size=200).map(sorted))
def test_rates_and_ages_are_never_negative_and_the_last_item_decides_the_age(times):
    monitor = StreamMonitor(TEN_HZ)
    for t in times:
        monitor.seen(t)
    assert monitor.age_s(times[-1]) == 0.0
    assert monitor.rate_hz(times[-1]) > 0.0
    assert monitor.alive(times[-1])
