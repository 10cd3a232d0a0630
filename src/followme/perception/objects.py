"""Which things an image shows, and where."""

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


class ObjectDetector(Network):
    """A network that finds things of the classes on its card.

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
        super().__init__(model, "objects", s)

    def look(self, image: ColourImage) -> Detections:
        """Return the things in an image, the surest first, in its own pixels."""
        outputs, fitting = self.run(image.bgr)
        return decode_objects(outputs, fitting, self.card, image.stamp_ns)


def decode_objects(outputs: Arrays, fitting: Fit, card: Card, stamp_ns: int) -> Detections:
    """Return the things that a network's outputs stand for.

    A box has one name, the surest of those above their thresholds; boxes of one name that overlap
    become one.

    Parameters
    ----------
    outputs : dict of str to array
        ``boxes`` (N, 4) in pixels of the input from its outer edge, and ``scores`` (N, C), before
        suppression.
    fitting : Fit
        How the image lies in the input.
    card : Card
        C classes, thresholds, overlap.
    stamp_ns : int
        Of the image.
    """
    height, width = fitting.image_hw
    limits = np.array([card.threshold(name) for name in card.classes], np.float32)
    scores = np.where(outputs["scores"] >= limits, outputs["scores"], np.float32(0.0))  # no NaN
    best = np.argmax(scores, axis=1)
    sure = np.flatnonzero(scores[np.arange(len(best)), best] > 0)
    group = best[sure]
    score = np.minimum(scores[sure, group], np.float32(1.0))
    boxes = fitting.to_image(outputs["boxes"][sure].reshape(-1, 2, 2)).reshape(-1, 4)
    boxes = clip_boxes(boxes, width, height)
    usable = np.flatnonzero(has_area(boxes))
    kept = usable[surest(boxes[usable], score[usable], group[usable], card.overlap)]
    return Detections(
        stamp_ns=stamp_ns,
        size_wh=(width, height),
        xyxy=boxes[kept],
        score=score[kept],
        name=tuple(card.classes[i] for i in group[kept]),
    )
