from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from followme.sources.corridor_walk import a_corridor
from followme.sources.parts import CLASS_NAMES
from followme.sources.source import Source, SourceError
from followme.sources.synthetic import SyntheticSource
from followme.sources.things import a_box
from followme.sources.walker_path import walking
from followme.values.frame import Frame


def _frames(**changes: Any) -> list[Frame]:
    facts: dict[str, Any] = {"width": 64, "height": 48, "seconds": 0.5}
    return list(SyntheticSource(**(facts | changes)).frames())


@pytest.mark.parametrize(
    "facts",
    [
        {"width": 15},
        {"width": 4097},
        {"width": 64.5},
        {"width": True},
        {"height": 0},
        {"height": "48"},
        {"rate_hz": 0.0},
        {"rate_hz": 61.0},
        {"rate_hz": math.nan},
        {"rate_hz": "10"},
        {"seconds": 0.0},
        {"seconds": -1.0},
        {"seconds": math.nan},
        {"seconds": math.inf},
        {"seed": -1},
        {"seed": 1.5},
    ],
)
def test_figures_out_of_range_are_refused_by_name(facts: dict[str, Any]) -> None:
    (name,) = facts
    with pytest.raises(SourceError, match=name):
        SyntheticSource(**facts)


def test_frames_that_do_not_fit_into_memory_are_refused() -> None:
    with pytest.raises(SourceError, match="fewer seconds"):
        SyntheticSource(4096, 4096, seconds=60.0)


def test_it_keeps_the_contract_of_a_source() -> None:
    source: Source = SyntheticSource(64, 48, rate_hz=4.0, seconds=1.0)
    assert source.rate_hz == 4.0
    assert source.length == 4
    frames = list(source.frames())
    assert [f.stamp_ns for f in frames] == [0, 250_000_000, 500_000_000, 750_000_000]
    source.close()
    assert [f.stamp_ns for f in source.frames()] == [f.stamp_ns for f in frames]


@pytest.mark.parametrize("size", [(64, 48), (65, 47), (17, 16)])
def test_a_frame_carries_all_that_can_be_known(size: tuple[int, int]) -> None:
    width, height = size
    frame = _frames(width=width, height=height)[-1]
    assert frame.bgr.shape == (height, width, 3)
    assert frame.camera is not None
    assert not frame.camera.nominal
    assert frame.depth_m is not None
    assert frame.depth_m.shape == (height, width)
    assert frame.depth_m.dtype == np.float32
    assert frame.labels is not None
    assert frame.labels.labels.shape == (height, width)
    assert frame.labels.names == CLASS_NAMES
    assert frame.labels.stamp_ns == frame.stamp_ns
    assert frame.motion is not None
    assert frame.motion.stamp_ns == frame.stamp_ns
    assert frame.motion.forward_mps == pytest.approx(1.0)
    assert frame.truth
    assert not frame.bgr.flags.writeable


def test_depth_is_unknown_where_the_sensor_gives_nothing() -> None:
    depth = _frames()[0].depth_m
    assert depth is not None
    assert np.isnan(depth).any()
    known = depth[np.isfinite(depth)]
    assert 0.3 <= known.min() <= known.max() <= 10.0
    assert known.size > 0.8 * depth.size


def test_depth_and_truth_agree() -> None:
    scene = a_corridor([a_box(9, (3.0, 0.0), (0.4, 0.8, 2.0))], walking((0.0, 1.0), (1.0, 1.0)))
    for frame in _frames(scene=scene, seconds=None, rate_hz=4.0):
        assert frame.depth_m is not None
        assert frame.labels is not None
        assert frame.truth is not None
        (box,) = frame.truth
        assert box.nearest_m[0] == pytest.approx(2.8 - frame.stamp_ns * 1e-9, abs=1e-6)
        # pitched down 10 degrees, a level metre ahead at camera height is cos(10) along the axis
        row = round(frame.camera.cy - frame.camera.fy * math.tan(math.radians(10.0)))  # type: ignore[union-attr]
        middle = frame.depth_m[row, 28:36]
        assert np.nanmedian(middle) == pytest.approx(
            box.nearest_m[0] * math.cos(math.radians(10)), abs=0.05
        )


def test_the_same_seed_gives_the_same_frames_and_another_seed_others() -> None:
    one, same, other = _frames(seed=3), _frames(seed=3), _frames(seed=4)
    for a, b, c in zip(one, same, other, strict=True):
        assert (a.bgr == b.bgr).all()
        assert np.array_equal(a.depth_m, b.depth_m, equal_nan=True)  # type: ignore[arg-type]
        assert (a.bgr != c.bgr).any()
        assert a.truth == b.truth == c.truth


def test_a_walker_who_stands_never_sees_the_same_image_twice() -> None:
    scene = a_corridor(path=walking((0.0, 0.0), (1.0, 0.0)))
    frames = _frames(scene=scene, seconds=3.0)
    assert all((a.bgr != b.bgr).any() for a, b in pairwise(frames))


def test_beyond_its_end_the_walk_stands() -> None:
    frames = _frames(scene=a_corridor(path=walking((0.0, 1.0), (0.5, 1.0))), seconds=1.0)
    assert frames[-1].motion is not None
    assert frames[-1].motion.speed_mps == 0.0


def test_progress_counts_every_frame_once() -> None:
    told: list[tuple[int, int]] = []
    SyntheticSource(32, 24, seconds=1.0, progress=lambda n, of: told.append((n, of))).prepare()
    assert told == [(n, 10) for n in range(1, 11)]


def test_an_error_while_preparing_is_not_swallowed() -> None:
    def fail(done: int, of: int) -> None:
        raise RuntimeError("told too much")

    with pytest.raises(RuntimeError, match="told too much"):
        SyntheticSource(32, 24, seconds=1.0, progress=fail).prepare()


def test_memory_stays_small() -> None:
    source = SyntheticSource(320, 240, seconds=1.0)
    source.prepare()
    assert source.size_bytes / source.length < 1.2 * 320 * 240 * 3.6
    source.close()
    assert source.size_bytes == 0
