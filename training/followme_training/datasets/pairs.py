"""Data sets that are folders of images and of label images: PASCAL VOC, ADE20K, and plain ones.

Each function finds the files of the two parts of a data set; nothing is decoded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from followme_training.datasets.errors import DataError

#: Endings of images beside which labels are looked for.
IMAGES = (".jpg", ".jpeg", ".png")


class Pair(NamedTuple):
    """An image and its labels, and what messages call it."""

    name: str
    image: Path
    labels: Path


class Parts(NamedTuple):
    """What is trained with and what is measured on."""

    training: list[Pair]
    validation: list[Pair]


def voc(root: Path, train_list: str = "train", val_list: str = "val") -> Parts:
    """Find PASCAL VOC 2012 in its official layout.

    Everingham et al., "The Pascal Visual Object Classes Challenge: A Retrospective", IJCV 2015.
    ``root`` or ``root/VOCdevkit/VOC2012`` or ``root/VOC2012`` holds ``JPEGImages/``,
    ``SegmentationClass/`` and ``ImageSets/Segmentation/<list>.txt``. The augmented list (Hariharan
    et al., "Semantic Contours from Inverse Detectors", ICCV 2011) is commonly ``trainaug.txt``
    beside the others, with labels in ``SegmentationClassAug/``; a line is an id, or the paths of
    an image and its labels.

    Parameters
    ----------
    root : Path
        The folder.
    train_list, val_list : str
        Names of the lists, without their ending.

    Raises
    ------
    DataError
        When a folder, a list or a file that it names is missing, or a list is empty.
    """
    found = [f for f in (root, root / "VOCdevkit/VOC2012", root / "VOC2012") if _is_voc(f)]
    if not found:
        raise DataError(
            f"{root}: holds no ImageSets/Segmentation; give the folder VOCdevkit/VOC2012"
        )
    parts = [_voc_list(found[0], name) for name in (train_list, val_list)]
    return Parts(*parts)


def ade20k(root: Path) -> Parts:
    """Find ADE20K as of the scene parsing challenge (Zhou et al., CVPR 2017).

    ``root`` or ``root/ADEChallengeData2016`` holds ``images/`` and ``annotations/``, each with
    ``training`` and ``validation``.

    Raises
    ------
    DataError
        When a folder or the labels of an image are missing, or a part is empty.
    """
    inner = root / "ADEChallengeData2016"
    root = inner if inner.is_dir() else root
    parts = [
        _same_names(root / "images" / part, root / "annotations" / part, part)
        for part in ("training", "validation")
    ]
    return Parts(*parts)


def folder_pair(root: Path, hold_out_every: int) -> Parts:
    """Find a plain pair of folders: ``images/`` and ``labels/``, with files of the same names.

    Where both have ``train`` and ``val`` in them, these are the parts. Else each so manieth image,
    by name, is held out.

    Parameters
    ----------
    root : Path
        Holds both.
    hold_out_every : int
        At least 2; not used where there are parts.

    Raises
    ------
    DataError
        When a folder or the labels of an image are missing, or a part is empty.
    """
    images, labels = root / "images", root / "labels"
    if (images / "train").is_dir():
        parts = [_same_names(images / part, labels / part, part) for part in ("train", "val")]
        return Parts(*parts)
    together = _same_names(images, labels, "images")
    if hold_out_every < 2:
        raise DataError(
            f"{root}: hold_out_every is {hold_out_every}, nothing would be left to train with or "
            "to measure on; give 2 or more, or folders train and val"
        )
    held = [i % hold_out_every == hold_out_every // 2 for i in range(len(together))]
    training = [pair for pair, out in zip(together, held, strict=True) if not out]
    validation = [pair for pair, out in zip(together, held, strict=True) if out]
    if not validation:
        raise DataError(
            f"{root}: {len(together)} images are too few to hold out each {hold_out_every}th; "
            "give more images or a smaller hold_out_every"
        )
    return Parts(training, validation)


def all_of_folder(root: Path) -> list[Pair]:
    """Find a plain pair of folders, of which nothing is held out; of parts ``train`` is taken.

    Parameters
    ----------
    root : Path
        Holds ``images/`` and ``labels/``.

    Raises
    ------
    DataError
        When a folder or the labels of an image are missing, or there are none.
    """
    images, labels = root / "images", root / "labels"
    if (images / "train").is_dir():
        return _same_names(images / "train", labels / "train", "train")
    return _same_names(images, labels, "images")


def _is_voc(folder: Path) -> bool:
    return (folder / "ImageSets" / "Segmentation").is_dir()


def _voc_list(root: Path, name: str) -> list[Pair]:
    file = root / "ImageSets" / "Segmentation" / f"{name}.txt"
    try:
        lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read ({error.strerror}); fetch the list, or choose another"
        ) from error
    augmented = root / "SegmentationClassAug"
    labels = augmented if "aug" in name and augmented.is_dir() else root / "SegmentationClass"
    return _present([_voc_pair(root, labels, line) for line in lines if line], file)


def _voc_pair(root: Path, labels: Path, line: Sequence[str]) -> Pair:
    if len(line) > 1:
        # paths that begin with a stroke are meant from the root of the data set
        image, own = (root / part.lstrip("/") for part in line[:2])
        return Pair(f"voc/{image.stem}", image, own)
    name = line[0]
    return Pair(f"voc/{name}", root / "JPEGImages" / f"{name}.jpg", labels / f"{name}.png")


def _same_names(images: Path, labels: Path, part: str) -> list[Pair]:
    if not images.is_dir() or not labels.is_dir():
        missing = images if not images.is_dir() else labels
        raise DataError(f"{missing}: is no folder; give the folder that holds images and labels")
    files = sorted(f for f in images.iterdir() if f.suffix.lower() in IMAGES)
    pairs = [Pair(f"{part}/{f.name}", f, labels / f"{f.stem}.png") for f in files]
    return _present(pairs, images)


def _present(pairs: Iterable[Pair], where: Path) -> list[Pair]:
    found = list(pairs)
    if not found:
        raise DataError(f"{where}: is empty; give a list or folder that names images")
    for pair in found:
        for file in (pair.image, pair.labels):
            if not file.is_file():
                raise DataError(f"{file}: is missing, {where} needs it; fetch the data set again")
    return found
