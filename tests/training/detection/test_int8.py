"""Export of a detector in 8 bits: beside the file, in its place, or refused."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from followme.perception.card import load_card
from followme_training.common.card import read_card
from followme_training.common.command import main
from followme_training.detection import int8, publication
from tests.training.detection.conftest import SIZE_HW, write_settings
from tests.training.eight_bits import exported, is_marked, stand_in

export = partial(exported, "detection", "face.onnx")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, boxes_zip: Path) -> Path:
    """Return the folder of a finished tiny run, for faces."""
    folder = tmp_path_factory.mktemp("trained")
    assert main(["detection", "fit", "-c", str(write_settings(folder, boxes_zip, epochs=1))]) == 0
    return folder / "run"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the run's file is kept, as each test would export the same."""
    return tmp_path_factory.mktemp("kept") / "face.onnx"


@pytest.fixture
def seen(monkeypatch, kept: Path) -> list[np.ndarray]:
    """Return the images with which a copy that stands for 8 bits is made."""
    return stand_in(monkeypatch, int8, publication, kept)


def report(folder: Path) -> tuple[dict[str, str], dict[str, float]]:
    content = json.loads((folder / "reports/run/metrics.json").read_text(encoding="utf-8"))
    rows = [m for m in content["metrics"] if m["set"] == "int8 against float32"]
    return content["facts"], {f"{m['split']}: {m['measure']}": m["value"] for m in rows}


def test_beside_the_file_with_a_card_and_its_cost(trained, tmp_path, seen) -> None:
    assert export(trained, tmp_path, "--int8", "--int8-images", "3") == 0
    models = tmp_path / "models"
    names = {"face.onnx", "face.json", "face.int8.onnx", "face.int8.json"}
    assert {p.name for p in models.iterdir()} == names
    assert is_marked(models / "face.int8.onnx") and not is_marked(models / "face.onnx")
    for stem in ("face", "face.int8"):
        # the runtime takes it too
        assert load_card(models / f"{stem}.json").task == "face"
    # training images, of the input size
    assert [image.shape for image in seen] == [(*SIZE_HW, 3)] * 3
    facts, values = report(tmp_path)
    assert facts["shipped"] == "float32" and facts["int8"].startswith("face.int8.onnx: ")
    for engine in ("onnxruntime", "openvino"):
        assert values[f"by {engine}: boxes, largest difference"] == 0.0
        before, after = (values[f"by {engine}: ap50, {bits}"] for bits in ("float32", "int8"))
        assert before == after


def test_in_the_place_of_the_file(trained, tmp_path, seen) -> None:
    models = tmp_path / "models"
    models.mkdir()
    # of an earlier export with --int8
    for name in ("face.int8.onnx", "face.int8.json"):
        (models / name).write_bytes(b"old")
    assert export(trained, tmp_path, "--ship-int8") == 0
    assert {p.name for p in models.iterdir()} == {"face.onnx", "face.json"}
    assert is_marked(models / "face.onnx")
    assert read_card(models / "face.onnx")["task"] == "face"
    assert report(tmp_path)[0]["shipped"] == "int8"


def test_what_costs_more_than_a_point_is_not_shipped(
    trained, tmp_path, seen, monkeypatch, capsys
) -> None:
    assert (int8.MEASURE, int8.LARGEST_LOSS) == ("ap50", 0.01)
    # even a copy that costs nothing would have to be better
    monkeypatch.setattr(publication, "LARGEST_LOSS", -0.001)
    assert export(trained, tmp_path, "--ship-int8") == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("followme-train: face.int8.onnx: ap50 falls from ")
    assert len(said.splitlines()) == 1
    models = tmp_path / "models"
    assert not is_marked(models / "face.onnx") and is_marked(models / "face.int8.onnx")
    assert report(tmp_path)[0]["shipped"] == "float32"


def test_mistakes_are_said_before_anything_is_written(
    trained, tmp_path, seen, monkeypatch, capsys
) -> None:
    assert export(trained, tmp_path, "--int8", "--int8-images", "0") == 2
    assert "int8: 0 training images are no calibration" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "nncf", None)
    assert export(trained, tmp_path, "--int8") == 2
    assert "int8 needs NNCF, which is not installed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
