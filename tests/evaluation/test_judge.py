"""Promises of a walk, one kept and one broken of each sort."""

from __future__ import annotations

import numpy as np
import pytest

from followme.evaluation.expectations import expectation_of
from followme.evaluation.judge import busiest_duty, busiest_minute, shortfalls
from followme.evaluation.walk_record import PIECE_S, Fault
from tests.evaluation.records import a_record, heard

STOP = {"key": "stop.object", "text": "Stop. Box ahead"}
W = {"say": "WARN", "distance_m": [2.8, 3.7]}
CLEAR = {"key": "clear.words", "text": "Nothing seen ahead", "thing": None}
LOST = {"key": "health.vision_lost", "text": "Vision lost", "thing": None}


def judged(record, own_mps: float = 1.0, **expect) -> list[str]:
    return shortfalls(record, expectation_of(expect), own_mps)


def test_who_promises_nothing_falls_short_of_nothing():
    assert judged(a_record([heard(1.0), heard(2.0, **STOP)])) == []


class TestMessagesThatMustCome:
    def test_one_in_its_window_is_well(self):
        assert judged(a_record([heard(2.8)]), messages=[W]) == []

    @pytest.mark.parametrize("onset_s", [1.0, 3.9])
    def test_one_too_early_or_too_late_is_short(self, onset_s):
        (text,) = judged(a_record([heard(onset_s)]), messages=[W])
        assert f"came at {6.0 - onset_s:.2f} m, 3.70 to 2.80 m was promised" in text

    def test_silence_is_short(self):
        assert "WARN was never said; nothing was heard" in judged(a_record(), messages=[W])[0]

    def test_a_message_about_nothing_real_is_short(self):
        (text,) = judged(a_record([heard(2.8, thing=None)]), messages=[W])
        assert "at no real thing" in text

    def test_a_later_one_in_the_window_counts_after_an_earlier_one_outside(self):
        assert judged(a_record([heard(1.0), heard(2.8)]), messages=[W]) == []

    def test_they_must_come_in_their_order(self):
        both = [{"say": "WARN"}, {"say": "STOP"}]
        assert judged(a_record([heard(2.0), heard(4.0, **STOP)]), messages=both) == []
        assert judged(a_record([heard(4.0), heard(2.0, **STOP)]), messages=both) != []

    def test_words_may_be_one_of_several(self):
        m = {"say": "WARN", "words": ["Stairs down", "drop"]}
        assert judged(a_record([heard(2.0, "warn.drop", "Drop, 3 metres")]), messages=[m]) == []
        assert judged(a_record([heard(2.0)]), messages=[m]) != []

    def test_another_thing_does_not_stand_for_the_one_that_is_meant(self):
        assert judged(a_record([heard(2.0, thing=1)]), messages=[{"say": "WARN", "of": 2}]) != []

    def test_a_hazard_is_any_word_about_a_thing(self):
        for key in ("warn.object", "stop.object", "inform.object"):
            assert judged(a_record([heard(2.0, key)]), messages=[{"say": "HAZARD"}]) == []
        assert judged(a_record([heard(2.0, **LOST)]), messages=[{"say": "HAZARD"}]) != []

    def test_windows_move_with_the_speed_of_the_walker(self):
        slow = a_record([heard(8.0)], speed_mps=0.5, seconds=10.0)
        assert judged(slow, own_mps=1.0, messages=[W]) == []
        assert judged(slow, own_mps=0.5, messages=[W]) != []


class TestTimes:
    def test_entry_is_when_the_thing_truly_comes_into_the_way(self):
        m = {"say": "STOP", "of": 1, "after": "entry", "within_s": 0.6}
        came = a_record([heard(1.5, **STOP)])
        assert judged(came, messages=[m]) == [] or "1.50 s after" in judged(came, messages=[m])[0]
        (text,) = judged(a_record([heard(1.9, **STOP)]), messages=[m])
        assert "s after thing 1 came in, 0.6 s was promised" in text

    def test_a_thing_that_never_comes_in_is_said_to_be_missing(self):
        m = {"say": "STOP", "of": 1, "after": "entry"}
        (text,) = judged(a_record([heard(1.9, **STOP)], y_m=1.0), messages=[m])
        assert "entry never came" in text

    def test_dark_is_read_off_the_images(self):
        m = {"say": "HEALTH", "after": "dark", "within_s": 1.0}
        faults = [Fault("dark", 2.0, 5.0)]
        assert judged(a_record([heard(2.9, **LOST)], faults=faults), messages=[m]) == []
        assert judged(a_record([heard(3.1, **LOST)], faults=faults), messages=[m]) != []
        assert judged(a_record([heard(2.9, **LOST)]), messages=[m]) != []

    def test_too_soon_is_short_too(self):
        m = {"say": "HEALTH", "after": 2.0, "within_s": [1.0, 2.0]}
        assert judged(a_record([heard(3.5, **LOST)]), messages=[m]) == []
        assert judged(a_record([heard(2.5, **LOST)]), messages=[m]) != []


