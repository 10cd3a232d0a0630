"""What is measured is what the runtime gives, but for where pixels are counted from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme.perception.faces import FaceDetector
from followme.settings import ModelSettings
from followme.values.frame import ColourImage
from followme_training.common.onnx_file import onnxruntime_engine
from followme_training.detection.evaluation import predictor
from tests.build import constant_onnx

INPUT_HW = (240, 320)


@pytest.fixture
def one_pixel(tmp_path: Path) -> Path:
    """Return a detector that always finds a face over pixel (3, 7), with points at its corner."""
    outputs = {
        "boxes": np.array([[3, 7, 4, 8]], np.float32),
        "scores": np.array([0.9], np.float32),
        "landmarks": np.full((1, 5, 2), [3.0, 7.0], np.float32),
    }
    return constant_onnx(tmp_path / "face.onnx", "face", *INPUT_HW, outputs)


def test_a_box_over_one_pixel_is_measured_over_its_four(one_pixel: Path) -> None:
    """Columns 6 and 7, rows 14 and 15 of 640x480: from edge 6 to edge 8, from 14 to 16."""
    predict = predictor(onnxruntime_engine(one_pixel), INPUT_HW)
    found = predict(np.zeros((480, 640, 3), np.uint8))
    assert found.xyxy.tolist() == [[6, 14, 8, 16]]
    assert found.points is not None and found.points[0, 0].tolist() == [6, 14]


@pytest.mark.parametrize("size", [(480, 640), (240, 320), (333, 500), (120, 160)])
def test_the_runtime_says_the_same_from_the_centre_of_the_first_pixel(one_pixel, size) -> None:
    rgb = np.zeros((*size, 3), np.uint8)
    measured = predictor(onnxruntime_engine(one_pixel), INPUT_HW)(rgb)
    said = FaceDetector(one_pixel, ModelSettings()).look(ColourImage(1, rgb))
    np.testing.assert_allclose(said.xyxy, measured.xyxy - 0.5, atol=1e-4)
    assert said.landmarks is not None and measured.points is not None
    np.testing.assert_allclose(said.landmarks, measured.points - 0.5, atol=1e-4)
