"""Progress where nobody watches a terminal: a line an epoch."""

from __future__ import annotations

import lightning as pl
from lightning.pytorch.utilities import rank_zero_only

from followme_training.common.hours_spent import HOURS


class EpochLines(pl.Callback):
    """Prints epoch, loss and the figure by which the best checkpoint is chosen.

    Parameters
    ----------
    monitor : str
        Name of that figure.
    """

    def __init__(self, monitor: str) -> None:
        self._names = ("train/loss", monitor, HOURS)

    @rank_zero_only
    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        # callbacks run in the order of their list, and hours come before this one
        known = trainer.callback_metrics
        figures = [f"{name} {float(known[name]):.4g}" for name in self._names if name in known]
        count = f"{trainer.current_epoch + 1}/{trainer.max_epochs}"
        print(f"epoch {count}", *figures, sep="  ", flush=True)
