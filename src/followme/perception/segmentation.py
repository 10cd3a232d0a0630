"""What each pixel of an image shows."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.perception.card import Card, ModelError
from followme.perception.fitting import Fit
from followme.perception.network import Network
from followme.perception.session import Arrays
from followme.settings import ModelSettings
from followme.values.frame import ColourImage
from followme.values.label_map import LabelInfo, LabelMap


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
        When file or card cannot be used.
    """

    def __init__(self, model: Path, s: ModelSettings) -> None:
        super().__init__(model, "segmentation", s)

    def look(self, image: ColourImage) -> LabelMap:
        """Return the class of each pixel of an image, at its own size.

        Raises
        ------
        ModelError
            When the network gives a class that its card does not have.
        """
        outputs, fitting = self.run(image.bgr)
        return decode_labels(outputs, fitting, self.card, image.stamp_ns)

    def info(self, stamp_ns: int) -> LabelInfo:
        """Return what the numbers in a label map mean."""
        return LabelInfo(
            stamp_ns, self.card.classes, self.card.nyu40, self.file.name, self.card.sha256
        )


def decode_labels(outputs: Arrays, fitting: Fit, card: Card, stamp_ns: int) -> LabelMap:
    """Return the label map that a network's outputs stand for.

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

    Raises
    ------
    ModelError
        When there is a class that the card does not have.
    """
    highest = int(outputs["labels"].max())
    if highest >= len(card.classes):
        raise ModelError(
            f"{card.name}: it gives class {highest}, its card has {len(card.classes)} classes; "
            "export the model again"
        )
    return LabelMap(
        stamp_ns=stamp_ns,
        labels=_at_image_size(outputs["labels"][0], fitting),
        confidence=_at_image_size(outputs["confidence"][0], fitting),
        names=card.classes,
    )


def _at_image_size(values: NDArray[np.uint8], fitting: Fit) -> NDArray[np.uint8]:
    height, width = fitting.image_hw
    inner = np.ascontiguousarray(fitting.inner(values))
    # between two classes lies no third: the nearest wins
    resized = cv2.resize(inner, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized, np.uint8)
