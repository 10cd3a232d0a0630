"""Runs a network, of whatever engine, over images with known depth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.onnx_file import Engine
from followme_training.depth.data import resized
from followme_training.depth.metrics import ImageErrors, errors_of
from followme_training.depth.sample import DepthSample, Floats


class Guess(NamedTuple):
    """Metres and the deviation of their logarithm, (H, W), at the size of the original."""

    depth_m: Floats
    log_std: Floats


Predictor = Callable[[DepthSample], Guess]


def predictor(engine: Engine, size_hw: tuple[int, int], focal_length_px: float) -> Predictor:
    """Return a function from a sample to a guess, as the runtime makes it.

    Parameters
    ----------
    engine : callable
        From an image (H, W, 3) uint8 to ``depth`` and ``log_depth_std``, each (1, H, W).
    size_hw : tuple of two ints
        Of the input.
    focal_length_px : float
        For which the engine's metres hold, at the input size.
    """

    def predict(sample: DepthSample) -> Guess:
        small = resized(sample, size_hw)
        outputs = engine(small.rgb)
        ratio = np.float32(small.camera.fx / focal_length_px)
        height, width = sample.depth_m.shape
        log_depth, log_std = (
            cv2.resize(values[0], (width, height), interpolation=cv2.INTER_LINEAR)
            for values in (np.log(outputs["depth"]), outputs["log_depth_std"])
        )
        return Guess(_floats(np.exp(log_depth) * ratio), _floats(log_std))

    return predict


def evaluate(samples: Iterable[DepthSample], predict: Predictor) -> list[ImageErrors]:
    """Return the errors of each image that has any known depth."""
    found = (errors_of(g.depth_m, s.depth_m, g.log_std) for s, g in _with_guess(samples, predict))
    return [e for e in found if e is not None]


def scale_corrected(predict: Predictor) -> Predictor:
    """Return a predictor whose scale is right: by the median of truth over guess.

    Shows what is left when something else, a sensor or the floor, knows the metres.
    """

    def corrected(sample: DepthSample) -> Guess:
        guess = predict(sample)
        with np.errstate(invalid="ignore"):
            ratio = np.nanmedian(sample.depth_m / guess.depth_m)
        return guess._replace(depth_m=_floats(guess.depth_m * np.float32(ratio)))

    return corrected


def _with_guess(
    samples: Iterable[DepthSample], predict: Predictor
) -> Iterable[tuple[DepthSample, Guess]]:
    return ((sample, predict(sample)) for sample in samples)


def _floats(values: NDArray[np.generic]) -> Floats:
    return np.asarray(values, np.float32)
