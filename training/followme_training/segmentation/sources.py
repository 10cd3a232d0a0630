"""Where labelled images come from, split into those for training and those held out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, cast

from torch.utils.data import ConcatDataset, Dataset

from followme_training.datasets import pairs
from followme_training.datasets.errors import DataError
from followme_training.datasets.held_out import measured_on
from followme_training.datasets.nyuv2 import NyuZip, split_scenes
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.paired_files import PairedFiles
from followme_training.segmentation.sample import SegmentationImages, SegmentationSample

Kind: TypeAlias = Literal["nyuv2", "voc", "ade20k", "folder"]

#: Of each kind of data set: its name, and which part of it is measured on.
WORDS = {
    "nyuv2": ("NYUv2 (training part)", "held-out scenes"),
    "voc": ("PASCAL VOC 2012", "val"),
    "ade20k": ("ADE20K", "validation"),
    "folder": ("own images", "held-out images"),
}
# Ids of label files mean something only by the class lists that were made for them.
_LABELS = {"nyuv2": "nyu40", "voc": "voc", "ade20k": "ade20k"}


class Split(NamedTuple):
    """Images to learn from and images to measure on."""

    training: SegmentationImages
    validation: SegmentationImages


def read_split(
    kind: Kind, path: Path, classes: ClassList, hold_out_every: int, train_list: str
) -> Split:
    """Find the images of a data set.

    Parameters
    ----------
    kind : str
        ``nyuv2``, ``voc``, ``ade20k`` or ``folder``.
    path : Path
        Of the data set.
    classes : ClassList
        Of its ids.
    hold_out_every : int
        Of NYUv2 each so manieth scene is held out, of a plain folder each so manieth image.
    train_list : str
        Of VOC: ``train`` or ``trainaug``.

    Raises
    ------
    DataError
        When the data cannot be used, or the class list is of other labels.
    """
    needed = _LABELS.get(kind, classes.labels)
    if classes.labels not in (needed, "ids"):
        raise DataError(
            f"classes {classes.name!r} are of {classes.labels} ids, {kind} has others; "
            f"choose a list for {needed} ids"
        )
    if kind == "nyuv2":
        return _nyuv2(path, classes, hold_out_every)
    if kind == "voc":
        parts = pairs.voc(path, train_list)
    elif kind == "ade20k":
        parts = pairs.ade20k(path)
    else:
        parts = pairs.folder_pair(path, hold_out_every)
    return Split(PairedFiles(parts.training, classes), PairedFiles(parts.validation, classes))


def with_folders(split: Split, folders: Iterable[Path], classes: ClassList) -> Split:
    """Return a split with the images of plain folders to learn from, after its own.

    Parameters
    ----------
    split : Split
        Of the data set.
    folders : iterable of Path
        Each with ``images/`` and ``labels/``, of the same ids.
    classes : ClassList
        Of its ids.

    Raises
    ------
    DataError
        When a folder cannot be used.
    """
    more = [PairedFiles(pairs.all_of_folder(folder), classes) for folder in folders]
    if not more:
        return split
    # torch's type asks for its own base class, the class itself for lengths and items only
    parts = cast("list[Dataset[SegmentationSample]]", [split.training, *more])
    return split._replace(training=ConcatDataset(parts))


def parts_of(images: SegmentationImages) -> list[SegmentationImages]:
    """Return the data sets that images were joined of."""
    if isinstance(images, ConcatDataset):
        return cast("list[SegmentationImages]", images.datasets)
    return [images]


def _nyuv2(path: Path, classes: ClassList, hold_out_every: int) -> Split:
    """Read NYUv2, split by scenes as the other tasks split it."""
    archive = NyuZip(path)
    train, held = split_scenes(archive.info.ids, hold_out_every)
    held = measured_on(train, held, hold_out_every, str(path))
    if not train or not held:
        raise DataError(
            f"{path}: {len(train)} images are left to train with and {len(held)} to measure on; "
            "give a fuller data set or another hold_out_every"
        )
    return Split(nyu_samples(archive, train, classes), nyu_samples(archive, held, classes))


def nyu_samples(
    archive: NyuZip, numbers: Iterable[int], classes: ClassList
) -> list[SegmentationSample]:
    """Return images of NYUv2 by their ids."""
    found = []
    for n in numbers:
        name = f"nyuv2/{n:04d}"
        labels = classes.of_ids(archive.label40(n), name)
        found.append(SegmentationSample(name, archive.rgb(n), labels))
    return found
