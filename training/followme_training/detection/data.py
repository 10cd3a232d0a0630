"""Batches of images with boxes, for training and validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from lightning.pytorch.utilities import rank_zero_only
from torch.utils.data import DataLoader, Dataset

from followme_training.common.order import Draw
from followme_training.common.resampling import resized_rgb
from followme_training.datasets.cutouts import read_cutouts
from followme_training.datasets.errors import DataError
from followme_training.datasets.held_out import measured_on
from followme_training.datasets.image_data import ImageData, rgb_tensor
from followme_training.datasets.pasting import Pasting
from followme_training.detection.augmentation import LEAST_ROWS, Augmentation, augmented, scaled
from followme_training.detection.entries import BoxEntry, BoxImages, Decoded
from followme_training.detection.pasted_things import with_things
from followme_training.detection.sample import Boxes, BoxSample
from followme_training.detection.sources import Part, Source, read_parts
from followme_training.detection.statistics import odd_lines


@dataclass(frozen=True)
class BoxBatch:
    """What a step gets.

    Parameters
    ----------
    rgb : (B, 3, H, W) float tensor
        Red, green, blue, 0 to 255, at the input size.
    boxes : list of Boxes
        Of each image, in pixels of the input.
    sizes_hw : list of two ints each
        Height and width of the originals.
    names : list of str
        Of the images, for messages.
    """

    rgb: torch.Tensor
    boxes: list[Boxes]
    sizes_hw: list[tuple[int, int]]
    names: list[str]

    def to(self, device: torch.device, **how: Any) -> BoxBatch:
        """Return the batch with its images on a device; Lightning calls it."""
        return replace(self, rgb=self.rgb.to(device, **how))


class TrainingViews(Dataset[BoxSample]):
    """Augmented views of images; each draw is another one.

    Parameters
    ----------
    parts : sequence of Part
        The training parts of these are drawn from.
    size_hw : tuple of two ints
        Height and width of the views.
    augmentation : Augmentation
        How much is changed. An image less than half as wide and as high as the views is always
        part of a mosaic of such images: enlarged to the whole, it would teach only what is blurred.
    furnish : callable, optional
        See :func:`followme_training.detection.augmentation.augmented`.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        size_hw: tuple[int, int],
        augmentation: Augmentation,
        furnish: Callable[[BoxSample, np.random.Generator], BoxSample] | None = None,
    ) -> None:
        used = [part for part in parts if part.training]
        self.entries = [entry for part in used for entry in part.training]
        self._size_hw = size_hw
        self._augmentation = augmentation
        self._furnish = furnish
        # for each draw of an epoch its entry, or those of which one is drawn by chance
        self._draws: list[range] = []
        first = 0
        weights: list[float] = []
        for part in used:
            count = len(part.training)
            times, left = divmod(max(1, round(count * part.source.repeat)), count)
            self._draws += [range(n, n + 1) for n in range(first, first + count)] * times
            self._draws += [range(first, first + count)] * left
            weights += [part.source.repeat] * count
            first += count
        # mosaics join images of which the same classes are complete, small ones with small ones
        together: dict[tuple[bytes, bool], list[int]] = {}
        for number, entry in enumerate(self.entries):
            together.setdefault(self._kind(entry), []).append(number)
        self._together = {
            key: (np.array(numbers), np.cumsum([weights[n] for n in numbers]))
            for key, numbers in together.items()
        }

    def __len__(self) -> int:
        return len(self._draws)

    def __getitem__(self, draw: Draw) -> BoxSample:
        random = draw.generator()
        choice = self._draws[draw.sample]
        entry = self.entries[choice[int(random.integers(len(choice)))]]
        small, rows = self._is_small(entry), 1
        if small:
            rows = int(random.integers(LEAST_ROWS, self._augmentation.most_rows + 1))
        elif random.random() < self._augmentation.mosaic:
            rows = LEAST_ROWS
        entries = [entry, *(self._like(entry, random) for _ in range(rows * rows - 1))]
        samples = [e.sample() for e in entries]
        return augmented(samples, self._size_hw, self._augmentation, random, small, self._furnish)

    def _kind(self, entry: BoxEntry) -> tuple[bytes, bool]:
        return entry.boxes.labelled.tobytes(), self._is_small(entry)

    def _is_small(self, entry: BoxEntry) -> bool:
        return all(2 * s < v for s, v in zip(entry.size_hw, self._size_hw, strict=True))

    def _like(self, entry: BoxEntry, random: np.random.Generator) -> BoxEntry:
        numbers, weights = self._together[self._kind(entry)]
        chosen = np.searchsorted(weights, random.random() * weights[-1], side="right")
        return self.entries[int(numbers[min(int(chosen), len(numbers) - 1)])]


