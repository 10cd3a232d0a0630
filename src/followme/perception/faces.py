"""Where faces are, with five points on each. Whose they are is never asked (B10)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from followme.perception.boxes import clip_boxes, has_area, surest
from followme.perception.card import Card
from followme.perception.fitting import Fit
from followme.perception.network import Network
from followme.perception.session import Arrays
from followme.settings import ModelSettings
from followme.values.detections import Detections
from followme.values.frame import ColourImage

#: What each detection is called.
FACE = "face"


class FaceDetector(Network):
    """A network that finds faces.

    Parameters
    ----------
    model : Path
        The ONNX file; its card lies beside it.
    s : ModelSettings
        Engine and threads.

    Raises
    ------
    ModelError
        When file or card cannot be used.
    """

    def __init__(self, model: Path, s: ModelSettings) -> None:
        super().__init__(model, "face", s)

    def look(self, image: ColourImage) -> Detections:
        """Return the faces of an image, the surest first, in its own pixels."""
        outputs, fitting = self.run(image.bgr)
        return decode_faces(outputs, fitting, self.card, image.stamp_ns)


def decode_faces(outputs: Arrays, fitting: Fit, card: Card, stamp_ns: int) -> Detections:
    """Return the faces that a network's outputs stand for.

    Parameters
    ----------
    outputs : dict of str to array
        ``boxes`` (N, 4), ``scores`` (N,), ``landmarks`` (N, 5, 2), before suppression, in pixels
        of the input from its outer edge.
    fitting : Fit
        How the image lies in the input.
    card : Card
        Threshold and overlap.
    stamp_ns : int
        Of the image.
    """
    height, width = fitting.image_hw
    sure = np.flatnonzero(outputs["scores"] >= card.threshold(FACE))  # NaN is not
    score = np.minimum(outputs["scores"][sure], np.float32(1.0))
    boxes = fitting.to_image(outputs["boxes"][sure].reshape(-1, 2, 2)).reshape(-1, 4)
    boxes = clip_boxes(boxes, width, height)
    usable = np.flatnonzero(has_area(boxes))
    kept = usable[
        surest(boxes[usable], score[usable], np.zeros(len(usable), np.intp), card.overlap)
    ]
    points = fitting.to_image(outputs["landmarks"][sure[kept]])
    points[~np.isfinite(points).all(axis=2)] = np.nan
    return Detections(
        stamp_ns=stamp_ns,
        size_wh=(width, height),
        xyxy=boxes[kept],
        score=score[kept],
        name=(FACE,) * len(kept),
        landmarks=points,
    )
