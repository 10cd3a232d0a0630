"""Batches of images with labels, for training and validation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from followme_training.datasets.cutouts import read_cutouts
from followme_training.datasets.errors import DataError
from followme_training.datasets.held_out import TRAINED_ON
from followme_training.datasets.image_data import AugmentedViews, ImageData, rgb_tensor
from followme_training.datasets.pasting import Pasting
from followme_training.segmentation.augmentation import Augmentation, augmented
from followme_training.segmentation.known_classes import class_list
from followme_training.segmentation.paired_files import PairedFiles
from followme_training.segmentation.pasted_things import with_things
from followme_training.segmentation.sample import SegmentationImages, SegmentationSample
from followme_training.segmentation.sources import (
    WORDS,
    Kind,
    Split,
    parts_of,
    read_split,
    with_folders,
)
from followme_training.segmentation.whole_view import whole_view


class TrainingBatch(NamedTuple):
    """What a training step gets.

    Parameters
    ----------
    rgb : (B, 3, H, W) float tensor
        Red, green, blue, 0 to 255.
    labels : (B, H, W) int64 tensor
        Class of each pixel; 255 for none.
    names : list of str
        Of the images, for messages.
    """

    rgb: torch.Tensor
    labels: torch.Tensor
    names: list[str]


class WholeBatch(NamedTuple):
    """What a validation step gets.

    Parameters
    ----------
    rgb : (B, 3, H, W) float tensor
        Whole images at the input size, 0 to 255.
    truths : list of (h, w) uint8 tensors
        Labels at the images' own sizes.
    names : list of str
        Of the images.
    shown_hw : list of tuples of two ints
        Height and width of what shows the image in its input, from the upper left corner on.
    """

    rgb: torch.Tensor
    truths: list[torch.Tensor]
    names: list[str]
    shown_hw: list[tuple[int, int]]


class WholeImages(Dataset[SegmentationSample]):
    """Images as they are.

    Parameters
    ----------
    images : sequence of SegmentationSample
        The originals.
    """

    def __init__(self, images: SegmentationImages) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> SegmentationSample:
        return self._images[index]


def collated(samples: list[SegmentationSample]) -> TrainingBatch:
    """Return a batch of samples of one size."""
    labels = torch.from_numpy(np.stack([s.labels for s in samples])).long()
    return TrainingBatch(rgb_tensor([s.rgb for s in samples]), labels, [s.name for s in samples])


class Whole:
    """Makes a batch of whole images, which may differ in size.

    Parameters
    ----------
    size_hw : tuple of two ints
        Of the input.
    keep_aspect_ratio : bool
        See :func:`followme_training.segmentation.whole_view.whole_view`.
    """

    def __init__(self, size_hw: tuple[int, int], keep_aspect_ratio: bool = False) -> None:
        self._size_hw = size_hw
        self._keep_aspect_ratio = keep_aspect_ratio

    def __call__(self, samples: list[SegmentationSample]) -> WholeBatch:
        """Return the inputs with the labels of their originals."""
        views = [whole_view(s.rgb, self._size_hw, self._keep_aspect_ratio) for s in samples]
        return WholeBatch(
            rgb_tensor([view.rgb for view in views]),
            [torch.from_numpy(s.labels) for s in samples],
            [s.name for s in samples],
            [view.shown_hw for view in views],
        )


class SegmentationData(ImageData):
    """Labelled images for training and validation.

    Parameters
    ----------
    path : Path
        Of the data set.
    dataset : str
        Its kind: ``nyuv2`` (the zip file), ``voc``, ``ade20k`` or ``folder``; the layouts are in
        :mod:`followme_training.segmentation.sources`.
    classes : str
        Name of a class list, or a JSON file; see
        :func:`followme_training.segmentation.known_classes.class_list`.
    size_hw : list of two ints
        Height and width of the network's input.
    crop_hw : list of two ints, optional
        Height and width of the views of training, cut from images at the scale of the input; None:
        as large as the input. DeepLab trains on crops too (Chen et al., 2017, section 4.1).
    keep_aspect_ratio : bool
        Whether images keep their aspect, in training and where a run is measured: none is enlarged,
        those larger than ``size_hw`` are shrunk until they fit, and the rest of the input is
        padded. False: each side is stretched on its own, as the runtime does it.
    batch_size : int
        Images a step and process.
    hold_out_every : int
        Of NYUv2 each so manieth scene is for validation, 0 trains with all of them; of a folder
        without parts each so manieth image.
    train_list : str
        Of VOC: ``train``, or ``trainaug`` for the augmented list.
    workers : int
        Processes that prepare batches; 0 prepares them in the training process.
    seed : int
        Of order and augmentation.
    augmentation : Augmentation
        How much is changed in training.
    folders : list of Path
        Further folders with ``images/`` and ``labels/`` of the same ids, as rendered ones, used for
        training only.
    pasting : Pasting, optional
        What is pasted into the views of training.
    """

    #: The network has as many outputs as there are classes.
    SHARED_WITH_MODEL = ("classes",)

    def __init__(
        self,
        path: Path,
        dataset: Kind = "nyuv2",
        classes: str = "robot",
        size_hw: tuple[int, int] = (240, 320),
        crop_hw: tuple[int, int] | None = None,
        keep_aspect_ratio: bool = False,
        batch_size: int = 8,
        hold_out_every: int = 8,
        train_list: str = "train",
        workers: int = 0,
        seed: int = 0,
        augmentation: Augmentation = Augmentation(),  # noqa: B008 - frozen
        folders: list[Path] | None = None,
        pasting: Pasting | None = None,
    ) -> None:
        super().__init__(size_hw, batch_size, workers, seed)
        self.classes = class_list(classes)
        self._path = Path(path)
        self.dataset = dataset
        self._folders = [Path(f) for f in folders or []]
        if pasting is not None:
            pasting.check(self.classes.names)
        self._pasting = pasting
        self._every = hold_out_every
        self._train_list = train_list
        self.keep_aspect_ratio = keep_aspect_ratio
        self._crop_hw, of_crop = crop_of(crop_hw, self.size_hw, augmentation)
        # an image that keeps its aspect is as large as the input says, whatever is cut from it
        self._augmentation = augmentation if keep_aspect_ratio else of_crop
        self._split: Split | None = None

    @property
    def source(self) -> str:
        """The data sets in words."""
        return ", ".join([WORDS[self.dataset][0], *(str(f) for f in self._folders)])

    @property
    def measured_on(self) -> str:
        """The data set that figures are of, in words: further folders are learnt from only."""
        return WORDS[self.dataset][0]

    @property
    def held_out(self) -> str:
        """What is measured on, in words."""
        return WORDS[self.dataset][1] if self.holds_out else TRAINED_ON

    @property
    def holds_out(self) -> bool:
        """Whether nothing learns from what is measured on; all but NYUv2 have a part for it."""
        return self.dataset != "nyuv2" or self._every != 0

    @property
    def training_images(self) -> SegmentationImages:
        """What is learnt from."""
        return self._read().training

    @property
    def validation_images(self) -> SegmentationImages:
        """What is measured on."""
        return self._read().validation

    def setup(self, stage: str | None = None) -> None:
        """Find the images; a second call does nothing.

        Raises
        ------
        DataError
            When the data cannot be used, or there are too few of them.
        """
        split = self._read()
        if stage == "fit":
            for images in (*parts_of(split.training), split.validation):
                if isinstance(images, PairedFiles):
                    images.check()
        if stage not in ("validate", "test", "predict"):
            self.check_enough(len(split.training))

    def train_dataloader(self) -> DataLoader[SegmentationSample]:
        within_hw = self.size_hw if self.keep_aspect_ratio else None
        p, furnish = self._pasting, None
        if p is not None:
            cutouts = read_cutouts(p.images, p.kinds, self._every)
            furnish = partial(with_things, cutouts=cutouts, p=p, classes=self.classes.names)
        augment = partial(
            augmented,
            size_hw=self._crop_hw,
            a=self._augmentation,
            within_hw=within_hw,
            furnish=furnish,
        )
        return self.training_loader(AugmentedViews(self.training_images, augment), collated)

    def val_dataloader(self) -> DataLoader[SegmentationSample]:
        images = WholeImages(self.validation_images)
        whole = Whole(self.size_hw, self.keep_aspect_ratio)
        return DataLoader(images, self.batch_size, collate_fn=whole)

    def _read(self) -> Split:
        if self._split is None:
            split = read_split(
                self.dataset, self._path, self.classes, self._every, self._train_list
            )
            self._split = with_folders(split, self._folders, self.classes)
        return self._split


def crop_of(
    crop_hw: tuple[int, int] | None, size_hw: tuple[int, int], a: Augmentation
) -> tuple[tuple[int, int], Augmentation]:
    """Return the size of views, and scales in relation to it that are ``a`` in that to the input.

    Raises
    ------
    DataError
        When a crop is larger than the input, or of another shape.
    """
    if crop_hw is None:
        return size_hw, a
    height, width = crop_hw
    # of one shape, so that one scale says how much of an image is seen
    if not 0 < height <= size_hw[0] or abs(width * size_hw[0] - height * size_hw[1]) > size_hw[0]:
        raise DataError(
            f"data.crop_hw: {height}x{width} is no smaller view of the shape of size_hw, "
            f"{size_hw[0]}x{size_hw[1]}; give, say, "
            f"{round(0.8 * size_hw[0])}x{round(0.8 * size_hw[1])}"
        )
    ratio = size_hw[0] / height
    return (height, width), replace(a, smallest=ratio * a.smallest, largest=ratio * a.largest)
