"""Where anchors stand, by hand and for any size of input."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from followme_training.detection.anchors import AnchorError, AnchorGrid, corners, make_anchors


def test_a_small_grid_by_hand() -> None:
    grid = AnchorGrid(sizes_px=((10.0, 20.0), (40.0,)), strides_px=(8, 16))
    anchors = make_anchors(grid, (9, 16))
    expected = [
        # level of stride 8: ceil(9 / 8) = 2 rows, 2 columns, two sizes at each place
        *([4, 4, 10, 10], [4, 4, 20, 20], [12, 4, 10, 10], [12, 4, 20, 20]),
        *([4, 12, 10, 10], [4, 12, 20, 20], [12, 12, 10, 10], [12, 12, 20, 20]),
        # level of stride 16: one row, one column
        [8, 8, 40, 40],
    ]
    assert anchors.tolist() == expected


def test_aspect_is_height_over_width_and_keeps_the_area() -> None:
    grid = AnchorGrid(sizes_px=((10.0, 20.0),), aspects=(1.0, 4.0), strides_px=(8,))
    shapes = make_anchors(grid, (8, 8))[:, 2:]
    assert shapes.tolist() == [[10, 10], [5, 20], [20, 20], [10, 40]]
    assert grid.per_place == (4,)


@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    sizes=st.lists(st.lists(st.floats(2, 300), min_size=1, max_size=3), min_size=3, max_size=3),
)
def test_anchors_are_as_many_as_is_said_and_cover_the_input(height, width, sizes) -> None:
    grid = AnchorGrid(tuple(tuple(level) for level in sizes))
    anchors = make_anchors(grid, (height, width))
    assert anchors.shape == (grid.count((height, width)), 4)
    levels = grid.levels_hw((height, width))
    assert levels == [((height + s - 1) // s, (width + s - 1) // s) for s in (8, 16, 32)]
    # the last place of each level is at most half a stride inside of the border, or beyond it
    first = anchors[: levels[0][0] * levels[0][1] * len(sizes[0])]
    assert first[:, 0].max() >= width - 4
    assert first[:, 1].max() >= height - 4
    assert (anchors[:, :2] > 0).all()


def test_corners_by_hand() -> None:
    assert corners(torch.tensor([[10.0, 20.0, 4.0, 6.0]])).tolist() == [[8, 17, 12, 23]]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sizes_px": ((16.0,), (32.0,))}, "2 levels, strides_px 3"),
        ({"sizes_px": ((16.0,), (), (32.0,))}, "at least one size"),
        ({"sizes_px": ((16.0,), (-1.0,), (32.0,))}, "sizes_px"),
        ({"aspects": ()}, "aspects"),
        ({"aspects": (0.0,)}, "aspects"),
        ({"strides_px": (8, 16, 0)}, "strides_px"),
    ],
)
def test_settings_that_fit_no_network_are_refused(settings, words) -> None:
    with pytest.raises(AnchorError, match=words):
        AnchorGrid(**settings)
