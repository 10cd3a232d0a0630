"""Tiles: what they cover, what they cut, and boxes that come back to the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.perception.candidates import Candidates, joined, said
from followme.perception.card import ModelError
from followme.perception.faces import FaceDetector
from followme.perception.objects import ObjectDetector
from followme.perception.tiling import Tile, is_cut, tiles_of
from followme.settings import ModelSettings, SettingsError
from followme.values.frame import ColourImage
from tests.build import spot_onnx

from .test_faces import a_spot

H, W = 24, 32


def test_the_whole_image_comes_first_and_alone():
    assert tiles_of((48, 64), "1x1") == [Tile(0, 0, 64, 48)]


def test_two_tiles_lie_beside_each_other_and_share_a_fifth():
    """Of 100 columns each has 60: 0 to 60 and 40 to 100."""
    assert tiles_of((50, 100), "2x1")[1:] == [Tile(0, 0, 60, 50), Tile(40, 0, 100, 50)]


def test_four_tiles_go_row_by_row():
    assert tiles_of((50, 100), "2x2") == [
        Tile(0, 0, 100, 50),
        Tile(0, 0, 60, 30),
        Tile(40, 0, 100, 30),
        Tile(0, 20, 60, 50),
        Tile(40, 20, 100, 50),
    ]


@given(st.tuples(st.integers(1, 500), st.integers(1, 500)), st.sampled_from(["1x1", "2x1", "2x2"]))
def test_tiles_lie_inside_and_cover_the_image(image, tiles):
    seen = np.zeros(image, np.int64)
    for tile in tiles_of(image, tiles)[1:]:
        assert 0 <= tile.left < tile.right <= image[1]
        assert 0 <= tile.top < tile.bottom <= image[0]
        seen[tile.top : tile.bottom, tile.left : tile.right] += 1
    assert tiles == "1x1" or seen.min() >= 1


@given(
    left=st.integers(0, 79), width=st.integers(1, 16), top=st.integers(0, 79), height=st.just(10)
)
def test_what_is_small_is_whole_in_some_tile(left, width, top, height):
    """A thing of up to a sixth of a side lies in one of the tiles, uncut."""
    box = np.array([[left, top, left + width, top + height]]) - 0.5
    tiles = tiles_of((100, 100), "2x2")[1:]
    whole = [
        t
        for t in tiles
        if t.left <= left
        and t.top <= top
        and left + width <= t.right
        and top + height <= t.bottom
        and not is_cut(box, t, (100, 100))[0]
    ]
    assert whole


@pytest.mark.parametrize(
    ("box", "cut"),
    [
        ((10, 10, 40, 20), False),
        # the tile ends at 60, and at 59.5 counted from the centre of the first pixel
        ((10, 10, 59.5, 20), True),
        ((10, 10, 58.4, 20), True),
        ((10, 10, 58.2, 20), False),
        # that edge is the image's own
        ((-0.5, 10, 20, 20), False),
        ((10, -0.5, 20, 49.5), False),
    ],
)
def test_a_box_at_an_inner_edge_is_cut(box, cut):
    tile = Tile(0, 0, 60, 50)
    assert bool(is_cut(np.array([box]), tile, (50, 100))[0]) is cut


def test_a_box_at_the_inner_edge_of_each_side_is_cut():
    tile = Tile(40, 20, 60, 30)
    boxes = [(39.6, 22, 50, 28), (44, 19.6, 50, 28), (44, 22, 59.2, 28), (44, 22, 50, 29.4)]
    assert is_cut(np.array([*boxes, (44, 22, 50, 28)]), tile, (50, 100)).tolist() == [True] * 4 + [
        False
    ]


def some(*boxes: tuple[float, ...], points: bool = True) -> Candidates:
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    n = len(xyxy)
    marks = np.full((n, 5, 2), 3.0, np.float32) if points else None
    return Candidates(xyxy, np.full(n, 0.8, np.float32), np.zeros(n, np.intp), marks)


def test_boxes_and_points_of_a_tile_come_to_their_place_in_the_image():
    moved = some((5, 6, 15, 26)).from_tile(Tile(40, 20, 100, 50), (100, 200))
    assert moved.xyxy.tolist() == [[45, 26, 55, 46]]
    assert moved.landmarks is not None and moved.landmarks[0, 0].tolist() == [43, 23]


def test_one_thing_seen_in_two_tiles_is_one():
    twice = joined([some((10, 10, 20, 20)), some(), some((10, 10, 20, 21))])
    found = said(twice, ["chair"], 0.5, (64, 48), 5)
    assert found.name == ("chair",) and found.stamp_ns == 5
    apart = joined([some((10, 10, 20, 20), points=False), some((30, 10, 40, 20), points=False)])
    assert len(said(apart, ["chair"], 0.5, (64, 48), 5)) == 2


@pytest.mark.parametrize("tiles", ["1x1", "2x1", "2x2"])
@pytest.mark.parametrize("resize", ["plain", "letterbox"])
@pytest.mark.parametrize("at", [(30, 20), (100, 70), (64, 48), (2, 93)])
def test_a_face_is_found_once_where_it_is_by_any_tiles(tmp_path, tiles, resize, at):
    onnx = spot_onnx(tmp_path / "face.onnx", "face", H, W, {"resize": resize, "nms_iou": 0.2})
    found = FaceDetector(onnx, ModelSettings(), tiles).look(a_spot(*at, (96, 128), 4))
    near = np.abs((found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2 - at).max(1) < 6
    # a tile without the spot is black all over: the reddest of nothing is not sure
    assert near.all() and len(found) >= 1
    assert found.landmarks is not None
    assert np.abs(found.landmarks[0, 0] - at).max() < 6


def test_what_is_too_small_in_the_whole_is_seen_in_a_tile(tmp_path):
    """One bright pixel of 128x96 is a sixteenth of a pixel of 32x24, and more of a tile's."""
    onnx = spot_onnx(tmp_path / "o.onnx", "objects", H, W, {"thresholds": {"score": 0.1}})
    bgr = np.zeros((96, 128, 3), np.uint8)
    bgr[80, 20, 2] = 255
    image = ColourImage(7, bgr)
    assert len(ObjectDetector(onnx, ModelSettings()).look(image)) == 0
    found = ObjectDetector(onnx, ModelSettings(), "2x2").look(image)
    assert len(found) == 1
    left, top, right, bottom = found.xyxy[0]
    assert left <= 20 <= right and top <= 80 <= bottom


