"""Average precision by hand, and against COCO's own code."""

from __future__ import annotations

import numpy as np
import pytest

from followme_training.detection.average_precision import COCO_IOUS, AveragePrecision
from followme_training.detection.detections import Found
from followme_training.detection.figures import Figures, point_errors, without_small
from followme_training.detection.sample import Boxes

TRUE = [[0, 0, 10, 10], [20, 0, 30, 10]]


def found(xyxy: object, scores: object, classes: object = None, points: object = None) -> Found:
    box = np.asarray(xyxy, np.float32).reshape(-1, 4)
    return Found(
        box,
        np.asarray(scores, np.float32),
        np.zeros(len(box), np.int64) if classes is None else np.asarray(classes, np.int64),
        None if points is None else np.asarray(points, np.float32).reshape(-1, 5, 2),
    )


def ap50(*images: tuple[Found, Boxes], classes: int = 1) -> list[float]:
    counted = AveragePrecision(classes)
    for things, truth in images:
        counted.add(things, truth)
    return [float(v) for v in counted.result()[0]]


def test_by_hand() -> None:
    truth = Boxes.of(TRUE, [0, 0])
    assert ap50((found(TRUE, [0.9, 0.8]), truth)) == pytest.approx([1.0])
    # wrong, right: precision is 1/2 up to recall 1/2, which is 51 of 101 places
    half = found([[50, 50, 60, 60], TRUE[0]], [0.9, 0.8])
    assert ap50((half, truth)) == pytest.approx([0.5 * 51 / 101])
    # the second thing on one truth is wrong: 1 up to recall 1/2, then 2/3
    twice = found([TRUE[0], [0, 0, 10, 9], TRUE[1]], [0.9, 0.8, 0.7])
    assert ap50((twice, truth)) == pytest.approx([(51 + 50 * 2 / 3) / 101])


def test_nothing_found_and_nothing_there() -> None:
    assert ap50((found([], []), Boxes.of(TRUE, [0, 0]))) == [0.0]
    assert np.isnan(ap50((found(TRUE, [0.9, 0.8]), Boxes.of()))).all()


def test_ignore_areas_count_neither_way() -> None:
    truth = Boxes.of(TRUE[:1], [0], ignored=[[18, 0, 40, 20]])
    assert ap50((found(TRUE, [0.8, 0.9]), truth)) == pytest.approx([1.0])
    assert ap50((found(TRUE, [0.8, 0.9]), Boxes.of(TRUE[:1], [0]))) == pytest.approx([0.5])


def test_a_class_that_is_not_complete_is_not_counted_in_that_image() -> None:
    partly = Boxes.of([], [], labelled=[True, False])
    whole = Boxes.of(TRUE[:1], [1], labelled=[True, True])
    things = found(TRUE[:1], [0.9], [1])
    assert ap50((things, partly), (things, whole), classes=2)[1] == pytest.approx(1.0)


def test_equal_to_coco() -> None:
    coco = pytest.importorskip("pycocotools.coco")
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    random = np.random.default_rng(7)
    counted = AveragePrecision(3, COCO_IOUS)
    images, truths, results = [], [], []
    for image in range(1, 41):
        images.append({"id": image, "width": 200, "height": 200})
        count = int(random.integers(0, 7))
        place, size = random.uniform(0, 120, (count, 2)), random.uniform(8, 60, (count, 2))
        xyxy = np.concatenate((place, place + size), 1).round().astype(np.float32)
        classes = random.integers(0, 3, count)
        crowd = random.random(count) < 0.15
        near = xyxy.repeat(2, 0) + random.normal(0, 5, (2 * count, 4))
        far = random.uniform(0, 120, (3, 2))
        things = np.concatenate((near, np.concatenate((far, far + 30), 1))).astype(np.float32)
        things[:, 2:] = np.maximum(things[:, 2:], things[:, :2] + 1)
        said = np.concatenate((classes.repeat(2), random.integers(0, 3, 3)))
        scores = (random.integers(1, 1000, len(things)) / 1000).astype(np.float32)
        # COCO's ignore areas are those of a class; ours are those of all, so each class on its own
        for number in range(3):
            mine, own = said == number, classes == number
            labelled = [n == number for n in range(3)]
            counted.add(
                found(things[mine], scores[mine], said[mine]),
                Boxes.of(
                    xyxy[own & ~crowd], classes[own & ~crowd], None, xyxy[own & crowd], labelled
                ),
            )
        for box, number, is_crowd in zip(xyxy, classes, crowd, strict=True):
            w, h = box[2:] - box[:2]
            truths.append(
                {"id": len(truths) + 1, "image_id": image, "category_id": int(number) + 1}
                | {"bbox": [*map(float, box[:2]), float(w), float(h)], "area": float(w * h)}
                | {"iscrowd": int(is_crowd)}
            )
        for box, number, score in zip(things, said, scores, strict=True):
            w, h = box[2:] - box[:2]
            results.append(
                {"image_id": image, "category_id": int(number) + 1, "score": float(score)}
                | {"bbox": [*map(float, box[:2]), float(w), float(h)]}
            )
    truth = coco.COCO()
    categories = [{"id": i + 1, "name": str(i)} for i in range(3)]
    truth.dataset = {"images": images, "annotations": truths, "categories": categories}
    truth.createIndex()
    judge = cocoeval.COCOeval(truth, truth.loadRes(results), "bbox")
    judge.evaluate()
    judge.accumulate()
    theirs = judge.eval["precision"][:, :, :, 0, 2].mean(1)  # (limits, classes)
    assert theirs.min() < 0.3 < theirs.max()
    assert counted.result() == pytest.approx(theirs, abs=1e-6)


def test_landmark_error_by_hand() -> None:
    points = np.array([[2, 3], [8, 3], [5, 5], [3, 8], [7, 8]], np.float32)
    truth = Boxes.of([TRUE[0], TRUE[1]], [0, 0], [points, np.full((5, 2), np.nan)])
    # one landmark of five is 3 off, in an image twice as wide: 6 / 5 over 12
    off = points.copy()
    off[2, 0] += 3
    things = found(TRUE, [0.9, 0.8], points=[off, points])
    errors = point_errors(things, truth, np.array([2, 1], np.float32))
    assert errors == pytest.approx([6 / 5 / 12])
    # from the side the eyes are no measure
    points[1, 0] = 3.5
    aside = Boxes.of([TRUE[0]], [0], [points])
    assert len(point_errors(things, aside, np.ones(2, np.float32))) == 0


def test_small_boxes_need_not_be_found() -> None:
    truth = Boxes.of([[0, 0, 7, 20], [0, 0, 9, 20]], [0, 0])
    # of 208 pixels: 8 there are 16 at 416
    left = without_small(truth, (100, 208), 16.0)
    assert left.xyxy.tolist() == [[0, 0, 9, 20]]
    assert left.ignored.tolist() == [[0, 0, 7, 20]]


def test_figures_are_means_over_classes_that_occur() -> None:
    figures = Figures(("a", "b", "c"), landmarks=False)
    truth = Boxes.of(TRUE, [0, 1], labelled=[True] * 3)
    figures.add(found(TRUE, [0.9, 0.8], [0, 2]), truth, (50, 50), (50, 50))
    result = figures.result()
    assert result["ap50"] == pytest.approx(0.5)
    assert result["ap50/a"] == pytest.approx(1.0) and result["ap50/b"] == 0.0
    assert np.isnan(result["ap50/c"]) and "landmark_error" not in result
    figures.clear()
    assert np.isnan(figures.result()["ap50"]) and figures.images == 0
