from __future__ import annotations

import numpy as np
import pytest

from followme.values.label_map import NO_CLASS, LabelInfo, LabelMap

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


def test_a_pixel_may_be_unknown_and_the_others_still_need_names():
    unknown = np.array([[0, NO_CLASS], [2, NO_CLASS]], np.uint8)
    value = LabelMap(0, unknown, unknown, ("floor", "wall", "door"))
    assert (value.labels == unknown).all()
    with pytest.raises(ValueError, match="class 2 has no name, 2 names were given"):
        LabelMap(0, unknown, unknown, ("floor", "wall"))


def test_a_map_may_be_unknown_all_over_even_without_a_name():
    unknown = np.full((2, 3), NO_CLASS, np.uint8)
    assert (LabelMap(0, unknown, unknown, ()).labels == NO_CLASS).all()


@pytest.mark.parametrize("count", [254, 255])
def test_the_highest_class_is_the_one_below_unknown(count):
    names = tuple(f"class {i}" for i in range(count))
    highest = np.full((1, 1), 254, np.uint8)
    if count == 255:
        LabelMap(0, highest, highest, names)
        return
    with pytest.raises(ValueError, match="class 254 has no name, 254 names were given"):
        LabelMap(0, highest, highest, names)


def test_a_class_cannot_have_the_number_of_the_unknown():
    with pytest.raises(ValueError, match="there are 256, give 255 at most; label 255 is an"):
        LabelMap(0, LABELS, LABELS, tuple(str(i) for i in range(256)))


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
