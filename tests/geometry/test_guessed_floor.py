from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.cloud import cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.guessed_floor import without_guessed_floor
from followme.geometry.obstacle_finder import ObstacleFinder
from followme.geometry.visibility import Place, seen_through
from followme.settings import ObstacleFusionSettings
from followme.values.depth_map import DepthMap, ImageHealth, Provenance
from tests.geometry.guesses import ON_THING, THING, WALLS, network, room
from tests.geometry.scene import S, box_at, frame_of, in_the_way, metric_depth, render

#: Floor and lower half of the thing.
HOLE = (slice(110, 240), slice(90, 230))


def fused(true_m: np.ndarray, hole=HOLE, guess_m: np.ndarray | None = None) -> DepthMap:
    sensor_m = true_m.copy()
    sensor_m[hole] = np.nan
    guess = network(true_m if guess_m is None else guess_m, error=0.02)
    depth = metric_depth().estimate(frame_of(sensor_m), guess, ImageHealth())
    assert isinstance(depth, DepthMap) and depth.status.provenance is Provenance.FUSED
    return depth


def test_a_map_of_one_source_comes_back_as_it_is():
    depth = metric_depth().estimate(frame_of(room()), None, ImageHealth())
    assert without_guessed_floor(depth) is depth


def test_floor_that_was_filled_in_is_unknown_and_what_stands_on_it_is_not():
    depth = fused(room())
    seen = without_guessed_floor(depth)
    standing = seen.depth_m[ON_THING][:20]
    assert np.isfinite(depth.depth_m).all()
    assert np.isfinite(standing).mean() > 0.9
    assert np.isnan(seen.depth_m[190:240, 95:118]).mean() > 0.9
    np.testing.assert_array_equal(np.isnan(seen.depth_m), np.isnan(seen.sigma_m))


def test_floor_that_was_measured_stays():
    depth = fused(room())
    outside = np.ones(room().shape, bool)
    outside[HOLE] = False
    seen = without_guessed_floor(depth).depth_m[outside]
    assert np.isfinite(seen).mean() > 0.99


def looks(depth_m: np.ndarray, guess_m: np.ndarray | None, frames: int = 12):
    """What is in the way after a look at the same thing for a while."""
    metric, finder = metric_depth(), ObstacleFinder(ObstacleFusionSettings())
    for i in range(frames):
        guess = None if guess_m is None else network(guess_m, error=0.02, stamp_ns=i * S // 10)
        frame = frame_of(depth_m, i * S // 10)
        found = finder.find(metric.estimate(frame, guess, ImageHealth()), None)
    return found


def test_a_guess_adds_a_thing():
    sensor_m = room().copy()
    sensor_m[HOLE] = np.nan
    sensor_m[:110, 120:200] = np.nan  # nothing of the thing was measured
    assert not [o for o in in_the_way(looks(sensor_m, None)) if o.distance_m < 2.5]
    near = [o for o in in_the_way(looks(sensor_m, room())) if o.distance_m < 2.5]
    assert near and near[0].provenance is Provenance.FUSED
    assert near[0].distance_m == pytest.approx(2.0, abs=2.0 * near[0].distance_std_m)


def test_a_guess_never_makes_floor_free():
    floor_m = render()
    sensor_m = floor_m.copy()
    sensor_m[120:] = np.nan
    alone = looks(sensor_m, None).observed_free
    guess_m = np.where(np.isfinite(floor_m), floor_m, 9.0).astype(np.float32)
    assert looks(floor_m, None).observed_free > alone
    assert looks(sensor_m, guess_m).observed_free <= alone


@pytest.mark.parametrize(("provenance", "through"), [(Provenance.SENSOR, True), (None, False)])
def test_a_guess_never_shows_that_a_thing_is_gone(provenance, through):
    empty = render(WALLS)
    depth = fused(empty, (slice(60, 240), slice(90, 230)))
    if provenance is not None:
        depth = replace(depth, status=replace(depth.status, provenance=provenance))
    s = ObstacleFusionSettings()
    cloud = cloud_of(depth, Corridor(s.corridor, s.walker), s.distance)
    place = Place(THING.x[0], 0.0, 0.5, 0.0, 1.2, 0.08)
    assert seen_through(depth, cloud, place) is through


def test_a_thing_that_vanishes_from_the_sensor_alone_is_kept_as_without_a_network():
    thing = (box_at(2.0, 0.0, 0.5),)
    seen_m = render((*WALLS, *thing))
    empty_m = render(WALLS)
    blind_m = empty_m.copy()
    blind_m[60:240, 90:230] = np.nan
    metric, finder = metric_depth(), ObstacleFinder(ObstacleFusionSettings())
    for i in range(10):
        depth_m = seen_m if i < 5 else blind_m
        guess = network(seen_m if i < 5 else empty_m, error=0.02)
        depth = metric.estimate(frame_of(depth_m, i * S // 10), guess, ImageHealth())
        found = finder.find(depth, None)
    assert any(o.distance_m < 2.5 for o in in_the_way(found))
