"""Runs a network, of whatever engine, over labelled images and measures it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def network_predictor(network: Classifier, shape: Sequence[int]) -> Predictor:
    """Return a function that asks the network itself.

    Parameters
    ----------
    network : Classifier
        Of whatever kind; many a one answers images of any size, but badly.
    shape : sequence of three ints
        Height, width and channels that it was trained for.

    Raises
    ------
    DataError
        Later, when images have another size.
    """
    exported = ExportedClassifier(network).eval()

    def predict(images: NDArray[np.uint8]) -> Logits:
        _check_shape("the network", shape, images)
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

    def predict(images: NDArray[np.uint8]) -> Logits:
        _check_shape(onnx.name, inputs[0][2][1:], images)
        return np.asarray(engine(np.ascontiguousarray(images))["logits"], np.float32)

    return predict


def check_classes(names: Sequence[str], images: LabelledImages) -> None:
    """Refuse images of other classes than those that a network knows.

    Parameters
    ----------
    names : sequence of str
        Of the network's classes, by number; none where they are not known.
    images : LabelledImages
        What it shall name.

    Raises
    ------
    DataError
        With the first class that differs.
    """
    own = images.classes.names
    if not names:
        return
    if len(names) != len(own):
        raise _other_count(len(names), images)
    for number, (name, other) in enumerate(zip(names, own, strict=True)):
        if name != other:
            raise DataError(
                f"class {number} of the network is {name!r}, that of {images.source} is "
                f"{other!r}; give data of the classes that it was trained for"
            )


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
        raise _other_count(logits.shape[1], images)
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


def _check_shape(name: str, wanted: Sequence[object], images: NDArray[np.uint8]) -> None:
    if list(images.shape[1:]) != list(wanted):
        raise DataError(
            f"{name} takes images of {list(wanted)} (height, width, channels), these are "
            f"{list(images.shape[1:])}; give data of its kind, a folder with --size-hw "
            f"{wanted[0]} {wanted[1]}"
        )


def _other_count(known: int, images: LabelledImages) -> DataError:
    return DataError(
        f"the network knows {known} classes, {images.source} has {len(images.classes)}; give the "
        "data that it was trained for"
    )
