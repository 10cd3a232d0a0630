"""A network alone: laid over the floor where edges tell which way is up, and near things added."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.levelling import Level
from followme.geometry.metric_depth import MetricDepth
from followme.settings import DepthSettings, FloorSettings, WalkerSettings
from followme.values.depth_map import DepthMap, ImageHealth, MonocularDepth, Provenance
from followme.values.frame import Frame
from tests.geometry.painted_room import HUNG, WORN, bgr, painted, seen
from tests.geometry.scene import CAMERA
from tests.geometry.test_levelling import guess

S = 1_000_000_000
#: A hallway that a network takes for a small room.
SMALL_ROOM = Level(-0.15, 1.2)


def metric(height_m: float = WORN.height_m) -> MetricDepth:
    walker = WalkerSettings(camera_height_m=height_m)
    return MetricDepth(DepthSettings(), FloorSettings(), walker)


def answer(
    depth: MetricDepth,
    n: int = 0,
    things=(),
    *,
    known=(),
    level: Level = SMALL_ROOM,
    ahead_m: float = 0.0,
    image: np.ndarray | None = None,
    log_std: float = 0.15,
    focal_known: bool = True,
) -> DepthMap:
    """Depth of one image; the network knows but a part of what is there."""
    stamp_ns = n * S // 10
    grey = painted(things, ahead_m) if image is None else image
    said_m = guess(seen(known, ahead_m), level)
    said = MonocularDepth(stamp_ns, said_m, np.full_like(said_m, log_std), focal_known)
    camera = CAMERA if focal_known else replace(CAMERA, nominal=True)
    result = depth.estimate(Frame(stamp_ns, bgr(grey), camera), said, ImageHealth())
    assert isinstance(result, DepthMap)
    return result


def test_a_room_that_is_taken_for_a_small_one_gets_its_size_back():
    found = answer(metric())
    true_m = seen()
    near = true_m < 4.5
    assert float(np.abs(found.depth_m / true_m - 1.0)[near].max()) < 0.06
    assert found.status.provenance is Provenance.MONOCULAR
    assert found.status.scale_known
    assert found.status.height_known
    assert found.status.attitude.pitch_rad == pytest.approx(WORN.pitch_rad, abs=math.radians(1.0))
    assert found.status.floor is not None


def test_far_pixels_are_less_sure_than_the_network_has_them():
    found = answer(metric())
    share = found.sigma_m / found.depth_m
    true_m = seen()
    far, near = share[(true_m > 4.0) & np.isfinite(share)], share[true_m < 2.5]
    assert float(np.median(far)) > 1.3 * float(np.median(near))


def test_a_blank_image_leaves_what_the_floor_of_the_network_says():
    blank = np.full((240, 320), 90, np.uint8)
    found = answer(metric(), image=blank)
    assert found.status.attitude.pitch_rad > WORN.pitch_rad + math.radians(5.0)


def test_without_the_height_of_the_camera_nothing_is_laid_over_the_floor():
    found = answer(metric(0.0))
    assert not found.status.scale_known
    assert found.status.scale == 1.0
    uncalibrated = answer(metric(), focal_known=False)
    assert not uncalibrated.status.scale_known


def test_the_level_lasts_a_moment_without_floor_and_no_longer():
    depth = metric()
    answer(depth)
    hidden = np.full((240, 320), 1.2, np.float32)

    def later(n: int) -> DepthMap:
        said = MonocularDepth(n * S // 10, hidden, np.full_like(hidden, 0.15), True)
        frame = Frame(n * S // 10, bgr(painted()), CAMERA)
        found = depth.estimate(frame, said, ImageHealth())
        assert isinstance(found, DepthMap)
        return found

    levelled_m = float(SMALL_ROOM.depth_m(hidden)[0, 0])
    soon = later(5)
    assert float(np.median(soon.depth_m)) == pytest.approx(levelled_m, rel=0.05)
    assert soon.status.scale_known
    assert soon.status.floor is None
    assert not later(15).status.scale_known
    assert float(np.median(later(40).depth_m)) == pytest.approx(1.2, rel=0.01)


def test_metres_that_nobody_believes_are_not_laid_over_anything():
    """Twice as long as they are: a worktop, or another camera than was told (B12)."""
    found = answer(metric(), level=Level(-0.05, 0.45))
    assert not found.status.scale_known


def test_a_hung_cupboard_that_the_network_looks_through_is_found_while_one_walks():
    depth = metric()
    for n in range(6):
        found = answer(depth, n, (HUNG,), ahead_m=0.11 * n)
    true_m, looked_m = seen((HUNG,), 0.55), seen((), 0.55)
    there = true_m < looked_m - 0.5
    shows = there & (found.depth_m < looked_m - 0.5)
    assert np.count_nonzero(shows) > 300
    assert float(np.median(np.abs(found.depth_m / true_m - 1.0)[shows])) < 0.15


def test_what_may_be_any_distance_is_unknown():
    found = answer(metric(), log_std=1.2)
    assert not np.isfinite(found.depth_m).any()
    assert found.status.valid_fraction == 0.0


def test_time_that_jumps_forgets_the_level():
    depth = metric()
    answer(depth, 10)
    blank = np.full((240, 320), 90, np.uint8)
    assert answer(depth, 5, image=blank).status.attitude.pitch_rad > WORN.pitch_rad + 0.08
