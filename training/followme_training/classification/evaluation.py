"""Runs a network, of whatever engine, over labelled images and measures it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.classification.exported import ExportedClassifier
from followme_training.classification.labelled_images import LabelledImages
from followme_training.classification.metrics import (
    class_accuracy,
    confusion,
    group_accuracy,
    summary,
)
from followme_training.classification.networks import Classifier
from followme_training.common.onnx_file import onnxruntime_batch_engine, signature
from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError

Logits = NDArray[np.float32]
#: From images (N, H, W, C) uint8 to logits (N, K).
Predictor = Callable[[NDArray[np.uint8]], Logits]
_AT_ONCE = 200


def network_predictor(network: Classifier) -> Predictor:
    """Return a function that asks the network itself."""
    exported = ExportedClassifier(network).eval()

    def predict(images: NDArray[np.uint8]) -> Logits:
        with torch.no_grad():
            logits: Logits = exported(torch.from_numpy(np.ascontiguousarray(images)))[0].numpy()
        return logits

    return predict


def file_predictor(onnx: Path) -> Predictor:
    """Return a function that asks an ONNX file.

    Raises
    ------
    DataError
        When it does not give logits; later, when images have another size.
    """
    engine = onnxruntime_batch_engine(onnx)
    inputs, outputs = signature(onnx)
    if outputs != ["logits"]:
        raise DataError(f"{onnx}: gives {', '.join(outputs)}; give a file of a classifier")
    wanted = tuple(inputs[0][2][1:])

    def predict(images: NDArray[np.uint8]) -> Logits:
        if images.shape[1:] != wanted:
            raise DataError(
                f"{onnx.name} takes images of {list(wanted)} (height, width, channels), these are "
                f"{list(images.shape[1:])}; give data of its kind"
            )
        return np.asarray(engine(np.ascontiguousarray(images))["logits"], np.float32)

    return predict


def answers(images: LabelledImages, predict: Predictor) -> Logits:
    """Return the logits (N, K) of all images.

    Raises
    ------
    DataError
        When the network knows another number of classes.
    """
    parts = [images.images[begin : begin + _AT_ONCE] for begin in range(0, len(images), _AT_ONCE)]
    logits = np.concatenate([predict(part) for part in progress(parts, "measuring")])
    if logits.shape[1] != len(images.classes):
        raise DataError(
            f"the network knows {logits.shape[1]} classes, {images.source} has "
            f"{len(images.classes)}; give the data that it was trained for"
        )
    return logits


def figures_of(logits: Logits, images: LabelledImages) -> dict[str, float]:
    """Return all figures of logits (N, K) by name.

    ``images``, what :func:`followme_training.classification.metrics.summary` gives,
    ``superclass_accuracy`` (the named class is of the right superclass), ``superclass/<name>`` and
    ``class/<name>`` (shares of the images of one); NaN for a class that is absent.
    """
    classes = images.classes
    counts = confusion(images.labels, logits.argmax(1).astype(np.int64), len(classes))
    found = {"images": float(len(images)), **summary(logits, images.labels)}
    if classes.group_of:
        group = np.asarray(classes.group_of)
        right = group[logits.argmax(1)] == group[images.labels]
        found["superclass_accuracy"] = float(right.mean())
        each = group_accuracy(counts, classes)
        names = classes.group_names
        found |= {f"superclass/{n}": float(v) for n, v in zip(names, each, strict=True)}
    each = class_accuracy(counts)
    return found | {f"class/{n}": float(v) for n, v in zip(classes.names, each, strict=True)}
