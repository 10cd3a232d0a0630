from __future__ import annotations

import numpy as np

from followme.geometry.looking import pixels_of
from tests.geometry.scene import depth_map


def test_points_in_view_have_the_pixel_that_sees_them_and_others_none():
    depth = depth_map()
    behind, below, ahead = (-2.0, 0.0, 1.0), (0.1, 0.0, 0.0), (4.0, 0.5, 0.0)
    nowhere = (np.nan, 0.0, 0.0)
    index, row, column = pixels_of(depth, np.array([behind, ahead, below, nowhere]))
    assert index.tolist() == [1]
    ray = depth.camera.rays()[row[0], column[0]] * depth.depth_m[row[0], column[0]]
    assert np.allclose(depth.status.attitude.to_walker(ray), ahead, atol=0.1)


def test_left_is_left():
    depth = depth_map()
    _, _, column = pixels_of(depth, np.array([(4.0, 0.5, 0.0), (4.0, -0.5, 0.0)]))
    assert column[0] < depth.camera.width / 2 < column[1]


def test_no_points_are_nowhere():
    index, row, column = pixels_of(depth_map(), np.empty((0, 3)))
    assert index.size == row.size == column.size == 0
