from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.ego_motion import EgoMotion
from followme.settings import DepthEstimatorSettings, EgoMotionSettings
from followme.sources.scene_file import load_walk, walk_paths
from followme.sources.walk_source import WalkSource
from followme.stages.depth import DepthStage

FRAMES = 20


def seen(number: int, frames: int = FRAMES, first_s: float = 1.0):
    """Frames of a scripted walk with their depth."""
    path = next(p for p in walk_paths() if p.name.startswith(f"{number:02d}_"))
    source = WalkSource(load_walk(path))
    depth = DepthStage(DepthEstimatorSettings())
    pairs = []
    for frame in source.frames():
        if frame.stamp_ns >= first_s * 1e9:
            pairs.append((frame, depth.estimate(frame)))
        if len(pairs) == frames:
            return pairs
    return pairs


@pytest.fixture(scope="module")
def crowd():
    return seen(18)


@pytest.fixture(scope="module")
def empty():
    return seen(1)


@pytest.fixture(scope="module")
def turn():
    return seen(17, 45, 0.0)


def motions(pairs):
    ego = EgoMotion(EgoMotionSettings())
    return [ego.estimate(frame.bgr, depth) for frame, depth in pairs]


def errors(pairs, found):
    rows = [
        (m.forward_mps - f.motion.forward_mps, m.left_mps - f.motion.left_mps,
         m.yaw_rate_radps - f.motion.yaw_rate_radps)
        for (f, _), m in zip(pairs, found, strict=True) if not math.isnan(m.forward_mps)
    ]  # fmt: skip
    assert len(rows) >= 0.85 * len(found)
    return np.abs(rows)


def unknown(motion) -> bool:
    return math.isnan(motion.speed_mps) and math.isnan(motion.yaw_rate_radps)


def test_the_first_frame_tells_nothing(empty):
    assert unknown(motions(empty[:1])[0])


def test_a_repeated_image_tells_nothing(empty):
    frame, depth = empty[0]
    later = replace(depth, stamp_ns=depth.stamp_ns + 10**8,
                    status=replace(depth.status, stamp_ns=depth.stamp_ns + 10**8))  # fmt: skip
    assert unknown(motions([(frame, depth), (frame, later)])[1])


def test_a_stamp_that_goes_back_or_far_ahead_tells_nothing(empty):
    assert unknown(motions([empty[3], empty[2]])[1])
    assert unknown(motions([empty[0], empty[19]])[1])


def test_without_depth_or_scale_nothing_is_told(empty):
    blind = [(f, replace(d, depth_m=np.full_like(d.depth_m, np.nan))) for f, d in empty[:2]]
    assert unknown(motions(blind)[1])
    unsure = [(f, replace(d, status=replace(d.status, scale_known=False))) for f, d in empty[:2]]
    assert unknown(motions(unsure)[1])


def test_an_image_without_corners_tells_nothing(empty):
    plain = [(replace(f, bgr=np.full_like(f.bgr, 90 + i)), d) for i, (f, d) in enumerate(empty)]
    assert all(unknown(m) for m in motions(plain))


@pytest.mark.parametrize("walk", ["empty", "crowd", "turn"])
def test_speed_and_turn_agree_with_the_truth(walk, request):
    pairs = request.getfixturevalue(walk)
    off = np.median(errors(pairs, motions(pairs)), axis=0)
    assert off[0] <= 0.05 and off[1] <= 0.05 and off[2] <= 0.03


def test_who_stands_has_no_speed(turn):
    found = [m.speed_mps for m in motions(turn)]
    assert np.nanmedian(found) <= 0.05


def test_a_mirrored_world_turns_the_other_way(turn):
    rates = np.array([m.yaw_rate_radps for m in motions(turn)])
    mirrored = [
        (replace(f, bgr=np.ascontiguousarray(f.bgr[:, ::-1])),
         replace(d, depth_m=np.ascontiguousarray(d.depth_m[:, ::-1])))
        for f, d in turn
    ]  # fmt: skip
    there = np.array([m.yaw_rate_radps for m in motions(mirrored)])
    quick = np.abs(rates) > 0.5
    assert np.count_nonzero(quick) >= 5
    assert np.nanmedian(np.abs(rates + there)[quick]) <= 0.1


def test_double_depth_is_double_speed(empty):
    far = [(f, replace(d, depth_m=2.0 * d.depth_m)) for f, d in empty]
    once = np.nanmedian([m.forward_mps for m in motions(empty)])
    twice = np.nanmedian([m.forward_mps for m in motions(far)])
    assert twice == pytest.approx(2.0 * once, rel=0.15)


def test_the_same_images_give_the_same_bits(empty):
    once, again = motions(empty), motions(empty)
    assert repr(once) == repr(again)


def test_after_a_reset_nothing_is_told(empty):
    ego = EgoMotion(EgoMotionSettings())
    ego.estimate(empty[0][0].bgr, empty[0][1])
    ego.reset()
    assert unknown(ego.estimate(empty[1][0].bgr, empty[1][1]))
