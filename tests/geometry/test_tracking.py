from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.measuring import Blob
from followme.geometry.motion_step import MotionStep
from followme.geometry.track import winner
from followme.geometry.tracking import Tracker
from followme.settings import HysteresisSettings, TrackingSettings

DT_S = 0.1
STILL = MotionStep(DT_S, known=True)
UNKNOWN = MotionStep(DT_S)
AHEAD = MotionStep(DT_S, forward_mps=1.0, known=True)


def a_blob(x, y=0.0, reach_m=0.2, overhang=False):
    d = math.hypot(x, y)
    return Blob(
        x, y, 0.5, d, max(0.08, 0.07 * d), 0.1, 0.0, 1.0, y - 0.1, y + 0.1, y, y - 0.1, y + 0.1,
        reach_m, reach_m, overhang, 0,
    )  # fmt: skip


class Sequence:
    """Feeds a tracker at 10 Hz."""

    def __init__(self):
        self.tracker = Tracker(TrackingSettings(), HysteresisSettings())
        self.i = 0

    def feed(self, *blobs, step=STILL, gone=False, own_mps=None):
        now_ns = round(self.i * DT_S * 1e9)
        self.tracker.update(sorted(blobs, key=lambda b: b.distance_m), now_ns, step, own_mps)
        self.tracker.forget(now_ns, DT_S, lambda _: gone, 0.3)
        self.i += 1
        return self.tracker.tracks

    def ids(self):
        return [t.id for t in self.tracker.tracks]


def test_nothing_stays_nothing():
    assert Sequence().feed() == []


@pytest.mark.parametrize(
    ("votes", "share", "best"),
    [([], 0.6, None), (["a"], 0.6, "a"), (["a", "b"], 0.6, None), (["a", "a", "b"], 0.6, "a")],
)
def test_a_name_needs_its_share_of_the_votes(votes, share, best):
    assert winner(votes, share) == best


def test_the_same_thing_keeps_its_number_while_it_comes_nearer():
    s = Sequence()
    for i in range(30):
        s.feed(a_blob(4.0 - 0.1 * i), step=AHEAD)
    (track,) = s.tracker.tracks
    assert track.id == 1 and track.hits == 30
    assert track.closing_mps == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("apart_m", "same"), [(0.7, True), (1.0, False)])
def test_the_gate_grows_with_distance(apart_m, same):
    s = Sequence()
    s.feed(a_blob(2.0))
    s.feed(a_blob(2.0, apart_m))
    assert (len(s.tracker.tracks) == 1) is same


def test_two_things_that_stand_side_by_side_keep_their_numbers():
    s = Sequence()
    for i in range(10):
        s.feed(a_blob(3.0 - 0.1 * i, 0.5), a_blob(3.0 - 0.1 * i, -0.5), step=AHEAD)
    by_side = {t.id: t.y_m > 0 for t in s.tracker.tracks}
    s.feed(a_blob(2.0, -0.5), a_blob(2.0, 0.5), step=AHEAD)
    assert {t.id: t.y_m > 0 for t in s.tracker.tracks} == by_side


def test_speed_is_learned_within_half_a_second_where_motion_is_unknown():
    s = Sequence()
    for i in range(7):
        s.feed(a_blob(4.0 - 0.1 * i), step=UNKNOWN)
    (track,) = s.tracker.tracks
    now_ns = round(0.6e9)
    assert track.settled(now_ns) and not track.settled(round(0.3e9))
    assert track.closing_mps == pytest.approx(1.0, abs=0.05)
    assert math.isnan(track.own_speed_mps())


@pytest.mark.parametrize("carried", [0, 1, 3])
def test_speed_is_that_between_two_sights_however_often_it_is_carried(carried):
    tracker = Tracker(TrackingSettings(), HysteresisSettings())
    step = MotionStep(0.2 / (1 + carried))
    closing_mps = []
    for i in range(12):
        now_ns = i * 200_000_000
        tracker.update([a_blob(4.0 - 0.2 * i)], now_ns, step)
        tracker.forget(now_ns, step.dt_s, lambda _: False, 0.3)
        closing_mps.append(tracker.tracks[0].closing_mps)
        for k in range(1, 1 + carried):
            tracker.predict(step)
            tracker.forget(now_ns + round(k * step.dt_s * 1e9), step.dt_s, lambda _: False, 0.3)
    assert closing_mps[3:] == pytest.approx([1.0] * 9, abs=0.1)
    assert len(tracker.tracks) == 1


def test_a_standing_thing_has_no_speed_of_its_own_and_a_mover_has():
    s = Sequence()
    for i in range(20):
        s.feed(a_blob(4.0 - 0.1 * i, -1.0), a_blob(6.0 - 0.2 * i, 1.5), step=AHEAD)
    standing, coming = sorted(s.tracker.tracks, key=lambda t: t.y_m)
    assert standing.own_speed_mps() < 0.05
    assert coming.own_speed_mps() == pytest.approx(1.0, abs=0.1)


