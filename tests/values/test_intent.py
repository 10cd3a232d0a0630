from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest

from followme.values.intent import Announcement, Intent, Outcome, Priority, Utterance
from followme.values.motion import Motion
from followme.values.obstacle import REASONS, Kind, Obstacle, Side, Sight, Zone

CHAIR = Obstacle(
    track_id=4,
    kind=Kind.OBJECT,
    label="chair",
    confidence=0.9,
    nearest_m=(1.5, 0.2, 0.4),
    distance_m=1.51,
    distance_std_m=0.1,
    bearing_rad=0.13,
    angular_width_rad=0.3,
    bottom_m=0.0,
    top_m=0.9,
    y_min_m=-0.1,
    y_max_m=0.4,
    zone=Zone.WARN,
    side=Side.AHEAD_LEFT,
)


def test_the_more_urgent_zone_and_priority_compare_as_such():
    assert Zone.STOP > Zone.WARN > Zone.INFORM > Zone.CLEAR
    assert list(Priority) == sorted(Priority)
    assert Priority.LOST < Priority.STOP_DROP < Priority.STOP < Priority.WARN < Priority.CLEAR
    assert Sight.BLIND > Sight.DEGRADED > Sight.SEEING


def test_an_intent_about_nothing_has_no_track_and_no_zone():
    lost = Intent("health.vision_lost", Priority.LOST, 7, 1.0, 0.5)
    assert lost.track_id == -1
    assert lost.zone is Zone.CLEAR


def test_an_announcement_records_its_obstacle():
    intent = Intent("warn.object", Priority.WARN, 7, 1.0, 1.0, CHAIR)
    record = Announcement.of(Utterance(intent, "Chair, ahead left"), Outcome.CUT, 2.5, 0.25)
    assert record == Announcement(
        stamp_ns=7,
        text="Chair, ahead left",
        key="warn.object",
        priority=Priority.WARN,
        track_id=4,
        zone=Zone.WARN,
        kind=Kind.OBJECT,
        side=Side.AHEAD_LEFT,
        distance_m=1.51,
        onset_s=2.5,
        outcome=Outcome.CUT,
        latency_s=0.25,
    )


def test_an_announcement_about_nothing_says_so_in_each_field():
    record = Announcement.of(
        Utterance(Intent("k", Priority.LOST, 7, 1.0, 0.5), "Vision lost"), Outcome.DROPPED_STALE
    )
    assert (record.track_id, record.zone, record.kind) == (-1, Zone.CLEAR, Kind.UNKNOWN)
    assert all(math.isnan(v) for v in (record.distance_m, record.onset_s, record.latency_s))


def test_each_field_of_an_obstacle_tells_two_apart():
    for f in fields(CHAIR):
        other = replace(CHAIR, **{f.name: object()})
        assert other != CHAIR, f.name


def test_reasons_are_words_without_repetition():
    assert len(set(REASONS)) == len(REASONS)
    assert all(r == r.lower() and r.replace("_", "").isalpha() for r in REASONS)


@pytest.mark.parametrize(
    ("forward", "left", "speed"),
    [(0.0, 0.0, 0.0), (0.6, 0.8, 1.0), (-0.6, 0.8, 1.0), (math.nan, 0.0, math.nan)],
)
def test_speed_over_the_floor_is_without_direction_and_unknown_when_a_part_is(forward, left, speed):
    assert Motion(0, forward, left, 0.0).speed_mps == pytest.approx(speed, nan_ok=True)
