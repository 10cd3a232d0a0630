from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme_training.common import parity
from followme_training.common.onnx_file import ExportError
from followme_training.common.parity import Limit, changed_share, check_parity

IMAGE = np.zeros((2, 4, 3), np.uint8)
LIMITS = {"labels": Limit(0.25, changed_share), "depth": Limit(0.5)}


def engine(labels: list[int], depth: float):
    found = {"labels": np.array([labels]), "depth": np.array([depth])}
    return lambda image: found


def compared(monkeypatch: pytest.MonkeyPatch, labels: list[int], depth: float) -> str:
    monkeypatch.setattr(parity, "onnxruntime_engine", lambda file: engine(labels, depth))
    monkeypatch.setattr(parity, "openvino_engine", lambda file: None)
    return check_parity(engine([1, 2, 3, 4], 2.0), Path("m.onnx"), [IMAGE], LIMITS)


def test_what_is_within_the_limits_is_said(monkeypatch) -> None:
    # one class of four is another, however far its number is
    said = compared(monkeypatch, [1, 2, 3, 200], 2.5)
    assert said == "parity: onnxruntime within 2.5e-01 (labels), 5.0e-01 (depth)"


@pytest.mark.parametrize(
    ("labels", "depth", "words"),
    [
        ([1, 2, 4, 3], 2.0, "labels by onnxruntime differs from the network by 0.5, at most 0.25"),
        ([1, 2, 3, 4], 2.6, "depth by onnxruntime differs from the network by 0.6, at most 0.5"),
        ([1, 2, 3, 4], float("nan"), "depth by onnxruntime differs from the network by nan"),
    ],
)
def test_what_is_beyond_a_limit_is_not_shipped(monkeypatch, labels, depth, words) -> None:
    with pytest.raises(ExportError, match=words):
        compared(monkeypatch, labels, depth)