class WholeImages(Dataset[tuple[BoxSample, tuple[int, int]]]):
    """Images as the network will see them, each with the size of its original.

    Parameters
    ----------
    images : sequence of BoxSample
        The originals.
    size_hw : tuple of two ints
        Height and width of the input.
    """

    def __init__(self, images: BoxImages, size_hw: tuple[int, int]) -> None:
        self._images = images
        self._size_hw = size_hw

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> tuple[BoxSample, tuple[int, int]]:
        sample = self._images[index]
        height, width = sample.rgb.shape[:2]
        return resized(sample, self._size_hw), (height, width)


def resized(sample: BoxSample, size_hw: tuple[int, int]) -> BoxSample:
    """Return a sample as the runtime resizes it: each side on its own."""
    height, width = sample.rgb.shape[:2]
    factors = np.array([size_hw[1] / width, size_hw[0] / height])
    return BoxSample(sample.name, resized_rgb(sample.rgb, size_hw), scaled(sample.boxes, factors))


def collated(samples: list[BoxSample]) -> BoxBatch:
    """Return a batch of samples of one size."""
    sizes = [(s.rgb.shape[0], s.rgb.shape[1]) for s in samples]
    return collated_pairs(list(zip(samples, sizes, strict=True)))


def collated_pairs(pairs: list[tuple[BoxSample, tuple[int, int]]]) -> BoxBatch:
    """Return a batch of inputs with the sizes of their originals."""
    return BoxBatch(
        rgb_tensor([sample.rgb for sample, _ in pairs]),
        [sample.boxes for sample, _ in pairs],
        [size for _, size in pairs],
        [sample.name for sample, _ in pairs],
    )


class DetectionData(ImageData):
    """Data sets of any kinds together, each split by its own groups.

    Parameters
    ----------
    sources : list of Source
        The data sets.
    classes : list of str
        What is to be found, in the order of the network's outputs.
    size_hw : list of two ints
        Height and width of the network's input.
    batch_size : int
        Images a step and process.
    hold_out_every : int
        Each so manieth group is for validation; 0 trains with all.
    workers : int
        Processes that prepare batches; 0 prepares them in the training process.
    seed : int
        Of order and augmentation.
    augmentation : Augmentation
        How much is changed in training.
    pasting : Pasting, optional
        What is pasted into the pictures of training.
    """

    #: Settings that the model needs too.
    SHARED_WITH_MODEL = ("classes", "size_hw")

    def __init__(
        self,
        sources: list[Source],
        classes: list[str],
        size_hw: tuple[int, int] = (240, 320),
        batch_size: int = 16,
        hold_out_every: int = 8,
        workers: int = 0,
        seed: int = 0,
        augmentation: Augmentation = Augmentation(),  # noqa: B008 - frozen
        pasting: Pasting | None = None,
    ) -> None:
        super().__init__(size_hw, batch_size, workers, seed)
        if len(set(classes)) < max(len(classes), 1):
            raise DataError(f"data.classes is {classes}; give at least one name, none twice")
        self.classes = tuple(classes)
        self.hold_out_every = hold_out_every
        self.parts: list[Part] = []
        self._sources = list(sources)
        self._augmentation = augmentation
        if pasting is not None:
            pasting.check(self.classes)
        self._pasting = pasting
        self._measured: list[BoxEntry] = []

    @property
    def holds_out(self) -> bool:
        """Whether validation images are of groups that are not trained on."""
        return self.hold_out_every != 0

    @property
    def least_px(self) -> float:
        """Shorter side from which on a box is asked for in training."""
        return self._augmentation.least_px

    @property
    def validation_images(self) -> Decoded:
        """What is held out; without that, a few of the training images."""
        return Decoded(self._measured)

    def setup(self, stage: str | None = None) -> None:
        """Read the labels, and before training say what became of odd ones.

        A second call does nothing.

        Raises
        ------
        DataError
            When the data cannot be used, there are too few of them, or none is held out though
            some were to be.
        """
        if self.parts:
            return
        parts = read_parts(self._sources, self.classes, self.hold_out_every)
        train = [entry for part in parts for entry in part.training]
        held = [entry for part in parts for entry in part.held_out]
        self._measured = measured_on(train, held, self.hold_out_every, "data.sources")
        self.check_enough(len(train))
        self.parts = parts
        if stage == "fit":
            _say(odd_lines(parts))

    def train_dataloader(self) -> DataLoader[BoxSample]:
        p, furnish = self._pasting, None
        if p is not None:
            cutouts = read_cutouts(p.images, p.kinds, self.hold_out_every)
            furnish = partial(with_things, cutouts=cutouts, p=p, classes=self.classes)
        views = TrainingViews(self.parts, self.size_hw, self._augmentation, furnish)
        return self.training_loader(views, collated)

    def val_dataloader(self) -> DataLoader[tuple[BoxSample, tuple[int, int]]]:
        images = WholeImages(self.validation_images, self.size_hw)
        return DataLoader(
            images, self.batch_size, num_workers=self.workers, collate_fn=collated_pairs
        )


@rank_zero_only
def _say(lines: Sequence[str]) -> None:
    print(*lines, sep="\n", flush=True)
