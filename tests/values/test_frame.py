from __future__ import annotations

import numpy as np
import pytest

from followme.values.camera import Camera
from followme.values.frame import ColourImage, DepthImage, Frame, GreyImage

BGR = np.zeros((6, 8, 3), np.uint8)
DEPTH_M = np.ones((6, 8), np.float32)


@pytest.mark.parametrize(
    "bgr",
    [
        None,
        np.zeros((0, 8, 3), np.uint8),
        np.zeros((6, 0, 3), np.uint8),
        np.zeros((6, 8), np.uint8),
        np.zeros((6, 8, 4), np.uint8),
        np.zeros((6, 8, 3), np.float32),
    ],
)
def test_what_is_no_colour_image_is_refused(bgr):
    for make in (ColourImage, Frame):
        with pytest.raises(ValueError, match=r"^colour image: "):
            make(0, bgr)


@pytest.mark.parametrize(
    "depth_m",
    [
        np.zeros((0, 8), np.float32),
        np.zeros((6, 8), np.float64),
        np.zeros((6, 8), np.uint16),
        np.zeros((6, 8, 1), np.float32),
        [[1.0]],
    ],
)
def test_what_is_no_depth_image_is_refused(depth_m):
    with pytest.raises(ValueError, match=r"^depth image: "):
        DepthImage(0, depth_m)
    with pytest.raises(ValueError, match=r"^depth image: "):
        Frame(0, BGR, depth_m=depth_m)


def test_a_frame_refuses_the_calibration_of_another_size_and_names_both():
    turned = Camera(6, 8, 7.0, 7.0, 2.5, 3.5)
    with pytest.raises(ValueError, match="calibrated for 6x8, the image is 8x6"):
        Frame(0, BGR, turned)


def test_a_frame_takes_what_its_source_knows():
    frame = Frame(5, BGR, Camera(8, 6, 7.0, 7.0, 3.5, 2.5), DEPTH_M)
    assert frame.stamp_ns == 5
    assert frame.motion is None and frame.truth is None


def test_depth_may_have_another_size_than_colour():
    assert Frame(0, BGR, depth_m=np.ones((3, 4), np.float32)).depth_m.shape == (3, 4)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (ColourImage(0, BGR), "bgr"),
        (DepthImage(0, DEPTH_M), "depth_m"),
        (Frame(0, BGR, depth_m=DEPTH_M), "bgr"),
        (Frame(0, BGR, depth_m=DEPTH_M), "depth_m"),
    ],
)
def test_nobody_can_write_into_a_frame(value, name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(value, name)[:] = 0
    assert np.shares_memory(getattr(value, name), BGR if name == "bgr" else DEPTH_M)
    assert BGR.flags.writeable


def test_a_frame_is_equal_to_itself_only_and_may_be_a_key():
    one, other = Frame(0, BGR), Frame(0, BGR.copy())
    assert one == one
    assert one != other
    assert len({one, other}) == 2


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((0, 4), np.uint8),
        np.zeros((2, 2, 1), np.uint8),
        np.zeros((2, 2), np.float32),
        [[1]],
    ],
)
def test_what_is_no_grey_image_is_refused(pixels):
    with pytest.raises(ValueError, match="grey image"):
        GreyImage(0, pixels)


def test_a_grey_image_is_read_only():
    assert not GreyImage(0, np.zeros((2, 2), np.uint8)).pixels.flags.writeable
