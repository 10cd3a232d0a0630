from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from followme.sources.parts import CLASS_NAMES
from followme.sources.scene_file import load_walk, walk_of, walk_paths
from followme.sources.seen_boxes import boxes_of
from followme.sources.source import Source, SourceError
from followme.sources.walk_source import WalkSource
from followme.sources.walker_path import FloorPose
from followme.values.frame import Frame

_BOX = {"type": "box", "at_m": [4.0, 0.0], "size_m": [0.4, 0.8, 1.6]}


def _source(seed: int | None = None, *, exact: bool = False, **parts: Any) -> WalkSource:
    content = {"seconds": 1, "rate_hz": 10, "things": [_BOX]} | parts
    return WalkSource(walk_of(content), 64, 48, seed, exact=exact)


def _frames(seed: int | None = None, **parts: Any) -> list[Frame]:
    return list(_source(seed, **parts).frames())


def _depth(frame: Frame) -> Any:
    assert frame.depth_m is not None
    return frame.depth_m


def _identical(a: Sequence[Frame], b: Sequence[Frame]) -> bool:
    return len(a) == len(b) and all(
        np.array_equal(x.bgr, y.bgr)
        and np.array_equal(_depth(x), _depth(y), equal_nan=True)
        and np.array_equal(x.labels.labels, y.labels.labels)  # type: ignore[union-attr]
        and (x.stamp_ns, x.motion, x.truth) == (y.stamp_ns, y.motion, y.truth)
        for x, y in zip(a, b, strict=True)
    )


@pytest.mark.parametrize("facts", [{"width": 8}, {"height": 0}, {"seed": -1}, {"width": "64"}])
def test_figures_out_of_range_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match=next(iter(facts))):
        WalkSource(walk_of({"seconds": 1}), **facts)


def test_it_keeps_the_contract_of_a_source() -> None:
    walk = _source()
    source: Source = walk
    frames = list(source.frames())
    assert source.rate_hz == 10.0
    assert source.length == len(frames) == len(walk.poses) == 10
    assert [f.stamp_ns for f in frames] == [n * 100_000_000 for n in range(10)]
    source.close()
    assert _identical(frames, list(source.frames()))


def test_a_frame_carries_all_that_can_be_known() -> None:
    frame = _frames()[-1]
    assert frame.bgr.shape == (48, 64, 3)
    assert frame.camera is not None
    assert not frame.camera.nominal
    assert _depth(frame).dtype == np.float32
    assert frame.labels is not None
    assert frame.labels.names == CLASS_NAMES
    assert frame.motion is not None
    assert frame.motion.forward_mps == pytest.approx(1.0)
    assert frame.truth is not None
    (box,) = frame.truth
    assert box.nearest_m == pytest.approx((3.8 - 0.9, 0.0, 0.0))


def test_the_seed_says_all_that_is_left_to_chance() -> None:
    sway: dict[str, Any] = {"camera": {"sway": "full"}}
    one, same, other = (_frames(seed, **sway) for seed in (5, 5, 6))
    assert _identical(one, same)
    assert not any(np.array_equal(a.bgr, b.bgr) for a, b in zip(one, other, strict=True))


def test_two_frames_of_a_walker_who_stands_differ() -> None:
    frames = _frames(walker={"speed_mps": 0})
    assert all((a.bgr != b.bgr).any() for a, b in pairwise(frames))


def test_depth_and_truth_agree() -> None:
    for exact, within_m in ((True, 2e-3), (False, 0.06)):
        for frame in _source(exact=exact).frames():
            assert frame.camera is not None
            assert frame.truth is not None
            row = round(frame.camera.cy - frame.camera.fy * math.tan(math.radians(10.0)))
            middle = float(np.nanmedian(_depth(frame)[row, 29:35]))
            ahead = frame.truth[0].nearest_m[0]
            assert middle == pytest.approx(ahead * math.cos(math.radians(10)), abs=within_m + 0.02)