def test_an_image_of_one_pixel_has_tiles_too(tmp_path):
    onnx = spot_onnx(tmp_path / "face.onnx", "face", H, W)
    found = FaceDetector(onnx, ModelSettings(), "2x2").look(
        ColourImage(7, np.zeros((1, 1, 3), np.uint8))
    )
    assert len(found) == 0


def test_a_threshold_that_is_given_goes_before_the_card(tmp_path):
    card = {"thresholds": {"person": 0.95, "score": 0.5}}
    onnx = spot_onnx(tmp_path / "o.onnx", "objects", H, W, card)
    image = a_spot(16, 12, (H, W))
    assert len(ObjectDetector(onnx, ModelSettings()).look(image)) == 0
    told = ObjectDetector(onnx, ModelSettings(), thresholds="person=0.85")
    assert told.look(image).name == ("person",)
    assert (told.card.threshold("person"), told.card.threshold("chair")) == (0.85, 0.5)


def test_a_threshold_for_an_unknown_class_names_the_nearest(tmp_path):
    onnx = spot_onnx(tmp_path / "o.onnx", "objects", H, W)
    with pytest.raises(ModelError, match=r"no class 'persn'; did you mean 'person'\?; give some"):
        ObjectDetector(onnx, ModelSettings(), thresholds="persn=0.4")
    with pytest.raises(SettingsError, match="is no NAME=SCORE"):
        ObjectDetector(onnx, ModelSettings(), thresholds="person")
