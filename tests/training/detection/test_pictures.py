"""Sheets and statistics say what is true."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest

from followme_training.detection.checking import Problem
from followme_training.detection.detections import Found, found
from followme_training.detection.entries import BoxEntry
from followme_training.detection.pictures import (
    IGNORED,
    MISSED,
    RIGHT,
    WRONG,
    drawn,
    judged,
    without_faces,
    write_sheet,
)
from followme_training.detection.sample import Boxes, BoxSample
from followme_training.detection.sources import Part, Source
from followme_training.detection.statistics import box_table, lines, problem_lines

HW = (300, 400)


def sample(**more: object) -> BoxSample:
    boxes = Boxes.of([[10, 50, 100, 150], [200, 50, 300, 150]], [0, 1], **more)
    return BoxSample("x", np.zeros((*HW, 3), np.uint8), boxes)


def things(*rows: tuple[list[float], int]) -> Found:
    return Found(
        np.array([r[0] for r in rows], np.float32),
        np.full(len(rows), 0.7, np.float32),
        np.array([r[1] for r in rows]),
        None,
    )


def test_right_wrong_and_missed() -> None:
    said = things(([10, 50, 100, 148], 0), ([12, 50, 100, 150], 0), ([200, 50, 300, 150], 0))
    verdict = judged(said, sample(labelled=[True, True]))
    # the second is on a truth that is taken, the third has another name
    assert verdict.right.tolist() == [True, False, False]
    assert verdict.missed.tolist() == [False, True]


def colours_of(image: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(c) for c in image.reshape(-1, 3).tolist()}


def test_each_verdict_has_its_colour() -> None:
    said = things(([10, 50, 100, 150], 0), ([320, 200, 390, 290], 0))
    image = drawn(sample(labelled=[True, True]), said, ["a", "b"])
    assert {RIGHT, WRONG, MISSED} <= colours_of(image) and IGNORED not in colours_of(image)
    assert tuple(image[100, 10]) == RIGHT and tuple(image[100, 200]) == MISSED
    # nobody said whether there is another a: it may be right
    image = drawn(sample(labelled=[False, True]), said, ["a", "b"])
    assert IGNORED in colours_of(image) and WRONG not in colours_of(image)
    assert colours_of(drawn(sample(labelled=[True, True]), None, ["a", "b"])) >= {RIGHT}


def test_nobody_is_recognised_in_what_is_given_away() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*HW, 3), dtype=np.uint8)
    boxes = Boxes.of([[10, 50, 60, 100]], [0], ignored=[[200, 50, 250, 100]])
    before = BoxSample("x", noise, boxes)
    after = without_faces(before, things(([360, 260, 460, 340], 0)))
    for x1, y1, x2, y2 in ((0, 33, 77, 117), (183, 33, 267, 117), (325, 232, 400, 300)):
        part = after.rgb[y1:y2, x1:x2].reshape(-1, 3)
        assert len(np.unique(part, axis=0)) <= 25
    assert np.array_equal(after.rgb[:30], noise[:30])
    assert np.array_equal(before.rgb, noise) and after.boxes is boxes


def test_a_sheet_has_four_columns(tmp_path) -> None:
    write_sheet([np.zeros((300, 400, 3), np.uint8)] * 5, tmp_path / "a.png")
    assert cv2.imread(str(tmp_path / "a.png")).shape == (600, 1600, 3)
    with pytest.raises(ValueError, match="nothing to draw"):
        write_sheet([], tmp_path / "b.png")


def entry(xyxy: object, classes: object, size_hw=(100, 200)) -> BoxEntry:
    boxes = Boxes.of(xyxy, classes, labelled=[True, False])
    return BoxEntry("x", "x", lambda: np.zeros((*size_hw, 3), np.uint8), size_hw, boxes)


def test_statistics_by_hand() -> None:
    table = box_table([entry([[0, 0, 50, 100], [100, 40, 200, 60]], [0, 1]), entry([], [])])
    assert table.size == pytest.approx([0.5, np.sqrt(0.1)])
    assert table.aspect == pytest.approx([2.0, 0.2])
    assert np.allclose(table.centre, [[0.125, 0.5], [0.75, 0.5]])
    assert len(box_table([]).size) == 0
    source = Source("coco", "set.zip", "labels.json")  # type: ignore[arg-type]
    other = Counter({"stairs": 2, "lamp": 5})
    part = Part(source, [entry([[0, 0, 50, 100]], [0])], [entry([[0, 0, 5, 9]], [1])], [], other)
    said = "\n".join(lines([part], ["door", "chair"]))
    assert "1 images with 1 boxes to train with, 1 with 1 held out; 7 boxes of other" in said
    assert "other classes: lamp 5, stairs 2" in said
    assert "| door | 1 | 1 | 0 | 1 |" in said and "| chair | 0 | 0 | 1 | 0 |" in said
    assert "| height over width | 2.00 |" in said


def test_odd_labels_are_counted_with_examples() -> None:
    odd = [Problem(f"i{n}", "duplicate", "face at 1 2 3 4") for n in range(9)]
    said = problem_lines([*odd, Problem("j", "no number", "x")])
    assert said[:3] == ["10 labels are odd:", "  duplicate: 9", "    i0: face at 1 2 3 4"]
    assert sum("duplicate" in s or "face at" in s for s in said) == 4


def test_what_remains_is_said_the_surest_first() -> None:
    import torch

    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 10, 10], [0, 0, 10, 10], [50, 0, 60, 10]])
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.3], [0.2, 0.7], [0.05, 0.04]])
    said = found(boxes, scores, None, 0.1)
    # the second gives way to the first; the third has another name; the last is not sure enough
    assert said.classes.tolist() == [0, 1] and said.scores.tolist() == pytest.approx([0.9, 0.7])
    assert said.points is None