def test_noise_is_smoothed():
    rng = np.random.default_rng(0)
    s = Sequence()
    errors = []
    for i in range(60):
        s.feed(a_blob(5.0 - 0.05 * i + rng.normal(0, 0.05)), step=MotionStep(DT_S, 0.5, known=True))
        errors.append(s.tracker.tracks[0].x_m - (5.0 - 0.05 * i))
    assert np.std(errors[10:]) < 0.045


def test_a_change_of_the_walkers_speed_is_no_change_of_the_things():
    s = Sequence()
    x = 5.0
    for i in range(20):
        step = STILL if i < 10 else AHEAD
        x -= step.forward_mps * DT_S
        s.feed(a_blob(x), step=step)
    assert s.tracker.tracks[0].own_speed_mps() < 0.05


def test_a_thing_hidden_for_most_of_a_second_keeps_its_number():
    s = Sequence()
    for i in range(5):
        s.feed(a_blob(4.0 - 0.1 * i), step=AHEAD)
    for _ in range(8):
        s.feed(step=AHEAD)
    assert s.tracker.tracks[0].x_m == pytest.approx(2.8, abs=0.02)
    s.feed(a_blob(2.7), step=AHEAD)
    assert s.ids() == [1]


def test_a_turn_carries_what_is_out_of_view_around_the_walker():
    s = Sequence()
    s.feed(a_blob(2.0))
    turn = MotionStep(DT_S, yaw_rad=math.radians(9.0), known=True)
    for _ in range(10):
        s.feed(step=turn)
    (track,) = s.tracker.tracks
    assert (track.x_m, track.y_m) == pytest.approx((0.0, -2.0), abs=0.01)


def test_what_the_camera_looks_through_is_gone_soon():
    s = Sequence()
    s.feed(a_blob(2.0))
    kept = [len(s.feed(gone=True)) for _ in range(6)]
    assert kept == [1, 1, 1, 0, 0, 0]


def test_what_is_out_of_view_is_carried_for_seconds_and_less_sure_each():
    s = Sequence()
    s.feed(a_blob(1.0))
    kept = [len(s.feed()) for _ in range(70)]
    assert 5.5 < sum(kept) * DT_S <= 6.1


def test_with_unknown_motion_it_is_carried_shorter():
    s = Sequence()
    s.feed(a_blob(1.0), step=UNKNOWN)
    assert sum(len(s.feed(step=UNKNOWN)) for _ in range(70)) * DT_S < 3.0


def test_what_was_passed_is_dropped():
    s = Sequence()
    s.feed(a_blob(1.0), step=AHEAD)
    left = [len(s.feed(step=AHEAD)) for _ in range(20)]
    assert sum(left) == pytest.approx(13, abs=1)  # 1.3 m to 0.3 m behind


def test_a_fragment_of_a_known_thing_is_no_news_until_it_has_lasted_a_second():
    s = Sequence()
    for _ in range(3):
        s.feed(a_blob(1.0))
    s.tracker.tracks[0].corridor.inside = True
    for i in range(13):
        tracks = s.feed(a_blob(1.0), a_blob(1.0, 0.65))
        tentative = [t.tentative for t in tracks]
        assert tentative == [False, i < 10]


def test_what_enters_the_way_beside_a_thing_off_the_way_is_news_at_once():
    s = Sequence()
    s.feed(a_blob(1.0, 0.9, reach_m=-0.5))
    tracks = s.feed(a_blob(1.0, 0.9, reach_m=-0.5), a_blob(1.0, 0.3))
    assert [t.tentative for t in tracks] == [False, False]


@pytest.mark.parametrize("leg_in_way", [False, True])
def test_a_top_in_the_way_is_news_once_the_leg_beside_it_is_out_of_the_way(leg_in_way):
    s = Sequence()
    s.feed(a_blob(3.0, 0.6))
    leg = s.tracker.tracks[0]
    leg.corridor.inside = True
    tentative = []
    for i in range(5):
        leg.corridor.inside = leg_in_way or i < 1
        tracks = s.feed(a_blob(3.0, 0.6, reach_m=-0.1), a_blob(3.0, 0.0))
        tentative.append(tracks[1].tentative)
    assert tentative == [True, True, leg_in_way, leg_in_way, leg_in_way]


def test_a_lost_fragment_is_not_carried():
    s = Sequence()
    s.feed(a_blob(1.0))
    s.tracker.tracks[0].corridor.inside = True
    s.feed(a_blob(1.0), a_blob(1.0, 0.65))
    assert len(s.feed(a_blob(1.0))) == 1


def test_most_frames_that_could_tell_decide_about_an_overhang():
    s = Sequence()
    for hangs in (None, True, True, False, None):
        s.feed(a_blob(2.0, overhang=hangs))
    assert s.tracker.tracks[0].overhang
    for _ in range(5):
        s.feed(a_blob(2.0, overhang=False))
    assert not s.tracker.tracks[0].overhang


