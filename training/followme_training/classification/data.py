"""Batches of labelled images for training and validation."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from followme_training.classification.augmentation import Augmentation, augmented
from followme_training.classification.batches import Batch
from followme_training.classification.labelled_images import (
    LabelledImages,
    check_several_classes,
    rank_in_class,
    split_by_class,
)
from followme_training.classification.sources import WORDS, Kind, read_labelled
from followme_training.common.batch_order import BatchDraw, SeededBatches
from followme_training.datasets.cropping import channels_first
from followme_training.datasets.errors import DataError
from followme_training.datasets.image_data import ImageData

_AT_ONCE = 500


class AugmentedBatches(Dataset[Batch]):
    """Augmented batches; each draw is another one.

    Parameters
    ----------
    data : LabelledImages
        The originals.
    augmentation : Augmentation
        How much is changed.
    """

    def __init__(self, data: LabelledImages, augmentation: Augmentation) -> None:
        self._data = data
        self._augmentation = augmentation

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, draw: BatchDraw) -> Batch:
        return augmented(self._data, draw, self._augmentation)


class PlainBatches(Dataset[Batch]):
    """All images as they are, in their order.

    Parameters
    ----------
    data : LabelledImages
        The originals.
    size : int
        Images a batch.
    """

    def __init__(self, data: LabelledImages, size: int = _AT_ONCE) -> None:
        self._data = data
        self._size = size

    def __len__(self) -> int:
        return -(-len(self._data) // self._size)

    def __getitem__(self, index: int) -> Batch:
        if not 0 <= index < len(self):
            raise IndexError(index)
        places = np.arange(len(self._data))[index * self._size : (index + 1) * self._size]
        labels = torch.from_numpy(self._data.labels[places])
        return Batch(channels_first(self._data.images[places]), labels, labels, 1.0, places)


class ClassificationData(ImageData):
    """Labelled images for training, validation and the final test.

    Parameters
    ----------
    path : Path
        Of the data set.
    dataset : str
        Its kind: ``mnist``, ``cifar100``, ``cifar100_coarse`` or ``folder``; see
        :func:`followme_training.classification.sources.read_labelled`.
    test_path : Path, optional
        The official test set, on which an export is measured beside the held-out images.
    size_hw : tuple of two ints, optional
        To which the images of a ``folder`` are resized.
    batch_size : int
        Images a step and process.
    hold_out_every : int
        Of each class each so manieth image is for validation; 0 trains with all of them.
    per_class : int
        Learn only from the first so many images of each class, to see what few are worth; 0 for
        all of them.
    workers : int
        Processes that prepare batches; 0, where images are small, is fastest.
    seed : int
        Of order and augmentation.
    augmentation : Augmentation
        How much is changed in training.
    """

    def __init__(
        self,
        path: Path,
        dataset: Kind = "mnist",
        test_path: Optional[Path] = None,  # noqa: UP045 - the parser reads it at run time
        size_hw: Optional[tuple[int, int]] = None,  # noqa: UP045
        batch_size: int = 128,
        hold_out_every: int = 20,
        per_class: int = 0,
        workers: int = 0,
        seed: int = 0,
        augmentation: Augmentation = Augmentation(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(size_hw or (0, 0), batch_size, workers, seed)
        self._path = Path(path)
        self._test_path = None if test_path is None else Path(test_path)
        self._kind: Kind = dataset
        self._resize = size_hw
        self._every = hold_out_every
        self._per_class = per_class
        self._augmentation = augmentation
        self._parts: tuple[LabelledImages, LabelledImages | None] | None = None
        self._test: LabelledImages | None = None

    @property
    def source(self) -> str:
        """The data set in words."""
        return WORDS[self._kind]

    @property
    def kind(self) -> Kind:
        """The kind of the data set."""
        return self._kind

    @property
    def resized_to(self) -> tuple[int, int] | None:
        """Height and width to which the images of a folder are resized, in pixels."""
        return self._resize

    @property
    def training_images(self) -> LabelledImages:
        """What is learnt from."""
        return self._read()[0]

    @property
    def validation_images(self) -> LabelledImages:
        """What is measured on while training.

        Raises
        ------
        DataError
            When none are held out.
        """
        held = self._read()[1]
        if held is None:
            raise DataError("data.hold_out_every is 0, so that nothing is held out; give 2 or more")
        return held

    @property
    def test_images(self) -> LabelledImages | None:
        """The official test set; None where none is named."""
        if self._test is None and self._test_path is not None:
            self._test = read_labelled(self._kind, self._test_path, "test", self._resize)
        return self._test

    def setup(self, stage: str | None = None) -> None:
        """Read the images; a second call does nothing.

        Raises
        ------
        DataError
            When the data cannot be used, or there are too few of them.
        """
        training = self.training_images
        if stage not in ("validate", "test", "predict"):
            check_several_classes(training)
            self.check_enough(len(training))

    def train_dataloader(self) -> DataLoader[Batch]:
        images = self.training_images
        return DataLoader(
            AugmentedBatches(images, self._augmentation),
            batch_size=None,
            sampler=SeededBatches(images, self.batch_size, self.seed),
            num_workers=self.workers,
        )

    def val_dataloader(self) -> DataLoader[Batch] | list[DataLoader[Batch]]:
        if self._read()[1] is None:
            return []
        return DataLoader(PlainBatches(self.validation_images), batch_size=None)

    def _read(self) -> tuple[LabelledImages, LabelledImages | None]:
        if self._parts is None:
            images = read_labelled(self._kind, self._path, "train", self._resize)
            learnt, held = split_by_class(images.labels, self._every)
            if self._per_class:
                learnt = learnt[rank_in_class(images.labels[learnt]) < self._per_class]
            validation = images.chosen(held) if len(held) else None
            self._parts = images.chosen(learnt), validation
        return self._parts
