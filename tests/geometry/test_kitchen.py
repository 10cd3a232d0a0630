"""Real depth of a kitchen, from a camera that was held in the hand (7-Scenes)."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme.geometry.obstacle_finder import ObstacleFinder
from followme.settings import CorridorSettings, DistanceSettings, ObstacleFusionSettings
from followme.values.camera import Camera
from followme.values.depth_map import ImageHealth
from followme.values.frame import Frame
from tests.geometry.scene import S, in_the_way, metric_depth

CAMERA = Camera(640, 480, 585.0, 585.0, 320.0, 240.0)
MIRRORED = Camera(640, 480, 585.0, 585.0, 639.0 - 320.0, 240.0)
COLOUR = np.zeros((480, 640, 3), np.uint8)


@pytest.fixture(scope="module")
def depths_m(data_dir: Path):
    files = sorted((data_dir / "kitchen_rgbd").glob("*.depth.png"))
    if not files:
        pytest.skip(f"real images are absent: {data_dir} holds no kitchen_rgbd")
    depths = []
    for file in files:
        millimetres = cv2.imread(str(file), cv2.IMREAD_UNCHANGED).astype(np.float32)
        millimetres[(millimetres == 0) | (millimetres == 65535)] = np.nan
        depths.append(millimetres / 1000)
    return depths


def look(depth_m, camera=CAMERA):
    depth = metric_depth().estimate(Frame(0, COLOUR, camera, depth_m), None, ImageHealth())
    return depth.status, ObstacleFinder(ObstacleFusionSettings()).find(depth, None)


def brute_force(depth_m, attitude):
    """Distance of the nearest thing in the way, from all pixels, by the words of B1 and B2."""
    c, d = CorridorSettings(), DistanceSettings()
    points = attitude.to_walker(CAMERA.rays() * depth_m[..., None])
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    flat = np.hypot(x, y)
    half = c.half_width_m + c.widening * np.maximum(x - c.straight_m, 0.0)
    stands = (
        (np.abs(y) < half - c.intrusion_m)
        & (x > 0.0)
        & (z > c.foot_low_m)
        & (z < c.head_min_m)
        & (depth_m >= 0.25)
    )
    # pixels are of one thing where they touch in the image and no jump lies between them
    levels = np.digitize(flat, np.arange(0.0, 7.0, 0.05))
    best = math.inf
    _, labels, stats, _ = cv2.connectedComponentsWithStats(stands.astype(np.uint8), connectivity=8)
    for i in range(1, len(stats)):
        of_it = labels == i
        present = np.zeros(142, int)
        np.add.at(present, levels[of_it], 1)
        # split along distance wherever two decimetres are empty
        start = None
        for level in range(141):
            empty = present[level : level + 4].sum() < 4
            if start is None and not empty:
                start = level
            elif start is not None and empty:
                best = min(best, percentile(flat, of_it & (levels >= start) & (levels <= level), d))
                start = None
    return best


def percentile(flat, chosen, d):
    values = flat[chosen]
    # four pixels of the sensor make one of the work size
    if values.size < 4 * d.min_pixels:
        return math.inf
    front = values[values <= np.sort(values)[4 * d.min_pixels - 1] + d.front_m]
    return float(np.percentile(front, d.percentile))


def test_the_nearest_distance_agrees_with_brute_force_over_all_pixels(depths_m):
    errors = []
    for depth_m in depths_m:
        status, found = look(depth_m)
        truth = brute_force(depth_m, status.attitude)
        ours = min((o.distance_m for o in in_the_way(found)), default=math.inf)
        errors.append(0.0 if ours == truth else abs(ours - truth))
    assert np.mean(np.array(errors) <= 0.15) >= 0.95, np.round(errors, 2)


def test_mirrored_images_have_mirrored_bearings(depths_m):
    for depth_m in depths_m[::4]:
        _, found = look(depth_m)
        _, mirror = look(np.ascontiguousarray(depth_m[:, ::-1]), MIRRORED)
        ours, theirs = in_the_way(found), in_the_way(mirror)
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert math.degrees(a.bearing_rad + b.bearing_rad) == pytest.approx(0.0, abs=2.0)
            assert a.distance_m == pytest.approx(b.distance_m, abs=0.03)


def test_unmirrored_bearings_would_be_noticed(depths_m):
    sides = [o.bearing_rad for depth_m in depths_m[::4] for o in in_the_way(look(depth_m)[1])]
    assert max(abs(math.degrees(b)) for b in sides) > 10.0


def test_the_floor_is_found_where_it_fills_a_tenth_of_the_image_and_stands_still(depths_m):
    heights = []
    for depth_m in depths_m[:24]:
        status, _ = look(depth_m)
        assert status.floor is not None and status.residual_m < 0.01
        heights.append(status.attitude.height_m)
    # the camera rises by a quarter metre over these frames, never by jumps
    assert np.abs(np.diff(heights)).max() < 0.06
    assert min(heights) > 1.2 and max(heights) < 1.6


def test_where_the_table_hides_the_floor_it_is_not_taken_for_it(depths_m):
    for depth_m in depths_m[-15:]:
        status, _ = look(depth_m)
        assert status.floor is None or status.attitude.height_m > 1.0
        assert "assumed" in status.note or status.floor is not None


def test_the_table_and_the_cupboards_behind_it_keep_their_numbers(depths_m):
    metric, finder = metric_depth(), ObstacleFinder(ObstacleFusionSettings())
    ids = []
    for i, depth_m in enumerate(depths_m[:6]):  # the camera stands still here
        depth = metric.estimate(Frame(i * S // 5, COLOUR, CAMERA, depth_m), None, ImageHealth())
        ids.append({o.track_id for o in in_the_way(finder.find(depth, None))})
    assert len(set.intersection(*ids)) >= 2
    assert len(set.union(*ids)) <= 6
