"""What the data of all tasks do alike: views of images, in a seeded order, as batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from typing import Any, Generic, TypeVar, cast

import lightning as pl
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from followme_training.common.order import Draw, SeededOrder
from followme_training.common.samples import Samples
from followme_training.datasets.errors import DataError

S = TypeVar("S")


class AugmentedViews(Dataset[S], Generic[S]):
    """Augmented views of images; each draw is another one.

    Parameters
    ----------
    images : sequence of samples
        The originals.
    augment : callable
        From an original and, as ``random``, the randomness of a draw to its view; processes that
        prepare batches get it too, so no method of something large.
    """

    def __init__(self, images: Samples[S], augment: Callable[..., S]) -> None:
        self._images = images
        self._augment = augment

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, draw: Draw) -> S:
        return self._augment(self._images[draw.sample], random=draw.generator())


class ImageData(pl.LightningDataModule):
    """Base of a task's data module.

    Parameters
    ----------
    size_hw : tuple of two ints
        Height and width of the network's input.
    batch_size : int
        Images a step and process.
    workers : int
        Processes that prepare batches; 0 prepares them in the training process.
    seed : int
        Of order and augmentation.
    """

    def __init__(self, size_hw: tuple[int, int], batch_size: int, workers: int, seed: int) -> None:
        super().__init__()
        self.size_hw = (size_hw[0], size_hw[1])
        self.batch_size = batch_size
        self.workers = workers
        self.seed = seed

    def check_enough(self, count: int) -> None:
        """Refuse so few training images that they fill no batch.

        Raises
        ------
        DataError
            With both numbers.
        """
        if count < self.batch_size:
            raise DataError(
                f"data: {count} images are fewer than batch_size {self.batch_size}; give more "
                "images or a smaller batch"
            )

    def training_loader(
        self, views: Dataset[S], collate: Callable[[list[S]], Any]
    ) -> DataLoader[S]:
        """Return batches of views, all full, in an order that follows from seed and epoch.

        Parameters
        ----------
        views : dataset
            Has a length; indexed by :class:`followme_training.common.order.Draw`.
        collate : callable
            From samples to a batch.
        """
        return DataLoader(
            views,
            self.batch_size,
            sampler=SeededOrder(cast(Sized, views), self.seed),
            num_workers=self.workers,
            collate_fn=collate,
            drop_last=True,
        )


def rgb_tensor(images: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
    """Return images (H, W, 3) of one size as a batch (B, 3, H, W) of floats, 0 to 255."""
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()
