"""A tiny detector learns a few images by heart, with one class and with many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from followme_training.common.finite import NonFiniteLossError
from followme_training.common.order import Draw
from followme_training.datasets.errors import DataError
from followme_training.detection.anchors import AnchorGrid
from followme_training.detection.augmentation import Augmentation
from followme_training.detection.data import (
    BoxBatch,
    DetectionData,
    TrainingViews,
    WholeImages,
    collated,
)
from followme_training.detection.entries import BoxEntry
from followme_training.detection.loss import LossSettings
from followme_training.detection.module import DetectionTask
from followme_training.detection.pyramid import StrideError
from followme_training.detection.sample import Boxes
from followme_training.detection.sources import Part, Source
from tests.training.detection.conftest import NAMES, SIZE_HW

GRID = AnchorGrid(((12.0, 24.0), (40.0,), (80.0,)))


def task(classes: list[str], landmarks: bool, **changed: object) -> DetectionTask:
    torch.manual_seed(0)
    return DetectionTask(
        classes,
        SIZE_HW,
        landmarks,
        backbone="mobilenet_v1_quarter",
        width=16,
        anchors=GRID,
        **changed,  # type: ignore[arg-type]
    )


def batch_of(boxes_zip, classes: list[str], count: int = 6) -> BoxBatch:
    data = DetectionData([Source("coco", boxes_zip, "labels.json")], classes, SIZE_HW, 2)
    data.setup()
    images = WholeImages(data.validation_images, SIZE_HW)
    return collated([images[i][0] for i in range(min(count, len(images)))])


@pytest.mark.parametrize(
    ("classes", "landmarks", "loss"),
    [
        (["face"], True, LossSettings()),
        (list(NAMES), False, LossSettings(classes="focal", boxes="giou")),
    ],
    ids=["one class", "many classes"],
)
def test_a_few_images_are_learned_by_heart(boxes_zip, classes, landmarks, loss) -> None:
    learner = task(classes, landmarks, loss=loss)
    batch = batch_of(boxes_zip, classes, 4)
    optimiser = torch.optim.AdamW(learner.parameters(), 1e-2)
    learner.train()
    for _ in range(45):
        optimiser.zero_grad()
        torch.stack(list(learner.loss_parts(learner(batch.rgb), batch).values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 5.0)
        optimiser.step()
    learner.eval()
    for m in learner.modules():
        # four images are too few for running means
        if isinstance(m, torch.nn.BatchNorm2d):
            m.train()
    learner.validation_step(batch, 0)
    figures = learner._figures.result()
    assert figures["ap50"] > 0.9
    if landmarks:
        assert figures["landmark_error"] < 0.15


def test_a_batch_that_makes_no_number_is_named(boxes_zip) -> None:
    learner = task(["face"], True)
    good = batch_of(boxes_zip, ["face"], 1)
    bad = BoxBatch(good.rgb * float("nan"), good.boxes, good.sizes_hw, ["images/odd.png"])
    with pytest.raises(NonFiniteLossError, match=r"images/odd\.png"):
        learner.training_step(bad, 0)


def test_a_batch_moves_to_a_device(boxes_zip) -> None:
    good = batch_of(boxes_zip, ["face"], 2)
    moved = good.to(torch.device("meta"))
    assert moved.rgb.is_meta and moved.names == good.names


def views(
    counts: dict[float, int], size_hw=(40, 40), mosaic: float = 0.0, most_rows: int = 2
) -> TrainingViews:
    parts = []
    for repeat, count in counts.items():
        source = Source("face_points", "x.zip", repeat=repeat)  # type: ignore[arg-type]
        image = np.full((*size_hw, 3), int(repeat * 40), np.uint8)
        boxes = Boxes.of(labelled=[True, repeat >= 1])
        entries = [
            BoxEntry(f"{repeat}/{i}", f"{i}", lambda x=image: x, size_hw, boxes)
            for i in range(count)
        ]
        parts.append(Part(source, entries, [], [], Counter()))
    return TrainingViews(parts, (48, 64), Augmentation(mosaic=mosaic, most_rows=most_rows))


def test_images_are_drawn_as_often_as_is_said() -> None:
    drawn = views({1.0: 5, 2.0: 3, 0.5: 8})
    assert len(drawn) == 5 + 6 + 4
    names = [drawn[Draw(i, 0, 1)].name for i in range(len(drawn))]
    assert names[:11] == [f"1.0/{i}" for i in range(5)] + [f"2.0/{i}" for i in range(3)] * 2
    assert all(n.startswith("0.5/") for n in names[11:])
    # by chance, and another time others
    other = {drawn[Draw(i, epoch, 1)].name for epoch in range(9) for i in range(11, 15)}
    assert len(other) > 4


def test_a_mosaic_joins_images_of_which_the_same_classes_are_complete() -> None:
    drawn = views({1.0: 5, 0.5: 8}, mosaic=1.0)
    for i in range(len(drawn)):
        kinds = {name.partition("/")[0] for name in drawn[Draw(i, 0, 2)].name.split("+")}
        assert len(kinds) == 1


def test_small_images_come_in_mosaics_only() -> None:
    assert "+" in views({1.0: 4}, size_hw=(20, 20))[Draw(0, 0, 0)].name
    assert "+" not in views({1.0: 4}, size_hw=(24, 20))[Draw(0, 0, 0)].name
    drawn = views({1.0: 4}, size_hw=(20, 20), most_rows=4)
    together = {len(drawn[Draw(0, epoch, 0)].name.split("+")) for epoch in range(40)}
    assert together == {4, 9, 16}


def test_small_images_are_joined_with_small_ones() -> None:
    entries = [
        replace(entry, name=f"{size}/{entry.name}")
        for size in (20, 40)
        for entry in views({1.0: 4}, size_hw=(size, size)).entries
    ]
    source = Source("face_points", "x.zip")  # type: ignore[arg-type]
    drawn = TrainingViews(
        [Part(source, entries, [], [], Counter())], (48, 64), Augmentation(mosaic=1)
    )
    for i in range(len(drawn)):
        assert len({name[:2] for name in drawn[Draw(i, 0, 2)].name.split("+")}) == 1


def test_settings_that_cannot_train_are_said(boxes_zip) -> None:
    source = Source("coco", boxes_zip, "labels.json")
    with pytest.raises(DataError, match="none twice"):
        DetectionData([source], ["face", "face"])
    with pytest.raises(DataError, match="at least one name"):
        DetectionData([source], [])
    with pytest.raises(DataError, match=r"most_rows is 1; give 2 or more"):
        Augmentation(most_rows=1)
    with pytest.raises(DataError, match="fewer than batch_size 99"):
        DetectionData([source], ["face"], batch_size=99).setup()


def test_nothing_is_frozen_that_was_never_trained() -> None:
    with pytest.raises(StrideError, match=r"there are none; give model\.weights, or 0"):
        task(["face"], True, frozen_stride=2).on_fit_start()
