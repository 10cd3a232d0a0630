"""Callbacks that tests name in settings."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import lightning as pl


class StopsBeforeEpoch(pl.Callback):
    """Ends the process' training as a power cut would: in the middle, without a word."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch

    def on_train_batch_start(self, trainer: pl.Trainer, *_: Any) -> None:
        if trainer.current_epoch == self._epoch:
            raise InterruptedError("the power is gone")


class WritesWeights(pl.Callback):
    """Writes the digest of the weights of each process."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        text = f"{trainer.world_size} {trainer.global_step} {digest(pl_module)}"
        (self._folder / f"rank{trainer.global_rank}").write_text(text, encoding="utf-8")


def digest(module: pl.LightningModule) -> str:
    """Return the sha256 of all weights and buffers."""
    total = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        total.update(name.encode() + tensor.contiguous().numpy().tobytes())
    return total.hexdigest()
