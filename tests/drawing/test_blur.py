from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.drawing.blur import PATCHES, blur_faces
from followme.values.detections import Detections

NOISE = np.random.default_rng(3).integers(0, 256, (120, 160, 3), dtype=np.uint8)


def faces(*boxes, size_wh=(160, 120)):
    n = len(boxes)
    xyxy = np.array(boxes, np.float32).reshape(n, 4)
    return Detections(0, size_wh, xyxy, np.ones(n, np.float32), ("face",) * n)


def test_no_face_changes_nothing_and_still_gives_a_copy():
    out = blur_faces(NOISE, faces())
    assert np.array_equal(out, NOISE)
    assert not np.shares_memory(out, NOISE)


def test_the_box_and_a_margin_are_blurred_and_the_rest_is_not():
    out = blur_faces(NOISE, faces((60, 40, 100, 90)))
    changed = (out != NOISE).any(axis=-1)
    assert changed[40:90, 60:100].mean() > 0.98
    rows, columns = np.nonzero(changed)
    # the margin: at least a quarter of the box on each side, not half of the picture
    assert columns.min() < 50 and columns.max() > 110
    assert rows.min() < 28 and rows.max() > 102
    assert not changed[:, :40].any()
    assert not changed[:, 120:].any()


@pytest.mark.parametrize("side", [12, 40, 110])
def test_no_more_than_a_few_patches_are_left_of_a_face(side):
    checks = np.kron(np.indices((60, 80)).sum(axis=0) % 2, np.ones((2, 2)))  # 2 px squares
    bgr = np.repeat((checks * 255).astype(np.uint8)[..., None], 3, axis=-1)
    part = blur_faces(bgr, faces((20, 5, 20 + side, 5 + side)))[8 : 2 + side, 23 : 17 + side]
    assert part.std() < 0.2 * bgr.std()


def test_two_pictures_with_equal_patch_averages_become_the_same():
    rng = np.random.default_rng(1)
    box = (0, 0, 160, 120)
    calm = np.full((120, 160, 3), 128, np.uint8)
    lively = calm + rng.choice([-100, 100], (60, 160, 1)).repeat(2, axis=0).astype(np.int16)
    lively[1::2] = 256 - lively[1::2]
    blurred = blur_faces(np.clip(lively, 0, 255).astype(np.uint8), faces(box))
    assert np.abs(blurred.astype(int) - blur_faces(calm, faces(box))).max() <= 12


def test_boxes_of_another_image_size_are_scaled():
    full = blur_faces(NOISE, faces((60, 40, 100, 90)))
    half = blur_faces(NOISE, faces((30, 20, 50, 45), size_wh=(80, 60)))
    assert np.array_equal(full, half)


def test_an_inverted_box_blurs_the_same_place():
    assert np.array_equal(
        blur_faces(NOISE, faces((100, 90, 60, 40))), blur_faces(NOISE, faces((60, 40, 100, 90)))
    )


def test_an_unknown_side_reaches_to_the_edge_rather_than_leaving_the_face():
    out = blur_faces(NOISE, faces((60, 40, math.nan, 90)))
    assert (out != NOISE).any(axis=-1)[50:80, 62:].mean() > 0.98


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.floats(width=32)] * 4), max_size=4))
def test_no_box_stops_it(boxes):
    assert blur_faces(NOISE, faces(*boxes)).shape == NOISE.shape


def test_patches_are_too_few_to_recognise_anybody():
    assert PATCHES < 8


def test_a_real_picture_loses_its_detail(data_dir):
    bgr = cv2.imread(str(data_dir / "kitchen_rgbd" / "frame-000000.color.jpg"))
    out = blur_faces(bgr, faces((300, 150, 400, 250), size_wh=(640, 480)))
    sharp = cv2.Laplacian(bgr[150:250, 300:400], cv2.CV_64F).var()
    assert cv2.Laplacian(out[150:250, 300:400], cv2.CV_64F).var() < 0.02 * sharp
