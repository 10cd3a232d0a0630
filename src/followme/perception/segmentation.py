"""What each pixel of an image shows."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.perception.card import Card, ModelError
from followme.perception.fitting import Fit
from followme.perception.network import Network
from followme.perception.session import Arrays
from followme.settings import ModelSettings, did_you_mean
from followme.values.frame import ColourImage
from followme.values.label_map import NO_CLASS, LabelInfo, LabelMap


class Segmenter(Network):
    """A network that gives each pixel a class of its card.

    Parameters
    ----------
    model : Path
        The ONNX file; its card lies beside it.
    s : ModelSettings
        Engine and threads.

    Raises
    ------
    ModelError
        When file or card cannot be used, or a threshold is that of no class.
    """

    def __init__(self, model: Path, s: ModelSettings) -> None:
        super().__init__(model, "segmentation", s)
        self._least = least_confidence(self.card)

    def look(self, image: ColourImage) -> LabelMap:
        """Return the class of each pixel of an image, at its own size; unknown where unsure.

        Raises
        ------
        ModelError
            When the network gives a class that its card does not have.
        """
        outputs, fitting = self.run(image.bgr)
        return decode_labels(outputs, fitting, self.card, image.stamp_ns, self._least)

    def info(self, stamp_ns: int) -> LabelInfo:
        """Return what the numbers in a label map mean."""
        return LabelInfo(
            stamp_ns, self.card.classes, self.card.nyu40, self.file.name, self.card.sha256
        )


def least_confidence(card: Card) -> NDArray[np.uint8]:
    """Return the confidence that a pixel of each class needs, as a table of all labels.

    Parameters
    ----------
    card : Card
        Classes and thresholds, 0 to 1.

    Returns
    -------
    (256,) uint8
        0 to 255, by label; 0 where the card asks for nothing.

    Raises
    ------
    ModelError
        When a threshold is that of no class, or there are more classes than labels.
    """
    if len(card.classes) > NO_CLASS:
        raise ModelError(
            f"{card.name}: its card has {len(card.classes)} classes, labels tell {NO_CLASS} apart; "
            "export a model of fewer classes"
        )
    known = (*card.classes, "score")
    for name in card.thresholds:
        if name not in known:
            raise ModelError(
                f"{card.name}: thresholds has {name!r}, which is no class of its card"
                f"{did_you_mean(name, known)}; mend the card or export the model again"
            )
    needed = np.zeros(256, np.uint8)
    for label, name in enumerate(card.classes):
        # a threshold that once was a float32 lies a hair above the byte that it stands for
        needed[label] = math.ceil(round(255 * card.threshold(name), 3))
    return needed


def decode_labels(
    outputs: Arrays, fitting: Fit, card: Card, stamp_ns: int, least: NDArray[np.uint8]
) -> LabelMap:
    """Return the label map that a network's outputs stand for.

    A pixel that is less sure than its class needs has no class: floor that is only likely must
    not pass for floor. Its confidence stays what the network gave.

    Parameters
    ----------
    outputs : dict of str to array
        ``labels`` and ``confidence`` (1, h, w) uint8.
    fitting : Fit
        How the image lies in the input.
    card : Card
        Classes.
    stamp_ns : int
        Of the image.
    least : (256,) uint8
        Confidence that a pixel needs, by label; see :func:`least_confidence`.

    Raises
    ------
    ModelError
        When there is a class that the card does not have.
    """
    labels, confidence = outputs["labels"][0], outputs["confidence"][0]
    highest = int(labels.max())
    if highest >= len(card.classes):
        raise ModelError(
            f"{card.name}: it gives class {highest}, its card has {len(card.classes)} classes; "
            "export the model again"
        )
    unsure = confidence < cv2.LUT(labels, least)
    return LabelMap(
        stamp_ns=stamp_ns,
        labels=_at_image_size(np.where(unsure, np.uint8(NO_CLASS), labels), fitting),
        confidence=_at_image_size(confidence, fitting),
        names=card.classes,
    )


def _at_image_size(values: NDArray[np.uint8], fitting: Fit) -> NDArray[np.uint8]:
    height, width = fitting.image_hw
    inner = np.ascontiguousarray(fitting.inner(values))
    # between two classes lies no third: the nearest wins
    resized = cv2.resize(inner, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized, np.uint8)
