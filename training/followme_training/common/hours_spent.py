"""How long a training has taken, over all the times it was taken up."""

from __future__ import annotations

import time
from typing import Any

import lightning as pl

#: Under which it is logged.
HOURS = "hours"


class HoursSpent(pl.Callback):
    """Logs the hours of training at the end of each epoch."""

    def __init__(self) -> None:
        self._before = 0.0
        self._begun = time.monotonic()

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._begun = time.monotonic()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        pl_module.log(HOURS, self._hours())

    def state_dict(self) -> dict[str, Any]:
        return {HOURS: self._hours()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._before = float(state_dict[HOURS])

    def _hours(self) -> float:
        return self._before + (time.monotonic() - self._begun) / 3600.0
