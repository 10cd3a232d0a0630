"""Data sets by their kind: MNIST, CIFAR-100, a folder for each class."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from followme_training.classification.cifar100 import Part, read_cifar100
from followme_training.classification.cifar100_classes import COARSE, FINE
from followme_training.classification.idx_file import read_idx
from followme_training.classification.image_folder import read_class_folders
from followme_training.classification.labelled_images import ClassNames, LabelledImages
from followme_training.datasets.errors import DataError

Kind = Literal["mnist", "cifar100", "cifar100_coarse", "folder"]
#: What a data set is called.
WORDS = {
    "mnist": "MNIST",
    "cifar100": "CIFAR-100",
    "cifar100_coarse": "CIFAR-100, superclasses",
    "folder": "folders of images",
}
DIGITS = ClassNames(tuple("0123456789"))
_IDX = {"train": "train", "test": "t10k"}


def read_labelled(
    kind: Kind, path: Path, part: Part = "train", size_hw: tuple[int, int] | None = None
) -> LabelledImages:
    """Read a data set.

    Parameters
    ----------
    kind : str
        ``mnist``: a folder with the IDX files, or an npz file with ``images`` and ``labels``.
        ``cifar100`` and, with the superclasses as classes, ``cifar100_coarse``: see
        :func:`followme_training.classification.cifar100.read_cifar100`, or an npz file. ``folder``:
        a folder of images for each class.
    path : Path
        Where it is.
    part : str
        ``train`` or ``test`` of what has both; a single file is read whole.
    size_hw : tuple of two ints, optional
        To which the images of a ``folder`` are resized.

    Raises
    ------
    DataError
        When it cannot be used.
    """
    if kind not in WORDS:
        raise DataError(f"data.dataset is {kind!r}; give one of {', '.join(WORDS)}")
    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder; give the {WORDS[kind]} data")
    if kind == "folder":
        return read_class_folders(path, size_hw)
    if path.suffix == ".npz":
        classes = {"mnist": DIGITS, "cifar100": FINE, "cifar100_coarse": COARSE}[kind]
        return _npz(path, "coarse" if kind == "cifar100_coarse" else "fine", classes)
    if kind == "mnist":
        return _mnist(path, part)
    images, fine, coarse = read_cifar100(path, part)
    if kind == "cifar100_coarse":
        return LabelledImages(str(path), images, coarse, COARSE)
    return LabelledImages(str(path), images, fine, FINE)


def _mnist(folder: Path, part: Part) -> LabelledImages:
    found = []
    for what, dimensions in (("images", 3), ("labels", 1)):
        stem = f"{_IDX[part]}-{what}"
        names = [f"{stem}{mark}idx{dimensions}-ubyte{end}" for mark in "-." for end in ("", ".gz")]
        file = next((folder / n for n in names if (folder / n).is_file()), None)
        if file is None:
            raise DataError(f"{folder}: {names[0]} is missing; give the folder of MNIST's files")
        array = read_idx(file)
        if array.ndim != dimensions:
            raise DataError(
                f"{file}: has {array.ndim} dimensions, {what} have {dimensions}; fetch it again"
            )
        found.append(array)
    images, labels = found
    return LabelledImages(str(folder), images[..., None], labels.astype(np.int64), DIGITS)


def _npz(path: Path, kind: str, classes: ClassNames) -> LabelledImages:
    try:
        with np.load(path) as arrays:
            images = arrays["images"]
            labels = arrays[f"{kind}_labels" if f"{kind}_labels" in arrays else "labels"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{path}: cannot be used ({error}); give an npz file with images (N, H, W, 3) or "
            "(N, H, W) uint8 and labels (N,)"
        ) from error
    return LabelledImages(str(path), _with_channel(images), _whole(labels), classes)


def _with_channel(images: NDArray[Any]) -> NDArray[Any]:
    return images[..., None] if images.ndim == 3 else images


def _whole(labels: NDArray[Any]) -> NDArray[Any]:
    return labels.astype(np.int64) if labels.dtype.kind in "iu" else labels
