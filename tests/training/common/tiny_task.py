"""A task that trains in a moment: a line through points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as pl
import torch
from torch.utils.data import DataLoader, TensorDataset

from followme_training.common.study import Studied
from followme_training.common.study_report import Shown

#: How often each slope was trained, to see what was not trained again.
EPOCHS_SEEN: list[float] = []


class Line(pl.LightningModule):
    def __init__(self, slope: float = 0.0, lr: float = 0.1, stop_at: int = -1) -> None:
        super().__init__()
        if slope > 100:
            raise ValueError(f"slope {slope} is too steep; give at most 100")
        self.slope = torch.nn.Parameter(torch.tensor(slope) + 0.01 * torch.randn(()))
        self._first, self._lr, self._stop_at = slope, lr, stop_at

    def training_step(self, batch: Any, batch_idx: int) -> torch.Tensor:
        return self._error(batch)

    def on_train_epoch_start(self) -> None:
        if self.current_epoch == self._stop_at:
            raise InterruptedError("the power is gone")
        EPOCHS_SEEN.append(self._first)

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        error = self._error(batch)
        self.log("val/error", error)
        self.log("val/part/left", error / 2)
        self.log("val/part/right", error * float("nan"))

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), self._lr)

    def _error(self, batch: Any) -> torch.Tensor:
        x, y = batch
        return ((self.slope * x - y) ** 2).mean()


class Points(pl.LightningDataModule):
    def __init__(self, path: Path = Path("points.txt"), count: int = 4) -> None:
        super().__init__()
        x = torch.linspace(-1, 1, count)
        self._points = TensorDataset(x, 3 * x)

    def train_dataloader(self) -> Any:
        return DataLoader(self._points, 2)

    def val_dataloader(self) -> Any:
        return DataLoader(self._points, 4)


SHOWN = Shown(
    curve=("val/error", "error (square)"), bars="val/part/", bars_words="part of the error"
)
STUDIED = Studied("lines", Line, Points, SHOWN, "data.path")


def write_settings(folder: Path) -> Path:
    """Write settings; the runs lie in ``folder / "runs"``."""
    file = folder / "tiny.yaml"
    text = f"""
seed_everything: 3
ema_decay: 0.0
trainer:
  default_root_dir: {folder / "runs"}
  accelerator: cpu
  max_epochs: 3
  log_every_n_steps: 1
  enable_model_summary: false
  enable_progress_bar: false
model:
  lr: 0.1
data:
  count: 4
"""
    file.write_text(text, encoding="utf-8")
    return file
