"""A camera whose clock is behind ours: what it shows counts as old, and why it does is said."""

from __future__ import annotations

import pytest

from followme.values.obstacle import Sight

from .test_stamps_ahead import MS, Walk

TOPIC = "/camera/camera_info"


def said(walk: Walk) -> str:
    return walk.stage.lag.sentence(TOPIC, walk.now_ns)


@pytest.mark.parametrize("with_info", [True, False])
@pytest.mark.parametrize("behind_ms", [600, 5_000, 3_600_000])
def test_old_stamps_are_never_seen_by_however_steadily_they_come(behind_ms, with_info):
    walk = Walk(-behind_ms)
    for _ in range(40):
        found = walk.see(1, with_info)
        assert (found.sight, found.reason) == (Sight.BLIND, "stale")
        assert found.ages.image_s >= behind_ms * 1e-3


@pytest.mark.parametrize("with_info", [True, False])
def test_it_is_said_how_far_they_are_behind(with_info):
    walk = Walk(-5_000)
    walk.see(12, with_info)
    assert "5.0 s behind the clock here" in said(walk)
    assert walk.stage.lead.sentence(TOPIC) == ""


def test_a_lag_that_makes_nothing_old_is_no_matter():
    walk = Walk(-200)
    assert walk.see(40).sight is Sight.SEEING
    assert said(walk) == ""


def test_a_camera_that_stalls_is_told_apart():
    walk = Walk(0)
    walk.see(20)
    for _ in range(40):
        found = walk.silence(100)
        assert said(walk) == ""
    assert (found.sight, found.reason) == (Sight.BLIND, "stale")


def test_depth_that_is_slow_is_no_clock_that_is_wrong():
    walk = Walk(0)
    walk.see(20)
    walk.images_alone(3_000)
    assert said(walk) == ""


def test_a_clock_that_is_set_right_is_seen_by_at_once():
    walk = Walk(-5_000)
    walk.see(12)
    walk.ahead_ns = 0
    assert walk.see(1).sight is Sight.SEEING
    assert said(walk) == ""


def test_it_is_forgotten_when_time_jumps():
    walk = Walk(-5_000)
    walk.see(12)
    walk.stage.reset()
    assert said(walk) == ""
    walk.now_ns += 100 * MS
    walk.see(5)
    assert said(walk) == "", "five may be what the transport kept"
