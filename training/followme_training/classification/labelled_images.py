"""Images of one size in memory, each with its class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError


@dataclass(frozen=True)
class ClassNames:
    """What the numbers of the classes mean.

    Parameters
    ----------
    names : tuple of str
        By number of the class.
    group_of : tuple of int
        Number of the superclass of each class; empty where there are no superclasses.
    group_names : tuple of str
        By number of the superclass.
    """

    names: tuple[str, ...]
    group_of: tuple[int, ...] = ()
    group_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class LabelledImages:
    """Images of one size, each with its class.

    Parameters
    ----------
    source : str
        Where they come from, for messages.
    images : (N, H, W, C) uint8
        One channel, grey, or three: red, green, blue.
    labels : (N,) int64
        Numbers of classes.
    classes : ClassNames
        What the numbers mean.

    Raises
    ------
    DataError
        When there is no image, or shapes, types or classes do not fit.
    """

    source: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: ClassNames

    def __post_init__(self) -> None:
        x, y = self.images, self.labels
        if x.dtype != np.uint8 or x.ndim != 4 or x.shape[3] not in (1, 3):
            raise DataError(
                f"{self.source}: images are {x.shape} {x.dtype}; give (N, H, W, 1) or (N, H, W, 3) "
                "uint8"
            )
        if len(x) == 0:
            raise DataError(f"{self.source}: holds no image; give a data set that is not empty")
        if y.shape != (len(x),) or y.dtype != np.int64:
            raise DataError(
                f"{self.source}: labels are {y.shape} {y.dtype} for {len(x)} images; "
                "give one whole number for each"
            )
        strange = y[(y < 0) | (y >= len(self.classes))]
        if len(strange):
            raise DataError(
                f"{self.source}: label {int(strange[0])} is none of the {len(self.classes)} "
                f"classes; give 0 to {len(self.classes) - 1}"
            )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> NDArray[np.uint8]:
        return np.asarray(self.images[index], np.uint8)

    def chosen(self, which: NDArray[np.int64]) -> LabelledImages:
        """Return some of the images, by their places."""
        return LabelledImages(self.source, self.images[which], self.labels[which], self.classes)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Images of each class, (classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes)).astype(np.int64)


def split_by_class(
    labels: NDArray[np.int64], every: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of images to learn from and to validate on, each in the given order.

    Of each class the first, and from there each so manieth image is held out: every class has its
    share in both parts, and the parts are the same on every machine.

    Parameters
    ----------
    labels : (N,) int64
        Classes.
    every : int
        2 or more; 0 holds none out.

    Raises
    ------
    DataError
        On a number that holds out all.
    """
    if every == 0:
        return np.arange(len(labels)), np.arange(0)
    if every < 2:
        raise DataError(f"data.hold_out_every is {every}; give 2 or more, or 0 to hold none out")
    held = rank_in_class(labels) % every == 0
    return np.flatnonzero(~held), np.flatnonzero(held)


def rank_in_class(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many images of the same class stand before each, (N,)."""
    order = np.argsort(labels, kind="stable")
    begins = np.searchsorted(labels[order], labels[order], side="left")
    rank = np.empty(len(labels), np.int64)
    rank[order] = np.arange(len(labels)) - begins
    return rank


def check_several_classes(images: LabelledImages) -> None:
    """Refuse data of one class: nothing can be told apart in them.

    Raises
    ------
    DataError
        With the class.
    """
    seen: Sequence[int] = np.flatnonzero(images.counts).tolist()
    if len(seen) < 2:
        raise DataError(
            f"{images.source}: all {len(images)} images are of class "
            f"{images.classes.names[seen[0]]!r}; give at least two classes"
        )
