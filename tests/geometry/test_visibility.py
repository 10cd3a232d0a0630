from __future__ import annotations

import pytest

from followme.geometry.cloud import cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.visibility import Place, seen_through
from followme.settings import CorridorSettings, DistanceSettings, WalkerSettings
from tests.geometry.scene import Box, box_at, depth_map

CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())
WALL = Box((5.0, 5.1), (-3.0, 3.0), (0.0, 2.5))


@pytest.mark.parametrize(
    ("boxes", "place_m", "gone"),
    [
        ((WALL,), (3.0, 0.0), True),  # the wall shows where the thing was
        ((WALL, box_at(3.0)), (3.0, 0.0), False),  # it is still there
        ((WALL, box_at(2.0, width=1.0, z=(0.0, 1.5))), (3.0, 0.0), False),  # something hides it
        ((WALL,), (0.6, 0.0), False),  # below the image
        ((WALL,), (1.0, 2.0), False),  # beside the image
        ((WALL,), (-0.2, 0.0), False),  # behind the camera
        ((WALL,), (4.9, 0.0), False),  # too near to the wall to tell
        ((), (3.0, 0.0), True),  # the floor shows
    ],
)
def test_only_what_the_camera_looks_through_is_gone(boxes, place_m, gone):
    depth = depth_map(boxes)
    cloud = cloud_of(depth, CORRIDOR, DistanceSettings())
    assert seen_through(depth, cloud, Place(*place_m, 0.4, 0.0, 1.0, 0.1)) is gone
