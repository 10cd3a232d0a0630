from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.health.stream_age import StampLag, StampLead, StreamAge

MS = 1_000_000
NOW_NS = 20_000 * MS


def test_what_never_came_has_no_age():
    assert math.isnan(StreamAge().age_s(NOW_NS))


@given(st.integers(-9_000, 9_000), st.integers(0, 5_000))
def test_a_stream_is_never_younger_than_its_silence(ahead_ms, silent_ms):
    age = StreamAge()
    age.came(NOW_NS + ahead_ms * MS, NOW_NS)
    by_stamp_ms = silent_ms - ahead_ms
    expected_s = max(by_stamp_ms, silent_ms) * 1e-3
    assert age.age_s(NOW_NS + silent_ms * MS) == pytest.approx(expected_s)


def test_time_that_goes_back_counts_silence_anew():
    age = StreamAge()
    age.came(NOW_NS, NOW_NS)
    assert age.age_s(NOW_NS - 5_000 * MS) == 0.0
    assert age.age_s(NOW_NS - 4_400 * MS) == pytest.approx(0.6)


def told(*leads_ms: int) -> str:
    lead = StampLead()
    for lead_ms in leads_ms:
        lead.came(NOW_NS + lead_ms * MS, NOW_NS)
    return lead.sentence("/camera/camera_info")


@pytest.mark.parametrize("leads_ms", [(), (-40,), (0,), (200,), (5_000, 200)])
def test_stamps_as_they_should_be_are_not_worth_a_word(leads_ms):
    assert told(*leads_ms) == ""


def test_stamps_of_the_future_are_named_with_how_far_and_how_to_mend_it():
    assert told(5_000) == (
        "/camera/camera_info: its stamps are 5.0 s ahead of the clock here, so that its age is "
        "counted from its arrival; synchronise the clocks of camera and computer, or let its "
        "driver stamp it by the time of this one"
    )


def test_the_sentence_does_not_flicker_with_the_load_but_follows_the_clock():
    assert "0.3 s ahead" in told(300, 260, 340, 220)
    assert "9.0 s ahead" in told(300, 9_000)


TOPIC = "/camera/camera_info"
BORNE_NS = 500 * MS


def told_of_lag(*lags_ms: int, then_ms: int = 0) -> str:
    """Return what is said when one comes every 100 ms, each so late, and then nothing."""
    lag, now_ns = StampLag(), NOW_NS
    for lag_ms in lags_ms:
        now_ns += 100 * MS
        lag.came(now_ns - lag_ms * MS, now_ns, BORNE_NS)
    return lag.sentence(TOPIC, now_ns + then_ms * MS)


def test_stamps_that_are_behind_are_named_with_how_far_and_how_to_mend_it():
    assert told_of_lag(*[5_000] * 10) == (
        "/camera/camera_info: it goes on coming, but its stamps are 5.0 s behind the clock here, "
        "so that all of it counts as old; synchronise the clocks of camera and computer (chrony "
        "does it), or let its driver stamp it on arrival; if the clocks agree, it is carried here "
        "so late"
    )


def test_stamps_of_another_day_are_those_of_a_bag():
    assert "86400.0 s behind" in told_of_lag(*[86_400_000] * 10)
    assert "set use_sim_time to true" in told_of_lag(*[86_400_000] * 10)


@pytest.mark.parametrize(
    "lags_ms",
    [
        (),
        (40,) * 20,
        (500,) * 20,
        (-5_000,) * 20,
        (5_000,) * 9,
        (5_000,) * 10 + (40,),
        # a stall, after which what the transport kept comes at once
        (40,) * 5 + (1_500, 1_400, 1_300, 1_200, 1_100) + (40,) * 4,
        tuple(range(600, 2_600, 200)),
    ],
)
def test_what_is_young_or_late_for_once_is_not_worth_a_word(lags_ms):
    assert told_of_lag(*lags_ms) == ""


def test_a_camera_that_stalls_has_no_clock_that_is_wrong():
    assert "5.0 s behind" in told_of_lag(*[5_000] * 10, then_ms=1_900)
    assert told_of_lag(*[5_000] * 10, then_ms=2_100) == ""


def test_the_lag_does_not_flicker_with_the_load_but_follows_the_clock():
    assert "5.0 s behind" in told_of_lag(*[5_000] * 10, *[5_060, 5_300, 5_020] * 5)
    assert "9.0 s behind" in told_of_lag(*[5_000] * 10, *[9_000] * 10)
