"""Batches of real images for both steps, and those that are held out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from followme_training.common.batch_order import BatchDraw, SeededBatches
from followme_training.datasets.cropping import channels_first
from followme_training.datasets.errors import DataError
from followme_training.datasets.image_data import ImageData
from followme_training.gan.layout import halvings
from followme_training.gan.real_views import RealViews, viewed
from followme_training.gan.sources import Images, read_squares

_AT_ONCE = 256


class Batch(NamedTuple):
    """What a step gets.

    Parameters
    ----------
    images : (B, 3, H, W) float tensor
        Real ones, -1 to 1.
    places : (B,) int64
        Of the images among those learnt from, or held out; for messages.
    """

    images: torch.Tensor
    places: NDArray[np.int64]

    @property
    def names(self) -> list[str]:
        """Words for messages."""
        return [f"image {place}" for place in self.places]


def scaled(images: Images) -> torch.Tensor:
    """Return images (B, H, W, 3) uint8 as (B, 3, H, W), -1 to 1."""
    return channels_first(images) / 127.5 - 1.0


class ViewedBatches(Dataset[Batch]):
    """Batches of changed real images; each draw is another one."""

    def __init__(self, images: Images, views: RealViews) -> None:
        self._images = images
        self._views = views

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, draw: BatchDraw) -> Batch:
        images = viewed(self._images[draw.places], self._views, draw.generator())
        return Batch(scaled(images), draw.places)


class PlainBatches(Dataset[Batch]):
    """All images as they are, in their order."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def __len__(self) -> int:
        return -(-len(self._images) // _AT_ONCE)

    def __getitem__(self, index: int) -> Batch:
        if not 0 <= index < len(self):
            raise IndexError(index)
        places = np.arange(len(self._images))[index * _AT_ONCE : (index + 1) * _AT_ONCE]
        return Batch(scaled(self._images[places]), places)


class GanData(ImageData):
    """Real images to learn from, and others to measure with.

    Parameters
    ----------
    path : Path
        A folder of images, or a zip file of mosaics; see
        :func:`followme_training.gan.sources.read_squares`.
    side : int
        Of images in pixels, 8 to 256, a power of two; others are resized.
    middle : bool
        Whether the middle square is cut out of each image of a folder.
    batch_size : int
        Real images a step and process, and as many made ones.
    hold_out_every : int
        Each so manieth image is held out: with them quality and overfitting are measured.
    workers : int
        Processes that prepare batches; 0, where images are small, is fastest.
    seed : int
        Of order and changes.
    views : RealViews
        How much real images are changed.
    """

    SHARED_WITH_MODEL = ("side",)

    def __init__(
        self,
        path: Path,
        side: int = 32,
        middle: bool = False,
        batch_size: int = 32,
        hold_out_every: int = 5,
        workers: int = 0,
        seed: int = 0,
        views: RealViews = RealViews(),  # noqa: B008 - frozen
    ) -> None:
        halvings(side)
        super().__init__((side, side), batch_size, workers, seed)
        if hold_out_every < 2:
            raise DataError(f"data.hold_out_every is {hold_out_every}; give 2 or more")
        self.path = Path(path)
        self._middle = middle
        self._every = hold_out_every
        self._views = views
        self._images: Images | None = None

    @property
    def training_images(self) -> Images:
        """What is learnt from, (N, side, side, 3)."""
        images = self._read()
        return images[np.arange(len(images)) % self._every > 0]

    @property
    def held_out_images(self) -> Images:
        """What is measured with, (N, side, side, 3)."""
        return self._read()[:: self._every]

    def setup(self, stage: str | None = None) -> None:
        """Read the images; a second call does nothing.

        Raises
        ------
        DataError
            When they cannot be used, or there are too few of them.
        """
        if stage not in ("validate", "test", "predict"):
            self.check_enough(len(self.training_images))

    def train_dataloader(self) -> DataLoader[Batch]:
        images = self.training_images
        return DataLoader(
            ViewedBatches(images, self._views),
            batch_size=None,
            sampler=SeededBatches(images, self.batch_size, self.seed),
            num_workers=self.workers,
        )

    def val_dataloader(self) -> DataLoader[Batch]:
        return DataLoader(PlainBatches(self.held_out_images), batch_size=None)

    def _read(self) -> Images:
        if self._images is None:
            self._images = read_squares(self.path, self.size_hw[0], self._middle)
        return self._images
