"""Which things an image shows, and where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from followme.perception.candidates import Candidates, said
from followme.perception.card import Card
from followme.perception.detector import Detector
from followme.perception.fitting import Fit
from followme.perception.session import Arrays
from followme.settings import ModelSettings
from followme.values.detections import Detections


class ObjectDetector(Detector):
    """A network that finds things of the classes on its card.

    See :class:`followme.perception.detector.Detector`.
    """

    def __init__(
        self, model: Path, s: ModelSettings, tiles: str = "1x1", thresholds: str = ""
    ) -> None:
        super().__init__(model, "objects", s, tiles, thresholds)

    @property
    def names(self) -> Sequence[str]:
        return self.card.classes

    def candidates(self, outputs: Arrays, fitting: Fit) -> Candidates:
        return object_candidates(outputs, fitting, self.card)


def object_candidates(outputs: Arrays, fitting: Fit, card: Card) -> Candidates:
    """Return the things that a network is sure enough of, in pixels of the image.

    A box has one name, the surest of those above their thresholds.

    Parameters
    ----------
    outputs : dict of str to array
        ``boxes`` (N, 4) in pixels of the input from its outer edge, and ``scores`` (N, C), before
        suppression.
    fitting : Fit
        How the image lies in the input.
    card : Card
        C classes and their thresholds.
    """
    limits = np.array([card.threshold(name) for name in card.classes], np.float32)
    scores = np.where(outputs["scores"] >= limits, outputs["scores"], np.float32(0.0))  # no NaN
    best = np.argmax(scores, axis=1)
    sure = np.flatnonzero(scores[np.arange(len(best)), best] > 0)
    group = best[sure]
    score = np.minimum(scores[sure, group], np.float32(1.0))
    boxes = fitting.to_image(outputs["boxes"][sure].reshape(-1, 2, 2)).reshape(-1, 4)
    return Candidates(boxes, score, group)


def decode_objects(outputs: Arrays, fitting: Fit, card: Card, stamp_ns: int) -> Detections:
    """Return the things that a network's outputs stand for; see :func:`object_candidates`."""
    height, width = fitting.image_hw
    found = object_candidates(outputs, fitting, card)
    return said(found, card.classes, card.overlap, (width, height), stamp_ns)
