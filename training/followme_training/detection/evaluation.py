"""Runs a detector, of whatever engine, over images with known boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from followme_training.common.onnx_file import Engine
from followme_training.common.progress import progress
from followme_training.common.resampling import resized_rgb
from followme_training.detection.detections import Found, found
from followme_training.detection.entries import BoxImages
from followme_training.detection.figures import Figures, without_small
from followme_training.detection.module import MEASURED_SCORE
from followme_training.detection.sample import Boxes, BoxSample, Colours

#: From an image (H, W, 3) uint8 to the things in it, in its own pixels.
Predictor = Callable[[Colours], Found]


def predictor(
    engine: Engine, size_hw: tuple[int, int], least_score: float = MEASURED_SCORE
) -> Predictor:
    """Return a function from an image to what is in it, as the runtime makes it.

    Parameters
    ----------
    engine : callable
        From an image (H, W, 3) uint8 to ``boxes`` (N, 4), ``scores`` (N,) or (N, C) and, where
        there are, ``landmarks`` (N, 5, 2).
    size_hw : tuple of two ints
        Of the input.
    least_score : float
        What is less sure is dropped.
    """

    def predict(rgb: Colours) -> Found:
        said = {name: torch.from_numpy(v) for name, v in engine(resized_rgb(rgb, size_hw)).items()}
        scores = said["scores"]
        things = found(
            said["boxes"],
            scores[:, None] if scores.ndim == 1 else scores,
            said.get("landmarks"),
            least_score,
        )
        height, width = rgb.shape[:2]
        factors = np.array([width / size_hw[1], height / size_hw[0]], np.float32)
        points = None if things.points is None else things.points * factors
        return things._replace(xyxy=things.xyxy * np.tile(factors, 2), points=points)

    return predict


def evaluate(
    images: BoxImages,
    predict: Predictor,
    classes: Sequence[str],
    landmarks: bool,
    least_px: float = 0.0,
) -> Figures:
    """Return the figures over images.

    Parameters
    ----------
    images : sequence of BoxSample
        With what is there.
    predict : callable
        The detector.
    classes : sequence of str
        In the order of its outputs.
    landmarks : bool
        Whether landmarks are measured.
    least_px : float
        Boxes with a shorter side than this, at a long side of 416 pixels, are not asked for.
    """
    figures = Figures(classes, landmarks)
    for sample in progress(images, "measuring"):
        size_hw = (sample.rgb.shape[0], sample.rgb.shape[1])
        truth = without_small(sample.boxes, size_hw, least_px)
        figures.add(predict(sample.rgb), truth, size_hw, size_hw)
    return figures


def sample_of(name: str, rgb: Colours, classes: int) -> BoxSample:
    """Return an image of which nothing is known."""
    return BoxSample(name, rgb, Boxes.of(labelled=[False] * classes))
