"""Where labelled images come from, split into those for training and those held out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from followme_training.datasets.nyuv2 import NyuZip, split_scenes
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.sample import SegmentationImages, SegmentationSample


class Split(NamedTuple):
    """Images to learn from and images to measure on."""

    training: SegmentationImages
    validation: SegmentationImages


def read_nyuv2(path: Path, classes: ClassList, hold_out_every: int) -> Split:
    """Read NYUv2, split by scenes as the other tasks split it.

    Parameters
    ----------
    path : Path
        The zip file.
    classes : ClassList
        Of NYUv2's 40 ids.
    hold_out_every : int
        Each so manieth scene is held out; with 0 none is, and some images are measured that were
        trained with.
    """
    archive = NyuZip(path)
    train, held = split_scenes(archive.info.ids, hold_out_every)
    held = held or train[:: max(1, len(train) // 64)]
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
