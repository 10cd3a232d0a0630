from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.perception.fitting import fit, rgb_of

SIDES = st.integers(1, 700)
SIZES = st.tuples(SIDES, SIDES)
RESIZES = st.sampled_from(["plain", "letterbox"])


def test_a_plain_fit_fills_the_input():
    made = fit((480, 640), (192, 320), "plain")
    assert (made.inner_hw, made.top, made.left) == ((192, 320), 0, 0)


@pytest.mark.parametrize(
    ("image", "inner", "top", "left"),
    [
        ((480, 640), (240, 320), 0, 0),
        ((480, 480), (240, 240), 0, 40),
        ((100, 640), (50, 320), 95, 0),
        ((1, 640), (1, 320), 119, 0),
        ((640, 1), (240, 1), 0, 159),
    ],
)
def test_a_letterbox_keeps_the_aspect_and_lies_in_the_middle(image, inner, top, left):
    made = fit(image, (240, 320), "letterbox")
    assert (made.inner_hw, made.top, made.left) == (inner, top, left)


@given(SIZES, SIZES, RESIZES)
def test_the_corners_of_the_image_come_back_to_its_corners(image, size, resize):
    made = fit(image, size, resize)
    height, width = made.inner_hw
    assert made.top >= 0 and made.top + height <= size[0]
    assert made.left >= 0 and made.left + width <= size[1]
    corners = np.array(
        [
            [made.left, made.top],
            [made.left + width, made.top + height],
        ]
    )
    expected = np.array([[-0.5, -0.5], [image[1] - 0.5, image[0] - 0.5]])
    np.testing.assert_allclose(made.to_image(corners), expected, atol=1e-3)


def test_a_box_over_one_pixel_of_the_input_covers_the_four_it_was_made_from():
    """Pixel (3, 7) of 320x240 is made from 6 and 7, 14 and 15 of 640x480: of 5.5 to 7.5, ..."""
    made = fit((480, 640), (240, 320), "plain")
    box = made.to_image(np.array([[3, 7], [4, 8]]))
    assert box.tolist() == [[5.5, 13.5], [7.5, 15.5]]
    bgr = np.zeros((480, 640, 3), np.uint8)
    bgr[14:16, 6:8] = 200
    assert np.argwhere(rgb_of(bgr, made)[..., 0]).tolist() == [[7, 3]]


def test_a_box_in_a_letterbox_covers_what_it_was_made_from():
    """300 rows of 400 lie in 320 of 320: 40 rows of grey above, .8 in scale."""
    made = fit((300, 400), (320, 320), "letterbox")
    box = made.to_image(np.array([[0, 40], [8, 44]]))
    np.testing.assert_allclose(box, [[-0.5, -0.5], [9.5, 4.5]])


@given(SIZES, SIZES, RESIZES, st.floats(0, 1), st.floats(0, 1))
def test_right_of_stays_right_of_and_below_stays_below(image, size, resize, x, y):
    made = fit(image, size, resize)
    x, y = x * size[1], y * size[0]
    moved = made.to_image(np.array([[x, y], [x + 1.0, y], [x, y + 1.0]]))
    assert moved[1, 0] > moved[0, 0] and moved[1, 1] == moved[0, 1]
    assert moved[2, 1] > moved[0, 1] and moved[2, 0] == moved[0, 0]


@given(st.tuples(st.integers(1, 60), st.integers(1, 60)), RESIZES)
def test_the_input_has_the_size_that_was_asked_for(image, resize):
    bgr = np.zeros((*image, 3), np.uint8)
    rgb = rgb_of(bgr, fit(image, (24, 32), resize))
    assert rgb.shape == (24, 32, 3) and rgb.dtype == np.uint8


def test_blue_green_red_becomes_red_green_blue():
    bgr = np.tile(np.array([1, 2, 3], np.uint8), (4, 4, 1))
    assert rgb_of(bgr, fit((4, 4), (4, 4), "plain"))[0, 0].tolist() == [3, 2, 1]


def test_what_a_letterbox_leaves_over_is_grey():
    bgr = np.full((10, 20, 3), 250, np.uint8)
    rgb = rgb_of(bgr, fit((10, 20), (20, 20), "letterbox"))
    assert (rgb[:5] == 114).all() and (rgb[15:] == 114).all() and (rgb[5:15] == 250).all()


def test_the_inner_part_of_a_map_is_that_of_the_image():
    made = fit((10, 20), (20, 20), "letterbox")
    values = np.arange(400, dtype=np.int64).reshape(20, 20).astype(np.uint8)
    assert (made.inner(values) == values[5:15]).all()
