"""Export of segmentation in 8 bits: beside the file, in its place, or refused."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

from followme.perception.card import load_card
from followme_training.common.card import read_card
from followme_training.segmentation import int8, publication
from tests.training.eight_bits import exported, is_marked, stand_in

export = partial(exported, "segmentation", "segmentation.onnx")


@pytest.fixture
def seen(monkeypatch) -> list[np.ndarray]:
    """Return the images with which a copy that stands for 8 bits is made."""
    return stand_in(monkeypatch, int8)


def test_beside_the_file_with_a_card_and_its_cost(trained_segmentation, tmp_path, seen) -> None:
    assert export(trained_segmentation, tmp_path, "--int8", "--int8-images", "2") == 0
    models = tmp_path / "models"
    assert is_marked(models / "segmentation.int8.onnx")
    assert not is_marked(models / "segmentation.onnx")
    for stem in ("segmentation", "segmentation.int8"):
        # the runtime takes it too
        card = load_card(models / f"{stem}.json")
        assert 0.0 <= card.thresholds["score"] <= 1.0
    # training images, of the input size
    assert [image.shape for image in seen] == [(48, 64, 3)] * 2
    page = tmp_path / "reports" / trained_segmentation.name
    content = json.loads((page / "metrics.json").read_text(encoding="utf-8"))
    assert content["facts"]["shipped"] == "float32"
    said = {m["split"]: m["value"] for m in content["metrics"] if m["measure"] == "miou, int8"}
    assert set(said) == {"by onnxruntime", "by openvino"}


def test_in_its_place_or_refused(trained_segmentation, tmp_path, seen, monkeypatch, capsys) -> None:
    models = tmp_path / "models"
    assert export(trained_segmentation, tmp_path, "--ship-int8") == 0
    assert {p.name for p in models.iterdir()} == {"segmentation.onnx", "segmentation.json"}
    assert is_marked(models / "segmentation.onnx")
    assert read_card(models / "segmentation.onnx")["task"] == "segmentation"
    # even a copy that costs nothing would have to be better
    monkeypatch.setattr(publication, "LARGEST_LOSS", -0.001)
    assert export(trained_segmentation, tmp_path, "--ship-int8") == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("followme-train: segmentation.int8.onnx: miou falls from ")
    assert len(said.splitlines()) == 1
    assert not is_marked(models / "segmentation.onnx")
