from __future__ import annotations

import numpy as np
import pytest

from followme.values.detections import Detections

BOXES = np.zeros((2, 4), np.float32)
SCORES = np.ones(2, np.float32)
NAMES = ("chair", "person")


@pytest.mark.parametrize(
    ("xyxy", "score", "name", "landmarks", "words"),
    [
        (BOXES[:1], SCORES, NAMES, None, "^xyxy: "),
        (BOXES[:, :3], SCORES, NAMES, None, "^xyxy: "),
        (BOXES.astype(np.float64), SCORES, NAMES, None, "^xyxy: "),
        (BOXES, SCORES[:1], NAMES, None, "^score: "),
        (BOXES, SCORES[:, None], NAMES, None, "^score: "),
        (BOXES, SCORES, NAMES[:1], None, "^xyxy: "),
        (BOXES, SCORES, NAMES, np.zeros((2, 4, 2), np.float32), "^landmarks: "),
        (BOXES, SCORES, NAMES, np.zeros((1, 5, 2), np.float32), "^landmarks: "),
    ],
)
def test_boxes_scores_names_and_points_are_of_one_number(xyxy, score, name, landmarks, words):
    with pytest.raises(ValueError, match=words):
        Detections(0, (640, 480), xyxy, score, name, landmarks)


def test_nothing_found_is_a_value_of_length_zero():
    nothing = Detections.empty(7, (640, 480))
    assert len(nothing) == 0
    assert (nothing.stamp_ns, nothing.size_wh) == (7, (640, 480))
    assert nothing.landmarks is None


def test_nobody_can_write_into_detections():
    found = Detections(0, (640, 480), BOXES, SCORES, NAMES, np.zeros((2, 5, 2), np.float32))
    assert len(found) == 2
    for array in (found.xyxy, found.score, found.landmarks):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