class TestWhatMustNotBe:
    def test_the_greeting_is_no_message(self):
        greeting = heard(0.1, "reply.ready", "Ready. Keep using your cane", None)
        assert judged(a_record([greeting]), at_most=0, never=["ANY"]) == []

    def test_too_many_messages(self):
        assert judged(a_record([heard(1.0), heard(2.0)]), at_most=2) == []
        assert judged(a_record([heard(1.0), heard(2.0), heard(3.0, **CLEAR)]), at_most=2) == []
        (text,) = judged(a_record([heard(t) for t in (1, 2, 3)]), at_most=2)
        assert "3 messages, at most 2" in text

    def test_a_word_alone_bans_it(self):
        assert judged(a_record([heard(1.0)]), never=["STOP"]) == []
        assert judged(a_record([heard(1.0, **STOP)]), never=["STOP"]) != []

    def test_clear_before_the_thing_is_passed(self):
        ban = {"say": "CLEAR", "before": "passed"}
        assert judged(a_record([heard(3.0, **CLEAR)], from_m=2.0), never=[ban]) == []
        assert judged(a_record([heard(1.0, **CLEAR)], from_m=2.0), never=[ban]) != []
        assert judged(a_record([heard(3.0, **CLEAR)], from_m=9.0), never=[ban]) != []

    def test_a_number_after_some_second(self):
        ban = {"number": True, "from_s": 2.0}
        assert judged(a_record([heard(1.0), heard(3.0, text="Box ahead")]), never=[ban]) == []
        assert judged(a_record([heard(3.0)]), never=[ban]) != []

    def test_hazards_between_two_seconds(self):
        ban = {"say": "HAZARD", "from_s": 2.0, "until_s": 3.0}
        assert judged(a_record([heard(1.9), heard(3.1)]), never=[ban]) == []
        assert judged(a_record([heard(2.5)]), never=[ban]) != []

    def test_a_group_is_named_at_most_so_often(self):
        group = {"key": "warn.crowd", "text": "Several people ahead", "thing": None}
        assert judged(a_record([heard(1.0, **group), heard(4.0, **group)]), spaced_s=3.0) == []
        assert judged(a_record([heard(1.0, **group), heard(4.0, **group)]), spaced_s=10.0) != []


class TestEveryStop:
    def test_said_in_time_is_well(self):
        assert judged(a_record([heard(4.2, **STOP)], seconds=5.5), every_stop=True) == []

    def test_unsaid_is_short(self):
        (text,) = judged(a_record([heard(4.2)], from_m=6.0, seconds=5.5), every_stop=True)
        assert "thing 1 was in STOP from 4.2 s" in text

    def test_a_thing_beside_the_way_needs_none(self):
        assert judged(a_record(from_m=6.0, y_m=0.8, seconds=5.5), every_stop=True) == []


class TestRates:
    def test_the_busiest_minute_is_found_anywhere(self):
        onsets = [1.0, 50.0, 55.0, 58.0, 62.0, 130.0]
        assert busiest_minute([heard(t) for t in onsets]) == 4
        assert busiest_minute([]) == 0

    def test_duty_is_the_fullest_twenty_seconds(self):
        sounding = np.zeros(round(60.0 / PIECE_S), bool)
        sounding[round(30 / PIECE_S) : round(35 / PIECE_S)] = True
        record = a_record(seconds=60.0, from_m=None, sounding=sounding)
        assert busiest_duty(record) == pytest.approx(0.25)
        assert judged(record, duty_at_most=0.25) == []
        assert judged(record, duty_at_most=0.2) != []
