"""Export of segmentation in 8 bits: beside the file, in its place, or refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest

from followme.perception.card import load_card
from followme_training.common.card import read_card
from followme_training.common.command import main
from followme_training.segmentation import int8, publication

#: What the tests put into a file that stands for one of 8 bits.
MARK = "eight bits"


@pytest.fixture
def seen(monkeypatch) -> list[np.ndarray]:
    """Let a copy of the file stand for one of 8 bits; return the images that it is made with."""
    images: list[np.ndarray] = []

    def marked(file: Path, target: Path, given: Sequence[np.ndarray]) -> None:
        images.extend(given)
        model = onnx.load(str(file))
        model.doc_string = MARK
        onnx.save(model, str(target))

    monkeypatch.setattr(int8, "quantise", marked)
    return images


def export(trained: Path, folder: Path, *options: str) -> int:
    onnx_file = folder / "models" / "segmentation.onnx"
    out = ["--out", str(onnx_file), "--reports", str(folder / "reports")]
    return main(["segmentation", "export", str(trained), *out, *options])


def is_marked(file: Path) -> bool:
    return bool(onnx.load(str(file)).doc_string == MARK)


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
