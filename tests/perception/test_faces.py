from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from followme.perception.card import Card, ModelError, card_path, load_card
from followme.perception.faces import FaceDetector, decode_faces
from followme.perception.fitting import fit
from followme.settings import ModelSettings
from followme.values.frame import ColourImage
from tests.build import spot_onnx

H, W = 24, 32
CARD = Card("faces", "1", "face", "0" * 64, (H, W), "plain", {}, (), "Apache-2.0", ())


def a_spot(x: int, y: int, size: tuple[int, int], half: float = 1) -> ColourImage:
    """A red cone that is reddest at a pixel and black ``4 * half`` pixels beside it."""
    v, u = np.mgrid[: size[0], : size[1]]
    bgr = np.zeros((*size, 3), np.uint8)
    bgr[..., 2] = np.clip(255 - 64 * np.hypot(u - x, v - y) / half, 0, 255)
    return ColourImage(7, bgr)


def darkness() -> ColourImage:
    return ColourImage(7, np.zeros((48, 64, 3), np.uint8))


def some_outputs(n: int = 3) -> dict[str, np.ndarray]:
    """Return n faces far from each other, the first the least sure."""
    left = 10.0 * np.arange(n, dtype=np.float32)
    boxes = np.stack([left, 0 * left, left + 5, 0 * left + 5], axis=1)
    points = np.repeat(boxes[:, None, :2] + 1, 5, axis=1)
    scores = np.linspace(0.6, 0.9, n).astype(np.float32)
    return {"boxes": boxes, "scores": scores, "landmarks": points.astype(np.float32)}


def decoded(outputs: dict[str, np.ndarray], card: Card = CARD, image=(H, W)):
    return decode_faces(outputs, fit(image, (H, W), card.resize), card, 5)


def detector(tmp_path: Path, **card: object) -> FaceDetector:
    return FaceDetector(spot_onnx(tmp_path / "face.onnx", "face", H, W, card), ModelSettings())


def test_a_dark_image_has_no_face(tmp_path):
    found = detector(tmp_path).look(darkness())
    assert len(found) == 0
    assert (found.stamp_ns, found.size_wh) == (7, (64, 48))


@pytest.mark.parametrize("resize", ["plain", "letterbox"])
@pytest.mark.parametrize("size", [(48, 64), (96, 64), (30, 200), (H, W)])
def test_a_face_is_found_where_it_is_whatever_the_shape_of_the_image(tmp_path, resize, size):
    x, y = size[1] // 4, 3 * size[0] // 4
    half = max(size) // 16
    found = detector(tmp_path, resize=resize).look(a_spot(x, y, size, half))
    assert found.name == ("face",)
    left, top, right, bottom = found.xyxy[0]
    assert left <= x <= right and top <= y <= bottom
    assert found.landmarks is not None
    nose, one_left, one_right, above, below = found.landmarks[0]
    assert one_left[0] < nose[0] < one_right[0]
    assert above[1] < nose[1] < below[1]
    assert nose == pytest.approx((x, y), abs=half + 4 * max(size[0] / H, size[1] / W))


def test_the_less_sure_of_two_boxes_of_one_face_goes(tmp_path):
    found = detector(tmp_path).look(a_spot(16, 12, (H, W)))
    assert found.score.tolist() == pytest.approx([0.9])
    assert found.xyxy[0].tolist() == pytest.approx([14, 10, 18, 14])


def test_the_card_says_what_is_sure_enough(tmp_path):
    image = a_spot(16, 12, (H, W))
    assert len(detector(tmp_path, thresholds={"score": 0.95}).look(image)) == 0
    assert len(detector(tmp_path, thresholds={"score": 0.95, "face": 0.5}).look(image)) == 1


def test_the_card_says_what_is_one_face(tmp_path):
    assert len(detector(tmp_path, nms_iou=0.9).look(a_spot(16, 12, (H, W)))) == 2


def test_the_network_of_another_task_is_refused(tmp_path):
    onnx = spot_onnx(tmp_path / "net.onnx", "objects", H, W)
    with pytest.raises(ModelError, match="task is 'objects', a network for 'face' is needed"):
        FaceDetector(onnx, ModelSettings())


def test_a_closed_detector_says_so(tmp_path):
    network = detector(tmp_path)
    network.close()
    with pytest.raises(ModelError, match="the session is closed"):
        network.look(a_spot(1, 1, (H, W)))


def test_the_surest_comes_first():
    assert decoded(some_outputs()).score.tolist() == pytest.approx([0.9, 0.75, 0.6])


def test_nothing_at_all_is_no_face():
    found = decoded(some_outputs(0))
    assert len(found) == 0
    assert found.landmarks is not None and found.landmarks.shape == (0, 5, 2)


@pytest.mark.parametrize("bad", [math.nan, -math.inf])
def test_a_score_that_is_no_number_is_no_face(bad):
    outputs = some_outputs()
    outputs["scores"][1] = bad
    assert len(decoded(outputs)) == 2


def test_a_score_above_one_counts_as_one():
    outputs = some_outputs(1)
    outputs["scores"][0] = 1.5
    assert decoded(outputs).score.tolist() == [1.0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_box_that_is_no_box_is_no_face(bad):
    outputs = some_outputs()
    outputs["boxes"][1] = [20, 3, bad, 2]
    assert len(decoded(outputs)) == 2


def test_a_box_outside_of_the_image_is_no_face():
    outputs = some_outputs(1)
    outputs["boxes"] += 500
    assert len(decoded(outputs)) == 0


def test_a_point_that_is_no_number_is_unknown_and_the_others_remain():
    outputs = some_outputs(1)
    outputs["landmarks"][0, 2, 0] = math.inf
    points = decoded(outputs).landmarks
    assert points is not None
    assert np.isnan(points[0, 2]).all()
    assert np.isfinite(points[0, [0, 1, 3, 4]]).all()


@given(
    boxes=hnp.arrays(np.float32, (6, 4), elements=st.floats(-100, 100, width=32)),
    scores=hnp.arrays(np.float32, (6,), elements=st.floats(0, 1, width=32)),
    image=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    resize=st.sampled_from(["plain", "letterbox"]),
)
def test_whatever_comes_faces_lie_in_the_image_and_are_sure_enough(boxes, scores, image, resize):
    outputs = {"boxes": boxes, "scores": scores, "landmarks": np.zeros((6, 5, 2), np.float32)}
    found = decoded(outputs, replace(CARD, resize=resize), image)
    assert (found.xyxy >= -0.5).all()
    assert (found.xyxy[:, [0, 2]] <= image[1] - 0.5).all()
    assert (found.xyxy[:, [1, 3]] <= image[0] - 0.5).all()
    assert (found.xyxy[:, :2] < found.xyxy[:, 2:]).all()
    assert (found.score >= 0.5).all()
    assert (np.diff(found.score) <= 0).all()


def test_the_card_that_was_loaded_is_the_one_beside_the_file(tmp_path):
    network = detector(tmp_path)
    assert network.card == load_card(card_path(network.file))
