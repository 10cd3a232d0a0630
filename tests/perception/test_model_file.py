from __future__ import annotations

from pathlib import Path

import pytest

from followme.perception import model_file
from followme.perception.card import ModelError
from followme.perception.model_file import find_model
from followme.settings import ModelSettings
from tests.build import tiny_depth_onnx


@pytest.fixture
def onnx(tmp_path) -> Path:
    return tiny_depth_onnx(tmp_path / "depth.onnx", 6, 8)


def test_the_file_asked_for_is_found(onnx):
    assert find_model("depth", ModelSettings(file=str(onnx))) == onnx


def test_a_home_folder_is_spelled_out(onnx, monkeypatch):
    monkeypatch.setenv("HOME", str(onnx.parent))
    assert find_model("depth", ModelSettings(file="~/depth.onnx")) == onnx


def test_a_file_asked_for_that_is_not_there_is_refused(tmp_path):
    for file in (tmp_path / "none.onnx", tmp_path):  # a folder is no file
        with pytest.raises(ModelError, match=r"^model.file: there is no file "):
            find_model("depth", ModelSettings(file=str(file)))


def test_a_card_instead_of_its_file_is_refused(onnx):
    with pytest.raises(ModelError, match=r"does not end in .onnx"):
        find_model("depth", ModelSettings(file=str(onnx.with_suffix(".json"))))


def test_without_a_wish_the_network_that_comes_along_is_found_or_none(onnx, monkeypatch):
    asked: list[tuple[str, ...]] = []

    def share_path(*parts: str) -> Path:
        asked.append(parts)
        if parts[-1] == "depth.onnx":
            return onnx
        raise FileNotFoundError(parts[-1])

    monkeypatch.setattr(model_file, "share_path", share_path)
    assert find_model("depth", ModelSettings()) == onnx
    assert find_model("objects", ModelSettings()) is None
    assert asked == [("models", "depth.onnx"), ("models", "objects.onnx")]
