from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from followme.perception.card import Card
from followme.perception.fitting import fit
from followme.perception.objects import ObjectDetector, decode_objects
from followme.settings import ModelSettings
from tests.build import constant_onnx, spot_onnx

from .test_faces import a_spot

H, W = 24, 32
CLASSES = ("chair", "person", "door")


def a_card(**facts) -> Card:
    given_facts = {"classes": CLASSES, **facts}
    return Card(
        "things", "1", "objects", "0" * 64, (H, W), "plain", {}, (), "Apache-2.0", (), **given_facts
    )


def decoded(boxes, scores, card: Card | None = None):
    outputs = {
        "boxes": np.array(boxes, np.float32).reshape(-1, 4),
        "scores": np.array(scores, np.float32).reshape(-1, 3),
    }
    return decode_objects(outputs, fit((H, W), (H, W), "plain"), card or a_card(), 5)


BOX = (4, 4, 12, 12)


def test_nothing_gives_nothing():
    found = decoded([], [])
    assert len(found) == 0 and found.landmarks is None
    assert found.size_wh == (W, H)


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("resize", ["plain", "letterbox"])
def test_a_thing_is_found_where_it_is(tmp_path, runtime, resize):
    onnx = spot_onnx(tmp_path / "objects.onnx", "objects", H, W, {"resize": resize})
    found = ObjectDetector(onnx, ModelSettings(runtime=runtime)).look(a_spot(50, 40, (60, 60), 4))
    assert found.name == ("person",)
    left, top, right, bottom = found.xyxy[0]
    assert left <= 50 <= right and top <= 40 <= bottom
    assert right - left < 25 and bottom - top < 25


def test_any_number_of_boxes_may_come(tmp_path):
    outputs = {"boxes": np.zeros((0, 4), np.float32), "scores": np.zeros((0, 3), np.float32)}
    onnx = constant_onnx(tmp_path / "o.onnx", "objects", H, W, outputs, {"classes": list(CLASSES)})
    assert len(ObjectDetector(onnx, ModelSettings()).look(a_spot(1, 1, (8, 8)))) == 0


def test_the_name_is_that_of_the_surest_class():
    assert decoded([BOX], [[0.6, 0.9, 0.7]]).name == ("person",)
    assert decoded([BOX], [[0.9, 0.6, 0.7]]).name == ("chair",)


def test_a_class_under_its_own_threshold_leaves_the_name_to_the_next():
    card = a_card(thresholds={"person": 0.95, "score": 0.5})
    assert decoded([BOX], [[0.6, 0.9, 0.7]], card).name == ("door",)
    assert len(decoded([BOX], [[0.4, 0.9, 0.3]], card)) == 0


def test_two_things_of_different_names_may_lie_at_one_place():
    found = decoded([BOX, BOX], [[0.9, 0, 0], [0, 0.8, 0]])
    assert found.name == ("chair", "person")
    assert found.score.tolist() == pytest.approx([0.9, 0.8])


def test_two_boxes_of_one_name_at_one_place_are_one_thing():
    assert decoded([BOX, BOX], [[0.7, 0, 0], [0.9, 0, 0]]).score.tolist() == pytest.approx([0.9])


def test_a_score_that_is_no_number_names_nothing():
    assert decoded([BOX], [[math.nan, 0.8, math.nan]]).name == ("person",)
    assert len(decoded([BOX], [[math.nan] * 3])) == 0


@given(
    boxes=hnp.arrays(np.float32, (5, 4), elements=st.floats(-50, 80, width=32)),
    scores=hnp.arrays(np.float32, (5, 3), elements=st.floats(0, 1, width=32)),
)
def test_each_name_was_really_the_surest_of_some_box(boxes, scores):
    found = decoded(boxes, scores)
    for name, score in zip(found.name, found.score, strict=True):
        column = CLASSES.index(name)
        assert score >= 0.5
        rows = np.flatnonzero(scores[:, column] == score)
        assert any(scores[row].max() == score for row in rows)
