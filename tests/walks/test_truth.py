"""The synthetic walk knows what really stands there: fusion is held against it.

The measures are functions, so that each can be seen to fail when left and right or near and far
are swapped in the code under test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from followme.settings import DepthEstimatorSettings, ObstacleFusionSettings
from followme.sources.corridor_walk import a_corridor
from followme.sources.synthetic import SyntheticSource
from followme.sources.things import a_box
from followme.stages.depth import DepthStage
from followme.stages.obstacles import ObstacleStage
from followme.values.depth_map import DepthMap
from followme.values.frame import Frame
from followme.values.obstacle import Obstacle
from followme.values.truth import TruthObject

# As far as a walker must be warned, and where the camera's field holds a thing whole.
_NEAR_M, _FAR_M = 1.2, 4.0
_MATCH_M = 0.6


@dataclass(frozen=True)
class Pair:
    """A real thing and what fusion made of it; None where it was missed."""

    truth: TruthObject
    found: Obstacle | None

    @property
    def real_m(self) -> float:
        return math.hypot(*self.truth.nearest_m[:2])

    @property
    def real_bearing_rad(self) -> float:
        return math.atan2(self.truth.nearest_m[1], self.truth.nearest_m[0])


@pytest.fixture(scope="module")
def walk() -> list[Frame]:
    """Walk past boxes that stand left and right in turn, each reaching into the way."""
    boxes = [
        a_box(i + 1, (3.0 + 2.2 * i, side * 0.30), (0.36, 0.36, 0.9))
        for i, side in enumerate((1, -1, 1, -1))
    ]
    source = SyntheticSource(320, 240, 10.0, seed=1, scene=a_corridor(boxes))
    return list(source.frames())


def pairs(frames: list[Frame]) -> list[Pair]:
    """Run depth and fusion over a walk and pair each real thing ahead with the nearest found."""
    depth_stage = DepthStage(DepthEstimatorSettings())
    obstacle_stage = ObstacleStage(ObstacleFusionSettings())
    found: list[Pair] = []
    for i, frame in enumerate(frames):
        if frame.motion is not None:
            obstacle_stage.moved(frame.motion)
        depth = depth_stage.estimate(frame)
        assert isinstance(depth, DepthMap)
        seen = obstacle_stage.see(depth, frame.stamp_ns).obstacles
        if i >= 3:  # a track needs its first frames
            found += [Pair(t, _nearest(t, seen)) for t in _ahead(frame)]
    return found


def _ahead(frame: Frame) -> Iterator[TruthObject]:
    for thing in frame.truth or ():
        if _NEAR_M < thing.nearest_m[0] < _FAR_M:
            yield thing


def _nearest(truth: TruthObject, seen: tuple[Obstacle, ...]) -> Obstacle | None:
    def gap_m(o: Obstacle) -> float:
        return math.dist(o.nearest_m[:2], truth.nearest_m[:2])

    near = min(seen, key=gap_m, default=None)
    return near if near is not None and gap_m(near) < _MATCH_M else None


def recall(found: list[Pair]) -> float:
    return float(np.mean([p.found is not None for p in found]))


def distance_errors_m(found: list[Pair]) -> list[float]:
    return [p.found.distance_m - p.real_m for p in found if p.found is not None]


def bearing_errors_rad(found: list[Pair]) -> list[float]:
    return [p.found.bearing_rad - p.real_bearing_rad for p in found if p.found is not None]


def sides_right(found: list[Pair]) -> float:
    return float(
        np.mean(
            [
                np.sign(p.found.bearing_rad) == np.sign(p.truth.nearest_m[1])
                for p in found
                if p.found is not None
            ]
        )
    )


def mirrored(frames: list[Frame]) -> list[Frame]:
    """Mirror images but not the truth: as if left and right were swapped in the code."""
    return [
        replace(f, bgr=f.bgr[:, ::-1].copy(), depth_m=f.depth_m[:, ::-1].copy())
        for f in frames
        if f.depth_m is not None
    ]


def near_for_far(frames: list[Frame]) -> list[Frame]:
    """Swap near and far: what was at 1 m seems to be at 5 m."""
    return [
        replace(f, depth_m=(np.float32(6.0) - f.depth_m).astype(np.float32))
        for f in frames
        if f.depth_m is not None
    ]


def test_what_really_stands_ahead_is_found(walk: list[Frame]) -> None:
    found = pairs(walk)
    assert len(found) > 90, "the walk meets enough to measure"
    assert recall(found) >= 0.95


def test_distances_are_true(walk: list[Frame]) -> None:
    errors = np.abs(distance_errors_m(pairs(walk)))
    assert np.mean(errors) <= 0.12
    assert np.percentile(errors, 95) <= 0.30


def test_bearings_are_true(walk: list[Frame]) -> None:
    errors = np.abs(np.degrees(bearing_errors_rad(pairs(walk))))
    assert np.mean(errors) <= 3.0


def test_left_is_left(walk: list[Frame]) -> None:
    assert sides_right(pairs(walk)) >= 0.97


def test_the_measures_see_left_and_right_swapped(walk: list[Frame]) -> None:
    swapped = pairs(mirrored(walk))
    assert sides_right(swapped) < 0.1


def test_the_measures_see_near_and_far_swapped(walk: list[Frame]) -> None:
    assert recall(pairs(near_for_far(walk))) < 0.5
