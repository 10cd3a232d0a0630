from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.perception import model_file
from followme.perception.card import ModelError
from followme.settings import (
    FaceDetectorSettings,
    ModelSettings,
    ObjectDetectorSettings,
    SegmenterSettings,
)
from followme.stages.names import EveryNth, Names, NameStage
from followme.values.frame import ColourImage
from tests.build import spot_onnx, tiny_segmentation_onnx

H, W = 24, 32


@pytest.fixture(autouse=True)
def no_model_comes_along(monkeypatch) -> None:
    def share_path(*parts: str) -> Path:
        raise FileNotFoundError("/".join(parts))

    monkeypatch.setattr(model_file, "share_path", share_path)


def an_image(stamp_ns: int = 0) -> ColourImage:
    bgr = np.full((H, W, 3), 200, np.uint8)
    bgr[12, 16, 2] = 255
    return ColourImage(stamp_ns, bgr)


def a_stage(face: Path | None = None, things: Path | None = None, labels: Path | None = None):
    def model(file: Path | None) -> ModelSettings:
        return ModelSettings(file="" if file is None else str(file))

    return NameStage(
        FaceDetectorSettings(model=model(face)),
        ObjectDetectorSettings(model=model(things)),
        SegmenterSettings(model=model(labels), every=3),
    )


def test_without_networks_nobody_looks():
    stage = a_stage()
    assert stage.look(an_image()) == Names()
    assert list(Names().all()) == []
    stage.close()


def test_each_network_that_is_there_looks(tmp_path):
    face = spot_onnx(tmp_path / "face.onnx", "face", H, W)
    things = spot_onnx(tmp_path / "objects.onnx", "objects", H, W)
    labels = tiny_segmentation_onnx(tmp_path / "segmentation.onnx", H, W)
    stage = a_stage(face, things, labels)
    names = stage.look(an_image(4))
    assert [who for who, _ in names.all()] == [FACES, OBJECTS, LABELS]
    assert all(seen.stamp_ns == 4 for _, seen in names.all())
    assert names.objects is not None and names.objects.name == ("person",)
    stage.close()
    with pytest.raises(ModelError, match="closed"):
        stage.look(an_image())


def test_labels_come_of_every_third_image_only(tmp_path):
    stage = a_stage(labels=tiny_segmentation_onnx(tmp_path / "segmentation.onnx", H, W))
    looked = [stage.look(an_image(n)).labels is not None for n in range(7)]
    assert looked == [True, False, False, True, False, False, True]


def test_a_file_asked_for_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ModelError, match="there is no file"):
        a_stage(things=tmp_path / "none.onnx")


@pytest.mark.parametrize("every", [1, 2, 5])
def test_every_nth_begins_with_the_first(every):
    counter = EveryNth()
    due = [counter.due(every) for _ in range(11)]
    assert due == [n % every == 0 for n in range(11)]
    counter.reset()
    assert counter.due(every)


def test_every_nth_may_change_while_it_counts():
    counter = EveryNth()
    assert [counter.due(10) for _ in range(4)] == [True, False, False, False]
    assert counter.due(2)
