"""Training that begins from what another training has learnt."""

from __future__ import annotations

from pathlib import Path

import lightning as pl
import torch


class StartError(ValueError):
    """A checkpoint that training cannot begin from; one sentence with file and mend."""


class StartFrom(pl.Callback):
    """Fills in the weights of a checkpoint before the first step.

    Only weights: step, rate and the order of samples are those of a new run. What is resumed with
    ``--ckpt_path`` has its own weights, which come later and win.

    Parameters
    ----------
    checkpoint : Path
        Of a run of the same network; of averaged weights the averages.
    """

    def __init__(self, checkpoint: Path) -> None:
        self._checkpoint = checkpoint

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if stage != "fit":
            return
        file = self._checkpoint
        if not file.is_file():
            raise StartError(
                f"start: there is no checkpoint {file}; give the best.ckpt or last.ckpt of a run"
            )
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)["state_dict"]
            pl_module.load_state_dict(state)
        except Exception as error:
            # torch's errors for a truncated file, a pickle and other shapes share no base
            words = (str(error).splitlines() or [type(error).__name__])[0]
            raise StartError(
                f"start: {file} does not fit ({words}); give a checkpoint of the same network"
            ) from error
