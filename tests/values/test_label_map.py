from __future__ import annotations

import numpy as np
import pytest

from followme.values.label_map import LabelInfo, LabelMap

LABELS = np.array([[0, 1], [2, 1]], np.uint8)


@pytest.mark.parametrize(
    ("labels", "confidence", "words"),
    [
        (LABELS.astype(np.int64), LABELS, "^labels: "),
        (LABELS[0], LABELS[0], "^labels: "),
        (LABELS, LABELS[:1], "^confidence: "),
        (LABELS, LABELS.astype(np.float32), "^confidence: "),
    ],
)
def test_labels_and_confidence_are_bytes_of_one_size(labels, confidence, words):
    with pytest.raises(ValueError, match=words):
        LabelMap(0, labels, confidence, ("floor", "wall", "door"))


def test_a_label_without_a_name_is_refused():
    with pytest.raises(ValueError, match="class 2 has no name, 2 names were given"):
        LabelMap(0, LABELS, LABELS, ("floor", "wall"))


def test_an_empty_map_needs_no_names():
    nothing = np.zeros((0, 0), np.uint8)
    assert LabelMap(0, nothing, nothing, ()).labels.size == 0


def test_nobody_can_write_into_labels():
    value = LabelMap(0, LABELS, LABELS, ("floor", "wall", "door"))
    for array in (value.labels, value.confidence):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


def test_each_class_needs_its_ids():
    LabelInfo(0, (), (), "m.onnx", "")
    LabelInfo(0, ("floor",), ((),), "m.onnx", "")
    with pytest.raises(ValueError, match="1 names and 0 lists"):
        LabelInfo(0, ("floor",), (), "m.onnx", "")
