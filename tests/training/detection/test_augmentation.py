"""Boxes and landmarks stay where their things are: drawn, changed, and found again in pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme_training.detection.augmentation import (
    Augmentation,
    augmented,
    kept,
    mirrored,
    pasted,
    viewed,
)
from followme_training.detection.sample import Boxes, BoxSample

PLAIN = Augmentation(
    brightness=0, contrast=0, saturation=0, gamma=1, tint=0, grey=0, blur=0, noise=0, erase=0
)
#: Colour of each landmark, so that they can be told apart.
DOTS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255))


def scene(x: float = 60, y: float = 40, side: float = 60) -> BoxSample:
    """Return a white square with five coloured dots on black, and its labels."""
    rgb = np.zeros((160, 200, 3), np.uint8)
    x1, y1, s = int(x), int(y), int(side)
    rgb[y1 : y1 + s, x1 : x1 + s] = 255
    at = ((0.25, 0.25), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0.75, 0.75))
    points = np.array([(x1 + u * s, y1 + v * s) for u, v in at], np.float32)
    for (px, py), colour in zip(points, DOTS, strict=True):
        rgb[int(py) - 4 : int(py) + 4, int(px) - 4 : int(px) + 4] = colour
    return BoxSample("scene", rgb, Boxes.of([[x1, y1, x1 + s, y1 + s]], [0], points))


def seen_box(rgb: np.ndarray) -> np.ndarray:
    """Return left, top, right, bottom of what is neither black nor the grey beside the image."""
    spread = rgb.max(2).astype(int) > 180
    ys, xs = np.nonzero(spread)
    return np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])


def seen_dot(rgb: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    apart = np.abs(rgb.astype(int) - colour).sum(2)
    ys, xs = np.nonzero(apart < 150)
    return np.array([xs.mean() + 0.5, ys.mean() + 0.5])


def check(view: BoxSample) -> None:
    assert np.abs(seen_box(view.rgb) - view.boxes.xyxy[0]).max() < 1.6
    order = DOTS
    for colour, point in zip(order, view.boxes.points[0], strict=True):
        assert np.abs(seen_dot(view.rgb, colour) - point).max() < 1.6


@settings(deadline=None, max_examples=40)
@given(
    left=st.floats(-40, 50),
    top=st.floats(-40, 30),
    right=st.floats(130, 240),
    bottom=st.floats(110, 200),
)
def test_a_window_moves_boxes_as_it_moves_pixels(left, top, right, bottom) -> None:
    check(viewed(scene(), (left, top, right, bottom), (120, 150)))


def test_a_mirror_swaps_left_and_right_landmarks() -> None:
    view = mirrored(scene())
    assert view.boxes.xyxy.tolist() == [[80, 40, 140, 100]]
    # what is left in the picture is called left: the dot that was right
    assert np.abs(seen_dot(view.rgb, DOTS[1]) - view.boxes.points[0, 0]).max() < 1
    assert np.abs(seen_dot(view.rgb, DOTS[3]) - view.boxes.points[0, 4]).max() < 1
    assert view.boxes.points[0, 0, 0] < view.boxes.points[0, 1, 0]
    twice = mirrored(view)
    assert (twice.boxes.points == scene().boxes.points).all()
    assert (twice.rgb == scene().rgb).all()


def test_the_rule_of_the_centre() -> None:
    boxes = Boxes.of([[-30, 10, 29, 40], [-29, 10, 31, 40]], [0, 0])
    view = kept(boxes, (100, 100), 0.0)
    # the centre of the first is outside: what is seen of it is an ignore area
    assert view.xyxy.tolist() == [[0, 10, 31, 40]]
    assert view.ignored.tolist() == [[0, 10, 29, 40]]


def test_what_becomes_too_small_is_an_ignore_area() -> None:
    boxes = Boxes.of([[10, 10, 14, 40], [10, 10, 15, 40]], [0, 0], ignored=[[200, 0, 300, 9]])
    view = kept(boxes, (100, 100), 5.0)
    assert view.xyxy.tolist() == [[10, 10, 15, 40]]
    # the ignore area beyond the view is gone
    assert view.ignored.tolist() == [[10, 10, 14, 40]]


def test_a_face_of_which_a_landmark_is_beyond_the_view_has_none() -> None:
    view = viewed(scene(), (80, 0, 200, 160), (160, 120))
    assert view.boxes.xyxy.tolist() == [[0, 40, 40, 100]]
    assert np.isnan(view.boxes.points).all()


def test_four_side_by_side() -> None:
    one, other = scene(), scene(20, 20, 40)
    partly = BoxSample("p", other.rgb, Boxes.of(other.boxes.xyxy, [0], labelled=[False]))
    whole = pasted([(one, 0, 0), (other, 0, 200), (one, 160, 0), (partly, 160, 200)], (320, 400))
    assert whole.boxes.xyxy[1].tolist() == [220, 20, 260, 60]
    assert whole.boxes.xyxy[3].tolist() == [220, 180, 260, 220]
    assert whole.boxes.labelled.tolist() == [False]
    below = seen_dot(whole.rgb[160:, :200], DOTS[2]) + np.array([0, 160])
    assert np.abs(below - whole.boxes.points[2, 2]).max() < 1


@pytest.mark.parametrize("count", [1, 4, 9])
def test_random_views_are_true_and_follow_from_the_seed(count) -> None:
    strong = Augmentation(**{**PLAIN.__dict__, "zoom_in": 2.5, "zoom_out": 2.0, "least_px": 12})
    checked_views = 0
    for seed in range(40):
        samples = [scene()] * count
        view = augmented(samples, (120, 160), strong, np.random.default_rng(seed))
        again = augmented(samples, (120, 160), strong, np.random.default_rng(seed))
        assert (view.rgb == again.rgb).all() and (view.boxes.xyxy == again.boxes.xyxy).all()
        assert view.rgb.shape == (120, 160, 3)
        b = view.boxes
        assert ((b.xyxy >= 0) & (b.xyxy <= [160, 120, 160, 120])).all()
        for box, points in zip(b.xyxy, b.points, strict=True):
            x1, y1, x2, y2 = box
            # white inside, but for the dots, whatever was cut off
            inside = view.rgb[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))]
            assert np.median(inside.min(2)) > 150
            # in the parts of nine a dot may lie at the edge of what was cut off
            if count < 9 or np.isfinite(points).all():
                probe = view.rgb[int(y1 + (y2 - y1) * 0.5), int(x1 + (x2 - x1) * 0.06)]
                assert probe.min() > 150
            if np.isfinite(points).all():
                checked_views += 1
                assert points[0, 0] < points[1, 0] and points[3, 0] < points[4, 0]
                assert (points >= [x1, y1]).all() and (points <= [x2, y2]).all()
    assert checked_views > 20


def test_things_keep_their_proportions_where_that_is_asked() -> None:
    whole = Augmentation(**{**PLAIN.__dict__, "whole": 1.0, "mirror": 0.0})
    # 200x160 into a view twice as wide as high: grey beside, none above or below
    view = augmented([scene()], (160, 320), whole, np.random.default_rng(0), keep_aspect=True)
    check(view)
    assert view.boxes.xyxy.tolist() == [[120, 40, 180, 100]]
    assert (view.rgb[:, :50] == 114).all() and (view.rgb[:5, 150] == 0).all()
    fitted = augmented([scene()], (160, 320), whole, np.random.default_rng(0))
    assert np.allclose(fitted.boxes.xyxy, [[96, 40, 192, 100]])


def test_parts_of_a_picture_are_unequal_and_fill_it() -> None:
    whole = Augmentation(**{**PLAIN.__dict__, "whole": 1.0, "mirror": 0.0})
    bright = BoxSample("b", np.full((30, 40, 3), 200, np.uint8), Boxes.of([[0, 0, 40, 30]], [0]))
    view = augmented([bright] * 9, (120, 160), whole, np.random.default_rng(3))
    # at the rim an enlarged image fades into the grey beside it
    assert view.rgb.min() > 150
    boxes = view.boxes.xyxy
    assert np.prod(boxes[:, 2:] - boxes[:, :2], 1).sum() == 120 * 160
    assert len(np.unique(boxes[:3, 2] - boxes[:3, 0])) > 1


def test_colours_change_no_box() -> None:
    strong = Augmentation(whole=1.0, mirror=0.0)
    view = augmented([scene()], (160, 200), strong, np.random.default_rng(1))
    assert np.allclose(view.boxes.xyxy, scene().boxes.xyxy)
    assert (view.rgb != cv2.resize(scene().rgb, (200, 160))).any()