def test_an_exact_sensor_has_no_gap_and_sees_glass() -> None:
    door = {"type": "glass_door", "x_m": 4.0}
    exact, usual = (_source(exact=e, things=[door]).frame_at(0.0) for e in (True, False))
    assert exact is not None
    assert usual is not None
    assert np.isfinite(_depth(exact)).all()
    pane = exact.labels.labels == CLASS_NAMES.index("glass")  # type: ignore[union-attr]
    assert pane.any()
    assert _depth(exact)[pane].max() < 4.5
    measured = _depth(usual)[pane]
    assert np.isnan(measured).mean() > 0.5
    assert np.nanmax(measured) > 5.0


# --- what happens to the sensors


def test_light_that_fades_ends_below_what_is_dark() -> None:
    frames = _frames(events=[{"type": "fade", "from_s": 0.2, "seconds": 0.5, "to": 0.01}])
    lumas = [float(f.bgr.mean()) for f in frames]
    assert lumas[2] > 60
    assert all(a > b for a, b in pairwise(lumas[2:8]))
    assert lumas[-1] < 12
    assert np.isfinite(_depth(frames[-1])).mean() > 0.8
    assert not frames[-1].labels.labels.any()  # type: ignore[union-attr]


def test_a_covered_lens_gives_even_noise_and_no_depth() -> None:
    frames = _frames(events=[{"type": "cover", "from_s": 0.3, "until_s": 0.6, "luma": 50}])
    for frame, hidden in zip(frames, [False] * 3 + [True] * 3 + [False] * 4, strict=True):
        assert bool(np.isnan(_depth(frame)).all()) is hidden
        if hidden:
            assert frame.bgr.mean() == pytest.approx(50, abs=1)
            assert 0.5 < frame.bgr.std() < 4
            assert not frame.labels.labels.any()  # type: ignore[union-attr]
        else:
            assert frame.bgr.std() > 10
    assert all((a.bgr != b.bgr).any() for a, b in pairwise(frames[3:6]))


