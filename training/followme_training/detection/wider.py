"""Measures a face detector by WIDER FACE's protocol, or what another one wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.images import decoded, rgb_of
from followme_training.detection.detections import Found
from followme_training.detection.evaluation import Predictor
from followme_training.detection.sample import Colours
from followme_training.detection.wider_files import read_found, read_truth, write_found
from followme_training.detection.wider_protocol import (
    LevelResult,
    Numbers,
    WiderImage,
    wider_results,
)


def measured_texts(truth: Path, texts: Path) -> tuple[int, dict[str, LevelResult]]:
    """Return how many images there are, and what came out of texts that a detector wrote.

    Raises
    ------
    DataError
        When truth or a text is missing or is not of its form.
    """
    images = read_truth(FileTree(truth))
    return len(images), wider_results(images, read_found(FileTree(texts), images))


def measured_network(
    truth: Path, pictures: Path, predict: Predictor, texts: Path | None = None
) -> tuple[int, dict[str, LevelResult]]:
    """Return how many images there are, and what came out of a network.

    Parameters
    ----------
    truth, pictures : Path
        Folders or zip files: the protocol's files, and ``EVENT/NAME.jpg``.
    predict : callable
        The detector.
    texts : Path, optional
        Folder to write what was found into, for WIDER's own evaluation code.

    Raises
    ------
    DataError
        When truth or an image is missing or is not of its form.
    """
    images = read_truth(FileTree(truth))
    tree = FileTree(pictures)
    if missing := _missing(tree, images):
        raise DataError(
            f"{pictures}: {missing[0]} and {len(missing) - 1} more images are missing; give the "
            "folder with WIDER's events in it"
        )
    found = [table_of(predict(_picture(tree, image))) for image in progress(images, "looking")]
    if texts is not None:
        write_found(texts, images, found)
    return len(images), wider_results(images, found)


def table_of(things: Found) -> Numbers:
    """Return left, top, width, height and score (M, 5) of what was found."""
    sides = things.xyxy[:, 2:] - things.xyxy[:, :2]
    return np.column_stack((things.xyxy[:, :2], sides, things.scores)).astype(np.float64)


def _file(image: WiderImage) -> str:
    return f"{image.event}/{image.name}.jpg"


def _missing(tree: FileTree, images: Sequence[WiderImage]) -> list[str]:
    there = tree.names()
    return [_file(image) for image in images if _file(image) not in there]


def _picture(tree: FileTree, image: WiderImage) -> Colours:
    name = _file(image)
    return rgb_of(decoded(tree.read(name), cv2.IMREAD_COLOR, f"{tree.path}: {name}"))
