from __future__ import annotations

import json
from pathlib import Path

import pytest

from followme.perception.card import load_card
from followme_training.common.card import CardError, read_card, write_card

FACTS = {
    "name": "d",
    "version": "1",
    "task": "depth",
    "input_size": [48, 64],
    "focal_length_px": 51.9,
    "training": {"epochs": 1},
    "metrics": [{"set": "s", "split": "p", "measure": "abs_rel", "value": 0.1}],
    "licence": "Apache-2.0",
}


@pytest.fixture
def onnx(tmp_path: Path) -> Path:
    file = tmp_path / "depth.onnx"
    file.write_bytes(b"weights")
    return file


@pytest.mark.parametrize("missing", [k for k in FACTS if k != "focal_length_px"])
def test_a_card_without_a_fact_is_not_written(onnx: Path, missing: str) -> None:
    with pytest.raises(CardError, match=missing):
        write_card(onnx, {k: v for k, v in FACTS.items() if k != missing})
    assert not onnx.with_suffix(".json").exists()


def test_the_runtime_accepts_the_card(onnx: Path) -> None:
    card = load_card(write_card(onnx, FACTS))
    assert (card.task, card.input_size, card.focal_length_px) == ("depth", (48, 64), 51.9)
    assert card.resize == "plain"
    assert read_card(onnx)["name"] == "d"


@pytest.mark.parametrize("text", [None, "{", "[]", json.dumps({"sha256": "0"})])
def test_a_card_of_something_else_is_refused(onnx: Path, text: str | None) -> None:
    if text is not None:
        onnx.with_suffix(".json").write_text(text, encoding="utf-8")
    with pytest.raises(CardError, match="export the model again"):
        read_card(onnx)
