"""A camera whose clock is ahead of ours: sight is lost in time, and nothing else is lost by it."""

from __future__ import annotations

import math

import pytest

from followme.geometry.name_votes import OBJECTS
from followme.settings import ObstacleFusionSettings
from followme.stages.obstacles import ObstacleStage
from followme.values.detections import Detections
from followme.values.obstacle import Obstacles, Sight
from tests.geometry.scene import box_at, depth_map, walking

MS = 1_000_000
BEGIN_NS = 100_000 * MS
LATENCY_NS = 40 * MS


class Walk:
    """Ten images a second of a box, stamped by a clock that is ahead of that of the stage."""

    def __init__(self, ahead_ms: int) -> None:
        self.stage = ObstacleStage(ObstacleFusionSettings())
        self.ahead_ns = ahead_ms * MS
        self.now_ns = BEGIN_NS

    def see(self, frames: int = 5, with_info: bool = True) -> Obstacles:
        """Let images come, each with its depth a little later."""
        for _ in range(frames):
            self.now_ns += 100 * MS - LATENCY_NS
            stamp_ns = self.now_ns + self.ahead_ns
            if with_info:
                self.stage.image_came(stamp_ns, self.now_ns)
            self.now_ns += LATENCY_NS
            seen = self.stage.see(depth_map([box_at(1.5)], stamp_ns), self.now_ns)
        return seen

    def silence(self, ms: int) -> Obstacles:
        """Let nothing come."""
        self.now_ns += ms * MS
        return self.stage.carry(self.now_ns)

    def images_alone(self, ms: int) -> Obstacles:
        """Let images come without depth."""
        for _ in range(ms // 50):
            self.now_ns += 50 * MS
            self.stage.image_came(self.now_ns + self.ahead_ns, self.now_ns)
            seen = self.stage.carry(self.now_ns)
        return seen


AHEAD_MS = [0, 30, 5_000, 3_600_000]


@pytest.mark.parametrize("with_info", [True, False])
@pytest.mark.parametrize("ahead_ms", AHEAD_MS)
def test_a_camera_that_falls_silent_is_blind_in_time(ahead_ms, with_info):
    walk = Walk(ahead_ms)
    assert walk.see(with_info=with_info).sight is Sight.SEEING
    assert walk.silence(440).sight is Sight.SEEING
    found = walk.silence(70)  # the image came 510 to 550 ms ago
    assert (found.sight, found.reason) == (Sight.BLIND, "stale")
    assert found.ages.image_s >= 0.51
    assert walk.see().sight is Sight.SEEING


@pytest.mark.parametrize("ahead_ms", AHEAD_MS)
def test_depth_that_falls_silent_is_blind_in_time(ahead_ms):
    walk = Walk(ahead_ms)
    walk.see()
    assert walk.images_alone(650).sight is Sight.SEEING
    found = walk.images_alone(100)
    assert (found.sight, found.reason) == (Sight.BLIND, "stale")
    assert found.ages.depth_s >= 0.7
    assert 0.0 <= found.ages.image_s < 0.1


@pytest.mark.parametrize("ahead_ms", AHEAD_MS)
def test_what_stands_there_is_carried_through_a_silence(ahead_ms):
    walk = Walk(ahead_ms)
    before = walk.see()
    found = walk.silence(300)
    assert [o.track_id for o in found.obstacles] == [o.track_id for o in before.obstacles]
    assert found.obstacles
    assert found.stamp_ns == before.stamp_ns
    again = walk.see(1)
    assert [o.track_id for o in again.obstacles] == [o.track_id for o in before.obstacles]


def test_what_comes_nearer_does_so_through_a_silence():
    walk = Walk(5_000)
    walk.see()
    walk.stage.moved(walking(1.0, walk.now_ns + walk.ahead_ns))
    before = walk.see(1)
    assert before.walker_speed_mps == 1.0
    found = walk.silence(300)
    moved_m = before.obstacles[0].distance_m - found.obstacles[0].distance_m
    assert moved_m == pytest.approx(0.3, abs=0.1)


def test_names_have_an_age_and_no_future():
    walk = Walk(5_000)
    walk.see()
    second_ago_ns = walk.now_ns + walk.ahead_ns - 1_000 * MS
    walk.stage.named(OBJECTS, Detections.empty(second_ago_ns, (320, 240)))
    assert 1.0 <= walk.silence(200).ages.objects_s <= 1.3


@pytest.mark.parametrize("with_info", [True, False])
def test_a_clock_of_the_camera_that_is_set_right_is_no_loss(with_info):
    walk = Walk(5_000)
    walk.see(with_info=with_info)
    walk.ahead_ns = 0
    for _ in range(8):
        assert walk.see(1, with_info).sight is Sight.SEEING
    assert walk.silence(510).sight is Sight.BLIND


def test_our_clock_that_is_set_back_hides_no_dead_camera():
    walk = Walk(0)
    walk.see()
    walk.now_ns -= 5_000 * MS
    assert walk.silence(0).sight is Sight.SEEING
    assert walk.silence(510).sight is Sight.BLIND


def test_the_lead_is_told_until_it_ends_or_all_is_forgotten():
    walk = Walk(5_000)
    walk.see(1)
    assert "5.0 s ahead" in walk.stage.lead.sentence("/camera/camera_info")
    walk.ahead_ns = -LATENCY_NS
    walk.see(1)
    assert walk.stage.lead.sentence("/camera/camera_info") == ""
    walk.ahead_ns = 5_000 * MS
    walk.see(1)
    walk.stage.reset()
    assert walk.stage.lead.sentence("/camera/camera_info") == ""
    assert math.isnan(walk.silence(0).ages.image_s)


def test_depth_that_comes_late_makes_its_image_no_younger():
    walk = Walk(5_000)
    walk.see()
    stamp_ns = walk.now_ns + walk.ahead_ns
    walk.stage.image_came(stamp_ns, walk.now_ns)
    seen = walk.stage.see(depth_map((), stamp_ns), walk.now_ns + 400 * MS)
    assert seen.ages.image_s == pytest.approx(0.4)
