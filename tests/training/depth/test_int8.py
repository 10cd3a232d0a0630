"""Export in 8 bits: beside the file, in its place, or refused."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from followme.perception.card import load_card
from followme_training.common.card import read_card
from followme_training.depth import int8, publication
from tests.training.eight_bits import exported, is_marked, stand_in

export = partial(exported, "depth", "depth.onnx")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the run's file is kept, as each test would export the same."""
    return tmp_path_factory.mktemp("kept") / "depth.onnx"


@pytest.fixture
def seen(monkeypatch, kept: Path) -> list[np.ndarray]:
    """Return the images with which a copy that stands for 8 bits is made."""
    return stand_in(monkeypatch, int8, publication, kept)


def report(folder: Path, trained: Path) -> tuple[dict[str, str], dict[str, float], str]:
    page = folder / "reports" / trained.name
    content = json.loads((page / "metrics.json").read_text(encoding="utf-8"))
    rows = [m for m in content["metrics"] if m["set"] == "int8 against float32"]
    values = {f"{m['split']}: {m['measure']}": m["value"] for m in rows}
    return content["facts"], values, (page / "report.md").read_text(encoding="utf-8")


def test_beside_the_file_with_a_card_and_its_cost(trained, tmp_path, seen) -> None:
    assert export(trained, tmp_path, "--int8", "--int8-images", "3", "--int8-seed", "5") == 0
    models = tmp_path / "models"
    names = {"depth.onnx", "depth.json", "depth.int8.onnx", "depth.int8.json"}
    assert {p.name for p in models.iterdir()} == names
    assert is_marked(models / "depth.int8.onnx")
    assert not is_marked(models / "depth.onnx")
    for stem in ("depth", "depth.int8"):
        card = read_card(models / f"{stem}.onnx")
        assert {m["set"] for m in card["metrics"]} == {"NYUv2 (training part)"}
        # the runtime takes it too
        assert load_card(models / f"{stem}.json").task == "depth"
    # training images, of the input size
    assert [image.shape for image in seen] == [(48, 64, 3)] * 3
    facts, values, text = report(tmp_path, trained)
    assert facts["shipped"] == "float32"
    assert facts["int8"].startswith("depth.int8.onnx: ")
    for engine in ("onnxruntime", "openvino"):
        assert values[f"by {engine}: depth, largest difference"] == 0.0
        assert values[f"by {engine}: depth, mean difference"] == 0.0
        for measure in ("abs_rel", "delta1", "within2", "runtime_ms"):
            assert values[f"by {engine}: {measure}, float32"] >= 0.0
            assert values[f"by {engine}: {measure}, int8"] >= 0.0
    assert "## int8 against float32, by openvino" in text


def test_in_the_place_of_the_file(trained, tmp_path, seen) -> None:
    models = tmp_path / "models"
    models.mkdir()
    # of an earlier export with --int8
    for name in ("depth.int8.onnx", "depth.int8.json"):
        (models / name).write_bytes(b"old")
    assert export(trained, tmp_path, "--ship-int8") == 0
    assert {p.name for p in models.iterdir()} == {"depth.onnx", "depth.json"}
    assert is_marked(models / "depth.onnx")
    assert read_card(models / "depth.onnx")["task"] == "depth"
    assert report(tmp_path, trained)[0]["shipped"] == "int8"


def test_what_costs_too_much_is_not_shipped(trained, tmp_path, seen, monkeypatch, capsys) -> None:
    # even a copy that costs nothing would have to be better
    monkeypatch.setattr(publication, "LARGEST_LOSS", -0.001)
    assert export(trained, tmp_path, "--ship-int8") == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("followme-train: depth.int8.onnx: delta1 falls from ")
    assert len(said.splitlines()) == 1
    models = tmp_path / "models"
    assert not is_marked(models / "depth.onnx")
    assert is_marked(models / "depth.int8.onnx")
    assert read_card(models / "depth.onnx")["task"] == "depth"
    assert report(tmp_path, trained)[0]["shipped"] == "float32"


def test_a_missing_nncf_is_said_before_anything_is_written(
    trained, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setitem(sys.modules, "nncf", None)
    assert export(trained, tmp_path, "--int8") == 2
    assert "int8 needs NNCF, which is not installed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_no_images_to_calibrate_with_is_said_before_anything_is_written(
    trained, tmp_path, seen, capsys
) -> None:
    assert export(trained, tmp_path, "--int8", "--int8-images", "0") == 2
    assert "int8: 0 training images are no calibration" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
