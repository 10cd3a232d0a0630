"""The order in which samples are drawn, and the randomness of each draw.

Both follow from the seed, the epoch and the sample alone. So a run that is resumed draws what the
unbroken one would have drawn, whatever the number of workers, and no two processes draw the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import NamedTuple

import numpy as np
import torch.distributed
from torch.utils.data import Sampler


class Draw(NamedTuple):
    """Which sample, in which epoch of which seed."""

    sample: int
    epoch: int
    seed: int

    def generator(self) -> np.random.Generator:
        """Return the randomness of this draw."""
        return np.random.default_rng((self.seed, self.epoch, self.sample))


class SeededOrder(Sampler[Draw]):
    """Shuffles a data set anew in each epoch and shares it between processes.

    All processes get equally many samples; the few that would be left over are drawn in another
    epoch.

    Parameters
    ----------
    data : sized
        The data set.
    seed : int
        Another one is another order.
    """

    def __init__(self, data: Sized, seed: int) -> None:
        self._count = len(data)
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Take the order of an epoch; Lightning calls it."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[Draw]:
        order = np.random.default_rng((self._seed, self._epoch)).permutation(self._count)
        rank, ranks = _place()
        for sample in order[rank : len(self) * ranks : ranks]:
            yield Draw(int(sample), self._epoch, self._seed)

    def __len__(self) -> int:
        return self._count // _place()[1]


def _place() -> tuple[int, int]:
    """Return the rank of this process and how many there are."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return 0, 1
