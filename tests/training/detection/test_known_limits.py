"""What a card says that a detector cannot do."""

from __future__ import annotations

from collections import Counter

import numpy as np

from followme_training.detection.detections import Found
from followme_training.detection.entries import BoxEntry
from followme_training.detection.figures import Figures
from followme_training.detection.known_limits import face_limits, object_limits
from followme_training.detection.sample import Boxes
from followme_training.detection.sources import Part, Source

CLASSES = ("door", "chair", "lamp")
BOX = [0.0, 0.0, 10.0, 10.0]


def a_part(doors: int, chairs: int, others: dict[str, int], name: str = "x.zip") -> Part:
    numbers = [0] * doors + [1] * chairs
    boxes = Boxes.of([BOX] * len(numbers), numbers, labelled=[True] * 3)
    entry = BoxEntry("a", "a", lambda: np.zeros((20, 20, 3), np.uint8), (20, 20), boxes)
    return Part(Source("face_points", name), [entry], [], [], Counter(others))  # type: ignore[arg-type]


def measured(doors_found: int) -> Figures:
    """Return figures in which so many of five doors are found, one chair is, and no lamp is."""
    figures = Figures(CLASSES, landmarks=False)
    for i in range(5):
        numbers = ([0] if i < doors_found else []) + [1]
        found = Found(
            np.array([BOX] * len(numbers), np.float32),
            np.full(len(numbers), 0.9, np.float32),
            np.array(numbers, np.int64),
            None,
        )
        truth = Boxes.of([BOX, BOX], [0, 1], labelled=[True] * 3)
        figures.add(found, truth, (20, 20), (20, 20))
    return figures


def test_rare_others_few_boxes_bad_finds_and_the_unmeasured_are_named() -> None:
    parts = [a_part(150, 30, {"stairs": 5, "cup": 40}), a_part(60, 40, {"stairs": 4})]
    said = " ".join(object_limits(measured(0), parts, holds_out=True))
    assert "never named: stairs (9), cup (40) boxes" in said
    assert "Few boxes were there to learn from: lamp (0), chair (70)." in said
    assert "Found badly on held-out images: door (AP50 0.00)." in said
    assert "Not measured, as none of the held-out images has any: lamp." in said
    said = " ".join(object_limits(measured(0), parts, holds_out=False))
    assert "Found badly on images that it was trained on: door (AP50 0.00)." in said
    assert "held-out" not in said


def test_what_is_not_so_is_not_said() -> None:
    said = " ".join(object_limits(measured(5), [a_part(200, 200, {})], holds_out=True))
    assert "door" not in said and "chair" not in said and "In the data" not in said
    assert "stairs above all" in said


def test_a_face_detector_says_how_small_a_face_it_was_asked_for() -> None:
    first, *_, last = face_limits(7.0, [])
    assert "fewer than about 7 pixels" in first and "never whose" in last


def test_what_is_known_of_one_data_set_is_said_of_no_other() -> None:
    faces = [a_part(3, 0, {}, "elsewhere/faces_train.zip")]
    assert "wore masks" in " ".join(face_limits(7.0, faces))
    assert "wore masks" not in " ".join(face_limits(7.0, [a_part(3, 0, {})]))
    rooms = [a_part(3, 3, {}, "elsewhere/nyuv2_train.zip")]
    assert "NYUv2" in " ".join(object_limits(measured(0), rooms, holds_out=True))
    said = object_limits(measured(0), [a_part(3, 3, {})], holds_out=True)
    assert "NYUv2" not in " ".join(said)
