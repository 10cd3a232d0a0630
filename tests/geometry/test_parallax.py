"""What moves in the image as near things do is near, whatever a network has learnt."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from followme.geometry.corner_fill import with_corners
from followme.geometry.parallax import Parallax, Ranged
from followme.geometry.uprights import straight_edges
from tests.geometry.painted_room import HUNG, WORN, painted, seen
from tests.geometry.scene import CAMERA

S = 1_000_000_000
UP = WORN.floor_normal()


def walked(steps_m, things=(HUNG,), known=(), rate_hz=10) -> tuple[Parallax, Ranged, float]:
    """Take images at these places; depth of what is known is believed."""
    parallax = Parallax()
    for n, ahead_m in enumerate(steps_m):
        grey = painted(things, ahead_m)
        ranged = parallax.measure(
            n * S // rate_hz, grey, seen(known, ahead_m), CAMERA, UP, straight_edges(grey)
        )
    return parallax, ranged, ahead_m


def on_hung(ranged: Ranged, ahead_m: float) -> np.ndarray:
    """Which corners lie on the cupboard, clear of its edges."""
    column, row = np.rint(ranged.pixel).astype(int).T
    return seen((HUNG,), ahead_m)[row, column] < seen((), ahead_m)[row, column] - 0.5


@pytest.mark.parametrize("rate_hz", [5, 10, 30])
def test_what_a_network_looks_through_is_ranged_while_one_walks(rate_hz):
    images = 1 + round(0.4 * rate_hz)
    _, ranged, ahead_m = walked(np.arange(images) * 1.1 / rate_hz, rate_hz=rate_hz)
    there = on_hung(ranged, ahead_m)
    assert np.count_nonzero(there) >= 6
    column, row = np.rint(ranged.pixel[there]).astype(int).T
    true_m = seen((HUNG,), ahead_m)[row, column]
    assert np.median(np.abs(ranged.depth_m[there] / true_m - 1.0)) < 0.15


def test_the_map_shows_it_then_and_nothing_else_comes_much_nearer():
    _, ranged, ahead_m = walked(np.arange(5) * 0.11)
    believed_m, true_m = seen((), ahead_m), seen((HUNG,), ahead_m)
    depth_m, sigma_m = with_corners(believed_m, 0.2 * believed_m, ranged)
    shows = (depth_m < believed_m - 0.5) & (true_m < believed_m - 0.5)
    assert np.count_nonzero(shows) > 300
    assert np.median(np.abs(depth_m[shows] / true_m[shows] - 1.0)) < 0.15
    assert np.all(sigma_m[shows] < 0.1 * depth_m[shows])
    assert np.all(depth_m <= believed_m)  # nothing goes farther away
    wrong = (depth_m < 0.75 * true_m) & (depth_m < believed_m)
    assert np.mean(wrong) < 0.01


def test_more_images_a_second_are_not_followed_one_by_one(monkeypatch):
    leaps, flow = [], cv2.calcOpticalFlowPyrLK

    def counted(*args, **kwargs):
        leaps.append(kwargs["maxLevel"])
        return flow(*args, **kwargs)

    parallax, _, ahead_m = walked(np.arange(12) * 1.1 / 30, rate_hz=30)
    monkeypatch.setattr(cv2, "calcOpticalFlowPyrLK", counted)
    grey = painted((HUNG,), ahead_m + 1.1 / 30)
    no_edges = np.zeros((0, 4))
    parallax.measure(12 * S // 30, grey, seen((), ahead_m + 1.1 / 30), CAMERA, UP, no_edges)
    assert 2 <= len(leaps) <= 5  # a third of a second in hops of a twelfth at least, and back


def test_who_stands_learns_nothing_new():
    _, ranged, _ = walked([0.0] * 6)
    assert not len(ranged.pixel)


def test_who_stands_still_keeps_what_the_walk_told():
    _, ranged, ahead_m = walked([*np.arange(5) * 0.11, *[0.44] * 12])
    assert np.count_nonzero(on_hung(ranged, ahead_m)) >= 5


def test_one_image_or_a_blank_one_tells_nothing():
    parallax = Parallax()
    blank = np.full((240, 320), 80, np.uint8)
    for n in range(6):
        ranged = parallax.measure(n * S // 10, blank, seen(), CAMERA, UP, np.zeros((0, 4)))
        assert not len(ranged.pixel)


def test_images_that_have_nothing_to_do_with_each_other_tell_nothing():
    rng = np.random.default_rng(2)
    parallax = Parallax()
    for n in range(6):
        grey = rng.integers(0, 256, (240, 320), dtype=np.uint8)
        ranged = parallax.measure(n * S // 10, grey, seen(), CAMERA, UP, straight_edges(grey))
    assert not len(ranged.pixel)


def test_depth_that_is_unknown_everywhere_gives_a_step_no_length():
    parallax = Parallax()
    unknown = np.full((240, 320), np.nan, np.float32)
    for n in range(6):
        grey = painted((HUNG,), 0.11 * n)
        ranged = parallax.measure(n * S // 10, grey, unknown, CAMERA, UP, straight_edges(grey))
    assert not len(ranged.pixel)


def test_time_that_jumps_forgets_all():
    parallax, _, ahead_m = walked(np.arange(5) * 0.11)
    parallax.reset()
    grey = painted((HUNG,), ahead_m)
    assert not len(parallax.measure(0, grey, seen(), CAMERA, UP, straight_edges(grey)).pixel)


def ranged_at(*corners: tuple[float, float, float]) -> Ranged:
    values = np.array(corners, np.float64).reshape(-1, 3)
    return Ranged(values[:, :2], values[:, 2], 0.02 * values[:, 2])


FAR = np.full((240, 320), 5.0, np.float32)


@pytest.mark.parametrize(
    ("corners", "painted_px"),
    [
        ((), 0),
        (((100, 100, 2.0),), 0),  # one alone may be two edges that cross
        (((100, 100, 2.0), (120, 100, 2.1)), 40),
        (((100, 100, 2.0), (120, 100, 3.5)), 0),  # of two things
        (((100, 100, 2.0), (300, 100, 2.0)), 0),  # too far apart
        (((100, 100, 4.9), (120, 100, 4.9)), 0),  # as the network has it
        (((100, 100, 2.0), (130, 100, 2.0), (100, 130, 2.0)), 400),
    ],
)
def test_corners_count_where_others_near_by_agree(corners, painted_px):
    depth_m, _ = with_corners(FAR, 0.2 * FAR, ranged_at(*corners))
    found = np.count_nonzero(depth_m < 4.0)
    assert found >= painted_px
    assert (found == 0) == (painted_px == 0)


def test_what_is_unknown_is_filled_too():
    unknown = np.full((240, 320), np.nan, np.float32)
    depth_m, sigma_m = with_corners(unknown, unknown, ranged_at((100, 100, 2.0), (120, 100, 2.0)))
    assert np.isfinite(depth_m).sum() == np.isfinite(sigma_m).sum() > 40
