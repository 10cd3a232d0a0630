"""Batches drawn as a whole, as small images are changed many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from followme_training.common.order import SeededOrder


class BatchDraw(NamedTuple):
    """Which images (B,), in which epoch of which seed."""

    places: NDArray[np.int64]
    epoch: int
    seed: int

    def generator(self) -> np.random.Generator:
        """Return the randomness of this draw."""
        return np.random.default_rng((self.seed, self.epoch, int(self.places[0])))


class SeededBatches(Sampler[BatchDraw]):
    """The seeded order of all tasks, cut into full batches.

    Parameters
    ----------
    data : sized
        The data set.
    size : int
        Images a batch; those left over are drawn in another epoch.
    seed : int
        Of the order.
    """

    def __init__(self, data: Sized, size: int, seed: int) -> None:
        self._order = SeededOrder(data, seed)
        self._size = size

    def set_epoch(self, epoch: int) -> None:
        """Take the order of an epoch; Lightning calls it."""
        self._order.set_epoch(epoch)

    def __iter__(self) -> Iterator[BatchDraw]:
        draws = list(self._order)
        for begin in range(0, len(self) * self._size, self._size):
            some = draws[begin : begin + self._size]
            places = np.array([draw.sample for draw in some], np.int64)
            yield BatchDraw(places, some[0].epoch, some[0].seed)

    def __len__(self) -> int:
        return len(self._order) // self._size