def test_a_stalled_camera_gives_nothing_and_time_goes_on() -> None:
    source = _source(events=[{"type": "stall", "from_s": 0.3, "until_s": 0.6}])
    frames = list(source.frames())
    assert source.length == len(frames) == 7
    assert [f.stamp_ns // 100_000_000 for f in frames] == [0, 1, 2, 6, 7, 8, 9]
    assert _identical([frames[3]], [_frames()[6]])
    assert source.frame_at(0.4) is None


def test_a_camera_that_repeats_gives_the_same_bits_while_truth_goes_on() -> None:
    frames = _frames(events=[{"type": "repeat", "from_s": 0.3, "until_s": 0.6}])
    for frame in frames[3:6]:
        assert np.array_equal(frame.bgr, frames[2].bgr)
        assert np.array_equal(_depth(frame), _depth(frames[2]), equal_nan=True)
        assert frame.labels is not None
        assert frame.labels.stamp_ns == frame.stamp_ns
    aheads = [f.truth[0].nearest_m[0] for f in frames]  # type: ignore[index]
    assert all(a > b for a, b in pairwise(aheads))
    assert (frames[6].bgr != frames[5].bgr).any()


def test_depth_of_a_wrong_scale_is_all_wrong_by_one_factor() -> None:
    usual = _frames()
    wrong = _frames(events=[{"type": "scale", "from_s": 0.5, "factor": 1.6}])
    assert _identical(usual[:5], wrong[:5])
    for a, b in zip(usual[5:], wrong[5:], strict=True):
        assert np.array_equal(a.bgr, b.bgr)
        assert np.allclose(_depth(b), 1.6 * _depth(a), rtol=1e-5, equal_nan=True)
        assert a.truth == b.truth


def test_a_depth_sensor_may_fail_alone() -> None:
    frames = _frames(events=[{"type": "no_depth", "from_s": 0.5}])
    assert np.isfinite(_depth(frames[4])).any()
    assert np.isnan(_depth(frames[5])).all()
    assert frames[5].bgr.std() > 10


def test_turning_blurs_more_than_walking() -> None:
    def sharpness(exposure_s: float) -> float:
        source = _source(
            walker={"path": [{"turn_deg": 90}]}, sensor={"exposure_s": exposure_s}, seconds=2
        )
        frame = source.frame_at(0.8)
        assert frame is not None
        return float(np.abs(np.diff(frame.bgr.astype(float), axis=1)).mean())

    assert sharpness(0.05) < 0.8 * sharpness(0.0)


# --- sway


def test_the_camera_sways_and_the_body_keeps_its_way() -> None:
    still, swaying = (_source(camera={"sway": s}, seconds=3) for s in ("none", "full"))
    yaws = [swaying.sight_pose_at(t).yaw_rad for t in swaying.times_s]
    assert math.radians(2.5) < max(yaws) < math.radians(6.1)
    assert all(pose.yaw_rad == 0.0 for pose in swaying.poses)
    for a, b in zip(still.frames(), swaying.frames(), strict=True):
        assert a.truth == b.truth
        assert (a.bgr != b.bgr).any()


def test_the_motion_of_a_swaying_camera_is_what_a_gyroscope_would_tell() -> None:
    source = _source(camera={"sway": {"yaw_deg": 5, "rate_hz": 1.5}}, rate_hz=60, seconds=2)
    frames = list(source.frames())
    yaws = np.array([source.sight_pose_at(t).yaw_rad for t in source.times_s])
    rates = np.array([f.motion.yaw_rate_radps for f in frames])  # type: ignore[union-attr]
    assert np.abs(np.gradient(yaws, 1 / 60)[1:-1] - rates[1:-1]).max() < 0.06
    for frame, yaw in zip(frames, yaws, strict=True):
        assert frame.motion is not None
        assert frame.motion.speed_mps == pytest.approx(1.0)
        assert math.atan2(frame.motion.left_mps, frame.motion.forward_mps) == pytest.approx(-yaw)


# --- what waits for the walker


def _waiting(**when: float) -> WalkSource:
    chair = {
        "type": "chair",
        "at_m": [4.0, 0.8],
        "moves": {"way_m": [[4.0, 0.0]], "speed_mps": 1.0},
        "when": when,
    }
    return _source(things=[chair], seconds=4)


@pytest.mark.parametrize(
    ("when", "began_s"),
    [({"time_s": 1.5}, 1.5), ({"walker_at_x_m": 2.0}, 2.0), ({"walker_within_m": 2.0}, 1.9)],
)
def test_a_thing_begins_when_it_shall(when: dict[str, float], began_s: float) -> None:
    lefts = [f.truth[0].nearest_m[1] for f in _waiting(**when).frames()]  # type: ignore[index]
    moved = [n for n, left in enumerate(lefts) if left < lefts[0] - 1e-6]
    assert moved[0] * 0.1 == pytest.approx(began_s + 0.1, abs=0.051)


def test_a_steered_walker_sets_it_going_where_they_come() -> None:
    source = _waiting(walker_at_x_m=2.0)
    for n in range(10):
        source.frame_at(0.1 * n, FloorPose(0.0, 0.0))
    assert source.truth_at(1.0, FloorPose(1.9, 0.0))[0].nearest_m[1] > 0.5
    assert source.truth_at(1.1, FloorPose(2.1, 0.0))[0].nearest_m[1] > 0.5
    assert source.truth_at(1.9, FloorPose(1.0, 0.0))[0].nearest_m[1] < 0.1
    (outline, *_) = [o for o in source.outlines_at(1.9, FloorPose(1.0, 0.0)) if o.id == 1]
    assert outline.corners_m[:, 0].min() > 2.5


def test_who_goes_back_in_time_begins_anew_from_there() -> None:
    source = _waiting(walker_at_x_m=2.0)
    first = list(source.frames())
    assert source.frame_at(0.5) is not None
    assert _identical(first, list(source.frames()))
    again = [source.frame_at(t) for t in source.times_s]
    assert _identical(first, [frame for frame in again if frame is not None])


# --- a walker who steers


def test_a_walker_on_the_script_sees_the_script() -> None:
    source = _source(seconds=2)
    scripted = list(source.frames())
    steered = [
        source.frame_at(t, pose) for t, pose in zip(source.times_s, source.poses, strict=True)
    ]
    for a, b in zip(scripted, steered, strict=True):
        assert b is not None
        assert np.array_equal(a.bgr, b.bgr)
        assert a.truth == b.truth
        assert a.motion is not None
        assert b.motion is not None
        assert b.motion.forward_mps == pytest.approx(a.motion.forward_mps)


def test_a_steered_walker_moves_as_their_poses_say() -> None:
    source = _source()
    source.frame_at(0.0, FloorPose(0.0, 0.0))
    frame = source.frame_at(0.1, FloorPose(0.0, 0.05, 0.02))
    assert frame is not None
    assert frame.motion is not None
    assert frame.motion.left_mps == pytest.approx(0.5)
    assert frame.motion.yaw_rate_radps == pytest.approx(0.2)
    assert frame.motion.forward_mps == pytest.approx(0.0)
    assert frame.truth is not None
    assert frame.truth[0].nearest_m[1] < 0.4


def test_a_steered_walker_who_looks_left_has_the_thing_on_the_right() -> None:
    source = _source()
    frame = source.frame_at(0.0, FloorPose(0.0, 0.0, 0.3))
    assert frame is not None
    assert frame.truth is not None
    assert frame.truth[0].nearest_m[1] < 0.0
    assert source.seen is not None
    boxes = boxes_of(source.seen, source.walk.scene.things, 0)
    assert boxes.name == ("box",)
    assert boxes.xyxy[0, 0] > 32


# --- boxes


def test_a_box_encloses_all_that_is_seen_of_a_thing_and_no_more() -> None:
    source = _source(things=[_BOX, {"type": "pillar", "at_m": [5.0, -0.7]}])
    source.frame_at(0.0)
    assert source.seen is not None
    boxes = boxes_of(source.seen, source.walk.scene.things, 5, fewest_px=5)
    assert boxes.stamp_ns == 5
    assert boxes.size_wh == (64, 48)
    assert boxes.name == ("box", "pillar")
    for id, (left, top, right, bottom) in enumerate(boxes.xyxy.astype(int).tolist(), start=1):
        mine = source.seen.ids == id
        assert mine[top:bottom, left:right].sum() == mine.sum()
        assert mine[top].any() and mine[bottom - 1].any()
        assert mine[:, left].any() and mine[:, right - 1].any()


def test_what_is_hardly_seen_has_no_box() -> None:
    source = _source(things=[_BOX])
    source.frame_at(0.0)
    assert source.seen is not None
    assert len(boxes_of(source.seen, source.walk.scene.things, 0, fewest_px=10**6)) == 0


# --- the walks that come with FollowMe


@pytest.mark.parametrize("path", walk_paths(), ids=lambda path: path.stem)
def test_every_walk_renders_from_end_to_end_the_same_twice(path: Any) -> None:
    walk = load_walk(path).varied(sway=True, seed=2)
    source = WalkSource(walk, 32, 24)
    times = [t for t in source.times_s if round(t * 15) % 15 == 0]
    one, two = ([source.frame_at(t) for t in times] for _ in range(2))
    assert _identical([f for f in one if f], [f for f in two if f])
    wanted = {thing.id for thing in walk.scene.things} - {9}  # a chair that somebody sits on
    seen = {o.id for f in one if f for o in f.truth or ()}
    assert wanted <= seen
