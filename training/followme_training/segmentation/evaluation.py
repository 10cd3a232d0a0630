"""Runs a network, of whatever engine, over labelled images and measures it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.common.onnx_file import Engine
from followme_training.common.progress import progress
from followme_training.common.resampling import resized_rgb
from followme_training.segmentation.boundary import BoundaryIou
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.confidence import ConfidenceHistogram
from followme_training.segmentation.confusion import ConfusionMatrix
from followme_training.segmentation.deeplab import DeepLab, resized
from followme_training.segmentation.sample import SegmentationImages
from followme_training.segmentation.whole_view import whole_view


class Guess(NamedTuple):
    """Classes and their probability as 0 to 255, (H, W) uint8, at the size of the original."""

    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint8]


#: From colours (H, W, 3) uint8 of any size to a guess of that size.
Predictor = Callable[[NDArray[np.uint8]], Guess]


def predictor(engine: Engine, size_hw: tuple[int, int]) -> Predictor:
    """Return a function from an image to a guess, as the runtime makes it: plainly resized.

    Parameters
    ----------
    engine : callable
        From an image (H, W, 3) uint8 to ``labels`` and ``confidence``, each (1, H, W) uint8.
    size_hw : tuple of two ints
        Of the input.
    """

    def predict(rgb: NDArray[np.uint8]) -> Guess:
        outputs = engine(resized_rgb(rgb, size_hw))
        size = (rgb.shape[1], rgb.shape[0])
        # between two classes lies no third: the nearest wins
        labels, confidence = (
            cv2.resize(outputs[name][0], size, interpolation=cv2.INTER_NEAREST_EXACT)
            for name in ("labels", "confidence")
        )
        return Guess(np.asarray(labels, np.uint8), np.asarray(confidence, np.uint8))

    return predict


def averaged(
    network: DeepLab,
    size_hw: tuple[int, int],
    scales: Sequence[float] = (1.0,),
    flip: bool = False,
    keep_aspect_ratio: bool = False,
) -> Predictor:
    """Return a function that averages probabilities over views of an image.

    Slower than :func:`predictor` by the number of views, and a little better; papers that report
    "MS" and "Flip" do this (Chen et al., 2017, section 4.1).

    Parameters
    ----------
    network : DeepLab
        Trained.
    size_hw : tuple of two ints
        Of the input at scale 1.
    scales : sequence of float
        Of the input.
    flip : bool
        Whether each view is also seen mirrored.
    keep_aspect_ratio : bool
        As in training; see :func:`followme_training.segmentation.whole_view.whole_view`.
    """
    probabilities = averaged_probabilities(network, size_hw, scales, flip, keep_aspect_ratio)

    def predict(rgb: NDArray[np.uint8]) -> Guess:
        highest, labels = probabilities(rgb).max(0)  # (H, W) each
        return Guess(
            labels.to(torch.uint8).numpy(), torch.round(255.0 * highest).to(torch.uint8).numpy()
        )

    return predict


def averaged_probabilities(
    network: DeepLab,
    size_hw: tuple[int, int],
    scales: Sequence[float] = (1.0,),
    flip: bool = False,
    keep_aspect_ratio: bool = False,
) -> Callable[[NDArray[np.uint8]], torch.Tensor]:
    """Return a function from an image (H, W, 3) to the probability of each class, (C, H, W).

    Parameters are those of :func:`averaged`.
    """
    network.eval()

    def probabilities(rgb: NDArray[np.uint8]) -> torch.Tensor:
        total = torch.zeros(())
        with torch.no_grad():
            for scale in scales:
                whole, (h, w) = whole_view(rgb, size_hw, keep_aspect_ratio, scale)
                view = torch.from_numpy(whole).permute(2, 0, 1)[None].float()
                for mirror in (False, True)[: 1 + flip]:
                    logits = network(view.flip(3) if mirror else view)
                    logits = logits.flip(3) if mirror else logits
                    shown = logits[:, :, :h, :w]
                    enlarged = resized(shown, (rgb.shape[0], rgb.shape[1]))
                    total = total + enlarged.softmax(1)[0]
        return total / (len(scales) * (1 + flip))

    return probabilities


def evaluate(
    images: SegmentationImages,
    predict: Predictor,
    classes: ClassList,
    confidence: ConfidenceHistogram | None = None,
) -> dict[str, float]:
    """Return the figures of all images together, whole images at their own size.

    ``images``, what :meth:`ConfusionMatrix.summary` and :meth:`BoundaryIou.summary` give, and
    ``confidence_right`` and ``confidence_wrong``: the mean probability of the guessed class where
    it is right and where it is wrong, which ``confidence`` has more of.
    """
    confidence = confidence or ConfidenceHistogram()
    confusion, boundary = ConfusionMatrix(len(classes)), BoundaryIou(len(classes))
    for sample in progress(images, "measuring"):
        guess = predict(sample.rgb)
        confusion.update(sample.labels, guess.labels)
        boundary.update(sample.labels, guess.labels)
        known = sample.labels < len(classes)
        right = sample.labels == guess.labels
        confidence.update(guess.confidence, known & right, known & ~right)
    sure_right, sure_wrong = confidence.means()
    return {
        "images": float(len(images)),
        **confusion.summary(classes.names),
        **boundary.summary(classes.names),
        "confidence_right": sure_right,
        "confidence_wrong": sure_wrong,
    }
