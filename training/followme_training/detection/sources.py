"""Data sets by their kind: which reader takes them, and which part is held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from followme_training.common.wording import did_you_mean
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.detection.checking import Problem
from followme_training.detection.coco import read_coco
from followme_training.detection.entries import BoxEntry, Entries, split
from followme_training.detection.face_points import read_face_points
from followme_training.detection.face_text import read_retinaface, read_wider
from followme_training.detection.yolo import read_yolo

#: What :attr:`Source.kind` may be.
KINDS = ("coco", "face_points", "retinaface", "wider", "yolo")


@dataclass(frozen=True)
class Source:
    """A data set.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    images : Path
        Folder or zip file.
    labels : str
        Name of the file of labels, of the classes' names for YOLO; the mosaics need none.
    labels_in : Path, optional
        Folder or zip file in which that file lies, where it is another.
    joined : dict of str to str
        Classes of the data set that count as another one.
    ignored : list of str
        Of these classes, after joining, boxes of COCO are ignore areas: where nothing is marked
        they teach that there is none, and what they mark is no lesson.
    group : str
        Regular expression whose bracket holds what images of one group have in common in their
        names, such as the person; or "nyuv2 scenes". Without one each image is alone.
    hold_out : bool
        Whether a part is for validation.
    repeat : float
        How often each of its images is drawn in an epoch, on average.
    """

    kind: str
    images: Path
    labels: str = ""
    labels_in: Path | None = None
    joined: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    group: str = ""
    hold_out: bool = True
    repeat: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f"sources: kind {self.kind!r} is unknown; give one of {KINDS}")
        if not self.repeat > 0.0:
            raise DataError(f"{self.images}: repeat is {self.repeat:g}; give a number above 0")
        if not self.labels and self.kind != "face_points":
            raise DataError(f"{self.images}: kind {self.kind!r} needs the name of a file of labels")
        if self.ignored and self.kind != "coco":
            raise DataError(f"{self.images}: kind {self.kind!r} has no 'ignored'; leave it out")


class Part(NamedTuple):
    """What one source gives.

    Parameters
    ----------
    source : Source
        Which.
    training, held_out : list of BoxEntry
        The two parts.
    problems : list of Problem
        What was clipped or refused, of both parts.
    unasked : Counter
        Boxes of classes that the settings do not ask for, by name.
    """

    source: Source
    training: list[BoxEntry]
    held_out: list[BoxEntry]
    problems: list[Problem]
    unasked: Counter[str]


def read_source(source: Source, classes: Sequence[str]) -> Entries:
    """Read a data set, whatever its kind.

    Raises
    ------
    DataError
        When it cannot be used at all, or is to ignore what is not asked for; odd labels are listed
        instead.
    """
    for name in source.ignored:
        if name not in classes:
            near = did_you_mean(name, classes)
            raise DataError(f"{source.images}: ignored {name!r} is none of data.classes{near}")
    images = FileTree(Path(source.images))
    labels = FileTree(Path(source.labels_in)) if source.labels_in else images
    if source.kind == "coco":
        return read_coco(images, labels, source.labels, classes, source.joined, source.ignored)
    if source.kind == "face_points":
        return read_face_points(images, classes)
    if source.kind == "yolo":
        return read_yolo(images, source.labels, classes, source.joined)
    read = read_wider if source.kind == "wider" else read_retinaface
    return read(images, labels, source.labels, classes)


def read_parts(sources: Sequence[Source], classes: Sequence[str], every: int) -> list[Part]:
    """Read all data sets and split each.

    Raises
    ------
    DataError
        When there is no image, or no data set has boxes of a class.
    """
    parts = []
    for source in sources:
        found = read_source(source, classes)
        train, held = split(found.entries, source.group, every if source.hold_out else 0)
        parts.append(Part(source, train, held, found.problems, found.unasked))
    if not any(part.training for part in parts):
        raise DataError("data.sources: there is no image to train with; give at least one source")
    counts = class_counts([e for part in parts for e in part.training], len(classes))
    for name, count in zip(classes, counts, strict=True):
        if not count:
            raise DataError(
                f"data.classes: no source has a box of {name!r} to train with; leave it out"
            )
    return parts


def class_counts(entries: Sequence[BoxEntry], classes: int) -> list[int]:
    """Return how many boxes each class has."""
    held = Counter(int(n) for e in entries for n in e.boxes.classes)
    return [held[number] for number in range(classes)]


def complete_in(entries: Sequence[BoxEntry], classes: int) -> list[int]:
    """Return in how many images each class is complete."""
    if not entries:
        return [0] * classes
    return [int(n) for n in np.sum([e.boxes.labelled for e in entries], axis=0)]
