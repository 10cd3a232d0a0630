"""Figures of walks whose truth is known by construction, right and wrong."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from followme.evaluation.evidence import Evidence, summed
from followme.evaluation.metrics import PASS, SHORT, UNMEASURED, table
from followme.evaluation.scoring import evidence_of, side_is_right
from followme.evaluation.walk_record import Fault, TrueThing
from followme.values.obstacle import Kind, Side, Sight, Zone
from tests.evaluation.records import a_record, an_obstacle, heard, unseen

STOP = {"key": "stop.object", "text": "Stop. Box ahead"}
CLEAR = {"key": "clear.words", "text": "Nothing seen ahead", "thing": None}


def value(evidence: Evidence, key: str) -> float:
    return next(row.value for row in table(evidence) if row.figure.key == key)


def verdict(evidence: Evidence, key: str) -> str:
    return next(row.verdict for row in table(evidence) if row.figure.key == key)


class TestSeen:
    def test_what_is_seen_well_is_all_recalled_and_exact(self):
        e = evidence_of(a_record(seconds=5.5))
        assert value(e, "recall_obstacle") == value(e, "recall_frame") == 1.0
        assert value(e, "mae_2_3_m") == pytest.approx(0.0)
        assert value(e, "bearing_deg") == pytest.approx(0.0)

    def test_what_is_never_seen_is_none(self):
        e = evidence_of(a_record(see=unseen, seconds=5.5))
        assert value(e, "recall_obstacle") == value(e, "recall_frame") == 0.0
        assert math.isnan(value(e, "mae_2_3_m"))

    def test_seen_in_half_of_the_frames_is_a_half_of_them_and_one_obstacle(self):
        def see(t, thing):
            return an_obstacle(thing) if round(t * 10) % 2 else None

        e = evidence_of(a_record(see=see, seconds=5.5))
        assert value(e, "recall_obstacle") == 1.0
        assert value(e, "recall_frame") == pytest.approx(0.5, abs=0.05)

    def test_an_error_of_a_tenth_is_measured_in_each_band(self):
        def see(t, thing):
            x, y, z = thing.nearest_m
            return an_obstacle(thing, nearest_m=(x * 1.1, y, z), distance_m=thing.distance_m * 1.1)

        e = evidence_of(a_record(see=see, seconds=5.5))
        for band in ("0_1", "1_2", "2_3", "3_5"):
            assert value(e, f"absrel_{band}") == pytest.approx(0.1)
        assert value(e, "mae_2_3_m") == pytest.approx(0.25, abs=0.02)

    def test_a_thing_beside_the_way_is_not_asked_for(self):
        e = evidence_of(a_record(y_m=0.9, see=unseen))
        assert verdict(e, "recall_frame") == UNMEASURED

    def test_nothing_is_asked_of_frames_without_sight(self):
        e = evidence_of(a_record(see=unseen, sight=Sight.BLIND))
        assert verdict(e, "recall_frame") == UNMEASURED

    def test_overhangs_are_counted_by_kind_and_by_height(self):
        for more in ({"kind": Kind.OVERHANG, "z_m": 1.5}, {"z_m": 0.71}):
            assert value(evidence_of(a_record(seconds=5.5, **more)), "overhang") == 1.0
        assert verdict(evidence_of(a_record(seconds=5.5)), "overhang") == UNMEASURED

    def test_a_drop_must_be_seen_as_one_at_two_metres(self):
        def late(t, thing):
            return an_obstacle(thing) if thing.distance_m < 1.9 else None

        def as_a_box(t, thing):
            return an_obstacle(thing, kind=Kind.OBJECT)

        drop = {"kind": Kind.DROP_OFF, "seconds": 5.5}
        assert value(evidence_of(a_record(**drop)), "drop") == 1.0
        assert value(evidence_of(a_record(see=late, **drop)), "drop") == 0.0
        assert value(evidence_of(a_record(see=as_a_box, **drop)), "drop") == 0.0


@pytest.mark.parametrize(
    ("y_m", "right", "wrong"),
    [
        (0.2, Side.AHEAD_LEFT, Side.AHEAD_RIGHT),
        (0.2, Side.LEFT, Side.AHEAD),
        (-0.4, Side.AHEAD_RIGHT, Side.AHEAD_LEFT),
        (-0.4, Side.RIGHT, Side.AHEAD),
        (0.05, Side.AHEAD, Side.AHEAD_RIGHT),
        (0.05, Side.AHEAD_LEFT, Side.AHEAD_RIGHT),
        (-0.25, Side.AHEAD_RIGHT, Side.AHEAD_LEFT),
        (-0.1, Side.AHEAD, Side.AHEAD_LEFT),
    ],
)
def test_sides_are_true_within_their_dead_band(y_m, right, wrong):
    thing = TrueThing(1, Kind.OBJECT, "box", (2.0, y_m, 0.0), span_m=(y_m, y_m + 0.2))
    assert side_is_right(right, thing)
    assert not side_is_right(wrong, thing)


class TestSaid:
    def test_lead_is_the_time_to_contact_at_the_onset(self):
        e = evidence_of(a_record([heard(2.6)], seconds=5.5))
        assert value(e, "lead_p50_s") == pytest.approx(3.0, abs=0.05)
        assert value(e, "missed") == value(e, "late") == 0.0

    def test_a_tone_just_before_contact_is_late(self):
        e = evidence_of(a_record([heard(4.6, **STOP)], seconds=5.5))
        assert value(e, "late") == 1.0
        assert verdict(e, "lead_p5_s") == SHORT

    def test_silence_about_what_is_urgent_is_a_miss(self):
        assert value(evidence_of(a_record(seconds=5.5)), "missed") == 1.0

    def test_a_word_about_another_thing_does_not_save_it(self):
        assert value(evidence_of(a_record([heard(2.6, thing=None)], seconds=5.5)), "missed") == 1.0

    def test_what_comes_in_near_is_sudden(self):
        e = evidence_of(a_record([heard(0.3, **STOP)], from_m=1.9, seconds=2.0))
        assert value(e, "lead_sudden_p50_s") == pytest.approx(1.2, abs=0.05)
        assert math.isnan(value(e, "lead_p50_s"))

    def test_an_alarm_about_nothing_urgent_is_false(self):
        assert value(evidence_of(a_record([heard(2.6)])), "false_alarms_per_minute") == 0.0
        for false in (heard(0.2), heard(2.6, thing=None, track_id=9)):
            e = evidence_of(a_record([false]))
            assert value(e, "false_alarms_per_minute") == pytest.approx(12.0)
        beside = evidence_of(a_record([heard(2.6)], y_m=0.9))
        assert value(beside, "false_alarms_per_minute") == pytest.approx(12.0)

    def test_an_alarm_a_hand_outside_the_zone_is_not_called_false(self):
        assert value(evidence_of(a_record([heard(2.3)])), "false_alarms_per_minute") == 0.0

    def test_a_drop_that_is_none_is_counted(self):
        drop = heard(2.6, "warn.drop", "Drop, 3 metres", kind=Kind.DROP_OFF)
        assert value(evidence_of(a_record([drop])), "false_drops_per_minute") > 0.0
        real = a_record([drop], kind=Kind.DROP_OFF)
        assert value(evidence_of(real), "false_drops_per_minute") == 0.0

    def test_messages_a_minute(self):
        e = evidence_of(a_record([heard(2.6), heard(3.6)]))
        assert value(e, "announcements_per_minute") == pytest.approx(24.0)


class TestTrue:
    @pytest.mark.parametrize(
        ("said", "stale"),
        [
            (heard(2.6, distance_m=3.4), 0),
            (heard(2.6, distance_m=4.2), 1),
            (heard(2.6, text="Box ahead", distance_m=4.2), 0),
            (heard(2.6, stamp_s=1.5, distance_m=3.4), 1),
            (heard(4.6, stamp_s=4.0, distance_m=1.4, **STOP), 1),
        ],
    )
    def test_stale_is_past_its_lifetime_or_half_a_metre_off(self, said, stale):
        assert value(evidence_of(a_record([said])), "stale") == stale

    def test_two_sides_of_one_thing_that_did_not_move_contradict(self):
        both = [heard(2.6, side="ahead_left"), heard(3.6, side="ahead_right")]
        assert value(evidence_of(a_record(both)), "contradictory") == 1
        apart = [both[0], heard(4.8, side="ahead_right")]
        assert value(evidence_of(a_record(apart)), "contradictory") == 0

    def test_clear_while_something_is_urgent_contradicts(self):
        assert value(evidence_of(a_record([heard(2.8, **CLEAR)])), "contradictory") == 1
        assert value(evidence_of(a_record([heard(0.5, **CLEAR)])), "contradictory") == 0

    def test_clear_on_floor_that_was_not_seen(self):
        far = {"from_m": None, "seconds": 2.0}
        seen = a_record([heard(1.0, **CLEAR)], observed_free=0.9, **far)
        assert value(evidence_of(seen), "clear_on_unknown") == 0
        for more in ({"observed_free": 0.5}, {"sight": Sight.DEGRADED}):
            unsure = a_record([heard(1.0, **CLEAR)], **far, **more)
            assert value(evidence_of(unsure), "clear_on_unknown") == 1


class TestTimes:
    def test_tones_and_words_are_timed_apart(self):
        e = evidence_of(a_record([heard(2.6), heard(4.2, stamp_s=4.1, **STOP)]))
        assert value(e, "speech_p50_ms") == pytest.approx(150.0)
        assert value(e, "tone_p50_ms") == pytest.approx(100.0)

    def test_a_fault_is_timed_from_its_cause(self):
        lost = heard(2.9, "health.vision_lost", "Vision lost", None)
        e = evidence_of(a_record([lost], faults=[Fault("dark", 2.1, 4.0)]))
        assert value(e, "fault_to_audible_s") == pytest.approx(0.8)

    def test_that_an_older_fault_has_ended_tells_of_no_newer_one(self):
        back = heard(2.2, "health.vision_back", "Vision back", None)
        faults = [Fault("dark", 2.1, 4.0)]
        assert verdict(evidence_of(a_record([back], faults=faults)), "fault_to_audible_s") == SHORT
        lost = heard(2.9, "health.vision_lost", "Vision lost", None)
        both = evidence_of(a_record([back, lost], faults=faults))
        assert value(both, "fault_to_audible_s") == pytest.approx(0.8)

    def test_a_fault_that_nobody_hears_of_is_short(self):
        e = evidence_of(a_record(faults=[Fault("dark", 2.1, 4.0)]))
        assert verdict(e, "fault_to_audible_s") == SHORT


def test_evidence_of_many_runs_adds_up_and_survives_json():
    one = evidence_of(a_record([heard(2.6)], seconds=5.5))
    two = summed([one, Evidence.of_row(one.as_row())])
    assert two.shares["missed"] == [0, 2]
    assert two.rates["announcements"][1] == pytest.approx(2 * 5.5 / 60)
    assert len(two.values["lead"]) == 2
    assert one.shares["missed"] == [0, 1], "the parts stay as they were"


def test_contacts_are_compared_over_all_runs():
    e = Evidence(values={"contacts_cane": [2.0, 1.0, 0.0], "contacts_followme": [0.0, 1.0, 0.0]})
    assert value(e, "contacts_fewer") == pytest.approx(2 / 3)
    e.values["contacts_followme"] = [0.0, 0.0, 0.0]
    assert verdict(e, "contacts_fewer") == PASS


def test_no_evidence_measures_nothing():
    assert {row.verdict for row in table(Evidence())} == {UNMEASURED}


def test_a_zone_that_is_seen_wrongly_is_no_side():
    def informs(t, thing):
        return replace(an_obstacle(thing), zone=Zone.INFORM, side=Side.AHEAD_RIGHT)

    assert verdict(evidence_of(a_record(y_m=0.2, see=informs)), "side") == UNMEASURED
