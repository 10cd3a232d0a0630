from __future__ import annotations

import math

import numpy as np
import pytest

from followme.geometry.floor_view import LANES, FloorView, Spot
from followme.geometry.unclear import WayWatch, unknown_share
from followme.settings import GroundSettings
from followme.values.obstacle import Kind, Zone
from tests.geometry.pit import floor_hits, without_depth
from tests.geometry.scene import ATTITUDE, CAMERA, S, box_at, render
from tests.geometry.test_drops import walk

POSTS = (
    box_at(3.0, 0.6, width=0.08, deep=0.08, z=(0.0, 2.1)),
    box_at(3.0, -0.6, width=0.08, deep=0.08, z=(0.0, 2.1)),
)


def sorts(depth_m):
    return {o.label for o in standing(depth_m)}


def standing(depth_m):
    return [o for o in walk(lambda _: depth_m, speed_mps=0.0)[-1] if o.kind is Kind.UNKNOWN]


def behind_a_pane(depth_m, ahead_m=3.0, half_m=0.55, top_m=2.0):
    """The same depth without any where rays pass through an upright pane."""
    ray = CAMERA.rays().astype(np.float64) @ ATTITUDE.rotation().T
    t = ahead_m / ray[..., 0]
    y, z = t * ray[..., 1], ATTITUDE.height_m + t * ray[..., 2]
    through = (abs(y) < half_m) & (z > 0.05) & (z < top_m) & ~(depth_m < t)
    return np.where(through, np.nan, depth_m).astype(np.float32)


def test_plain_floor_is_clear():
    assert sorts(render((box_at(4.0),))) == set()


@pytest.mark.parametrize(("length_m", "unclear"), [(0.2, False), (0.9, True)])
def test_floor_without_depth_is_unclear_if_it_is_long_enough(length_m, unclear):
    found = standing(without_depth(render(), 2.5, 2.5 + length_m))
    assert bool(found) is unclear
    if unclear:
        assert found[0].label == "floor" and found[0].in_corridor
        assert found[0].distance_m == pytest.approx(2.5, abs=0.2)


def test_unclear_floor_warns_and_stops_nobody():
    _, x, _, _ = floor_hits()

    def seen(way_m):
        patch = (x > 3.0 - way_m) & (x < 5.0 - way_m)
        return np.where(patch, np.nan, render()).astype(np.float32)

    believed = walk(seen, seconds=2.8)
    zones = [o.zone for obstacles in believed for o in obstacles if o.label == "floor"]
    assert max(zones) is Zone.WARN
    ids = {o.track_id for obstacles in believed for o in obstacles if o.label == "floor"}
    assert len(ids) == 1


@pytest.mark.parametrize("half_m", [0.1, 5.0])
def test_it_must_be_wide(half_m):
    assert bool(standing(without_depth(render(), 2.5, 3.6, half_m))) is (half_m > 1.0)


def test_what_lies_below_the_image_is_not_unclear():
    assert sorts(without_depth(render(), 0.0, 1.9)) == set()


def test_the_shadow_of_a_box_is_not_unclear():
    depth_m = without_depth(render((box_at(2.4, width=1.0, z=(0.0, 0.6)),)), 2.8, 5.0)
    assert "floor" not in sorts(depth_m)


def test_single_missing_pixels_are_not_unclear():
    depth_m = render()
    depth_m[np.random.default_rng(0).random(depth_m.shape) < 0.3] = np.nan
    assert sorts(depth_m) == set()


def test_floor_that_ends_at_a_frame_with_nothing_in_it_is_possible_glass():
    found = standing(behind_a_pane(render(POSTS)))
    assert [o.label for o in found] == ["glass"]
    assert found[0].distance_m == pytest.approx(3.0, abs=0.2) and found[0].in_corridor


def test_without_a_frame_it_is_no_glass():
    assert sorts(behind_a_pane(render())) == {"floor"}


def test_a_frame_that_one_looks_through_is_a_doorway():
    wall = box_at(6.0, width=8.0, z=(0.0, 3.0))
    assert sorts(render((*POSTS, wall))) == set()


def view_of(spots):
    rows = len(spots)
    ahead_m = np.linspace(0.8, 3.9, rows)
    flat = np.zeros((rows, LANES), np.float32)
    return FloorView(np.asarray(spots, np.uint8), ahead_m, flat, flat, flat, flat.astype(int))


def rows(**counts):
    return [[Spot[name]] * LANES for name, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("spots", "share"),
    [
        (rows(FREE=10, UNKNOWN=30), 0.75),
        (rows(UNSEEN=20, FREE=10, UNKNOWN=10), 0.5),
        (rows(OCCUPIED=20, FREE=20), 0.0),
        (rows(UNSEEN=36, UNKNOWN=4), math.nan),
        (rows(UNSEEN=40), math.nan),
    ],
)
def test_only_what_could_be_seen_counts_as_unknown(spots, share):
    assert unknown_share(view_of(spots)) == pytest.approx(share, nan_ok=True)


def test_the_way_is_unknown_only_after_a_second():
    watch = WayWatch(GroundSettings())
    bad, good = view_of(rows(FREE=10, UNKNOWN=30)), view_of(rows(FREE=30, UNKNOWN=10))
    said = [watch.unknown(i * S // 10, bad) for i in range(11)]
    assert said == [False] * 10 + [True]
    assert not watch.unknown(2 * S, good) and not watch.unknown(3 * S, bad)
    assert not watch.unknown(5 * S, None)


def test_floor_hits_are_where_the_floor_is_rendered():
    t, x, _, _ = floor_hits()
    seen = render()
    known = np.isfinite(seen)
    np.testing.assert_allclose(seen[known], t[known], rtol=1e-3)
    assert np.nanmin(x) > 1.5
