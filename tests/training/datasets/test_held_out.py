"""Images that a network learnt from are never called held out."""

from __future__ import annotations

from pathlib import Path

import pytest

from followme_training.datasets.errors import DataError
from followme_training.datasets.held_out import (
    TRAINED_ON,
    held_out_words,
    images_words,
    measured_on,
)
from followme_training.depth.data import DepthData
from followme_training.detection.data import DetectionData
from followme_training.detection.sources import Source
from followme_training.segmentation.data import SegmentationData
from tests.training.conftest import SIZE_HW
from tests.training.detection.conftest import coco, write_set

MANY = list(range(200))


def test_what_is_held_out_is_measured() -> None:
    assert measured_on(MANY, [7, 9], 8, "x.zip") == [7, 9]
    assert held_out_words(2, True) == "2 images held out"
    assert images_words(True) == "held-out images"


def test_only_where_none_is_to_be_held_out_some_that_are_trained_with_stand_in() -> None:
    found = measured_on(MANY, [], 0, "x.zip")
    assert set(found) <= set(MANY) and 64 <= len(found) < len(MANY)
    assert held_out_words(66, False) == f"none held out, measured on 66 {TRAINED_ON}"
    with pytest.raises(DataError, match=r"x\.zip: hold_out_every is 400, .* none of 200 images; "):
        measured_on(MANY, [], 400, "x.zip")


@pytest.mark.parametrize("task", [DepthData, SegmentationData])
def test_nyuv2_of_which_no_scene_is_held_out_is_refused(nyu_zip: Path, task) -> None:
    with pytest.raises(DataError, match=r"hold_out_every is 400, .* give a smaller one, or 0"):
        task(nyu_zip, size_hw=SIZE_HW, batch_size=2, hold_out_every=400).setup("fit")
    everything = task(nyu_zip, size_hw=SIZE_HW, batch_size=2, hold_out_every=0)
    everything.setup("fit")
    assert not everything.holds_out
    assert 0 < len(everything.validation_images) <= len(everything.training_images)


def test_boxes_of_which_no_group_is_held_out_are_refused(tmp_path: Path) -> None:
    file = write_set(tmp_path / "set.zip", coco(6))
    sources = [Source("coco", file, "labels.json", hold_out=False)]
    with pytest.raises(DataError, match=r"sources: hold_out_every is 4, .* none of 6 images"):
        DetectionData(sources, ["face"], batch_size=2, hold_out_every=4).setup()
    everything = DetectionData(sources, ["face"], batch_size=2, hold_out_every=0)
    everything.setup()
    assert not everything.holds_out and len(everything.validation_images) == 6
