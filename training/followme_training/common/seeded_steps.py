"""Dropout and the like draw by the number of the step."""

from __future__ import annotations

from typing import Any

import lightning as pl
import torch


class SeededSteps(pl.Callback):
    """Seeds torch anew before each step, from seed, step and rank.

    Lightning's checkpoints do not hold the state of the random generator, and what is seeded at
    the start of an epoch takes no effect in the first epoch after a resume. With this, a resumed
    run draws what the unbroken one would have drawn.

    Parameters
    ----------
    seed : int
        Another one is another run.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        mixed = (self._seed * 1_000_003 + trainer.global_step) * 64 + trainer.global_rank
        torch.manual_seed(mixed)
