"""Where faces are, with five points on each. Whose they are is never asked (B10)."""

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

#: What each detection is called.
FACE = "face"


class FaceDetector(Detector):
    """A network that finds faces; see :class:`followme.perception.detector.Detector`."""

    def __init__(
        self, model: Path, s: ModelSettings, tiles: str = "1x1", thresholds: str = ""
    ) -> None:
        super().__init__(model, "face", s, tiles, thresholds)

    @property
    def names(self) -> Sequence[str]:
        return (FACE,)

    def candidates(self, outputs: Arrays, fitting: Fit) -> Candidates:
        return face_candidates(outputs, fitting, self.card)


def face_candidates(outputs: Arrays, fitting: Fit, card: Card) -> Candidates:
    """Return the faces that a network is sure enough of, in pixels of the image.

    Parameters
    ----------
    outputs : dict of str to array
        ``boxes`` (N, 4), ``scores`` (N,), ``landmarks`` (N, 5, 2), before suppression, in pixels
        of the input from its outer edge.
    fitting : Fit
        How the image lies in the input.
    card : Card
        Threshold.
    """
    sure = np.flatnonzero(outputs["scores"] >= card.threshold(FACE))  # NaN is not
    score = np.minimum(outputs["scores"][sure], np.float32(1.0))
    boxes = fitting.to_image(outputs["boxes"][sure].reshape(-1, 2, 2)).reshape(-1, 4)
    points = fitting.to_image(outputs["landmarks"][sure])
    points[~np.isfinite(points).all(axis=2)] = np.nan
    return Candidates(boxes, score, np.zeros(len(sure), np.intp), points)


def decode_faces(outputs: Arrays, fitting: Fit, card: Card, stamp_ns: int) -> Detections:
    """Return the faces that a network's outputs stand for; see :func:`face_candidates`."""
    height, width = fitting.image_hw
    found = face_candidates(outputs, fitting, card)
    return said(found, (FACE,), card.overlap, (width, height), stamp_ns)