def test_what_is_seen_in_the_way_decides_whether_it_hangs():
    """The leg beside the way stands for long, then the top of the same table is in the way."""
    s = Sequence()
    for _ in range(8):
        s.feed(a_blob(2.0, reach_m=-0.2, overhang=False))
    assert not s.tracker.tracks[0].overhang
    for _ in range(3):
        assert not s.tracker.tracks[0].overhang  # it may be an arm that swings
        s.feed(replace(a_blob(2.0, overhang=True), bottom_m=0.7))
    s.feed(a_blob(2.0, reach_m=-0.2, overhang=False))
    (track,) = s.tracker.tracks
    assert track.overhang and track.bottom_m == 0.7
    for _ in range(4):
        s.feed(a_blob(2.0, overhang=False))
    assert not track.overhang and track.bottom_m == 0.0


def test_numbers_are_not_given_out_again_after_a_reset():
    s = Sequence()
    s.feed(a_blob(2.0))
    s.tracker.reset()
    s.feed(a_blob(2.0))
    assert s.ids() == [2]


def test_a_nearest_point_that_slides_along_a_wall_gives_no_speed_where_its_points_stand():
    s = Sequence()
    for i in range(10):
        s.feed(a_blob(4.5 - 0.25 * i, -0.2 * i), own_mps={1: 0.0})
    assert s.tracker.tracks[0].own_speed_mps() == 0.0


@pytest.mark.parametrize("own_mps", [-1.0, 1.0])
def test_how_fast_its_points_come_is_how_fast_it_comes(own_mps):
    s = Sequence()
    for i in range(15):
        s.feed(a_blob(5.0 - (0.1 + 0.1 * own_mps) * i), step=AHEAD, own_mps={1: own_mps})
    (track,) = s.tracker.tracks
    assert track.closing_mps == pytest.approx(1.0 + own_mps, abs=0.02)
    assert track.own_speed_mps() == pytest.approx(1.0, abs=0.02)


def test_what_is_new_is_taken_to_stand():
    s = Sequence()
    for i in range(TrackingSettings().own_frames):
        s.feed(a_blob(5.0), step=AHEAD, own_mps={1: 3.0} if i else {})
        assert s.tracker.tracks[0].own_speed_mps() == pytest.approx(0.0)
    s.feed(a_blob(5.0), step=AHEAD, own_mps={1: 3.0})
    assert s.tracker.tracks[0].own_speed_mps() == pytest.approx(3.0)


def test_what_the_image_cuts_off_in_front_is_carried_on():
    """Of a low box only the far part of its top is seen, ever farther behind its front."""
    s = Sequence()
    for i in range(5):
        s.feed(a_blob(2.0 - 0.1 * i), step=AHEAD)
    for i in range(12):
        s.feed(replace(a_blob(1.5), cut=True), step=AHEAD)
        (track,) = s.tracker.tracks
        assert track.id == 1
        assert track.distance_m == pytest.approx(1.5 - 0.1 * i, abs=0.05)
    assert track.sigma_m > a_blob(1.5).sigma_m  # it becomes less sure
    s.feed(a_blob(0.5), step=AHEAD)
    assert track.sigma_m == pytest.approx(a_blob(0.5).sigma_m)


def test_what_is_cut_off_but_nearer_than_thought_is_nearer():
    s = Sequence()
    s.feed(a_blob(2.0))
    for _ in range(8):
        s.feed(replace(a_blob(1.5), cut=True))
    assert s.tracker.tracks[0].distance_m == pytest.approx(1.5, abs=0.05)


def test_what_was_walked_over_is_never_behind_its_own_back():
    s = Sequence()
    s.feed(replace(a_blob(0.3), cut=True), step=AHEAD)
    for _ in range(10):
        s.feed(replace(a_blob(0.6), cut=True), step=AHEAD)
    assert -0.15 < s.tracker.tracks[0].x_m <= 0.6


def test_what_goes_away_is_believed_only_after_a_while():
    s = Sequence()
    for i in range(9):
        s.feed(a_blob(2.0), own_mps={1: -1.0} if i else {})
        assert s.tracker.tracks[0].own_speed_mps() == 0.0
    for _ in range(3):
        s.feed(a_blob(2.0), own_mps={1: -1.0})
    assert s.tracker.tracks[0].closing_mps == pytest.approx(-1.0, abs=0.01)


def test_what_cannot_be_told_any_more_is_believed_less_and_less():
    s = Sequence()
    for i in range(8):
        s.feed(a_blob(3.0), own_mps={1: 1.0} if i else {})
    for _ in range(10):
        s.feed(a_blob(3.0), own_mps={})
    assert s.tracker.tracks[0].own_speed_mps() < 0.1
