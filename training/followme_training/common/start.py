"""Training that begins from what another training has learnt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
            checkpoint = torch.load(file, map_location="cpu", weights_only=True)
            state = checkpoint["state_dict"]
        except Exception as error:
            # torch's errors for a truncated file and for a pickle share no base
            words = (str(error).splitlines() or [type(error).__name__])[0]
            raise self._misfit(words) from error
        own = pl_module.state_dict()
        words = other_name(state, own)
        if words:
            raise self._misfit(words)
        try:
            # the weights of as many classes in another order would fit
            pl_module.on_load_checkpoint(checkpoint)
        except ValueError as error:
            raise StartError(f"start: {file}: {error}") from error
        words = other_shape(state, own)
        if words:
            raise self._misfit(words)
        pl_module.load_state_dict(state)

    def _misfit(self, words: str) -> StartError:
        return StartError(
            f"start: {self._checkpoint} does not fit ({words}); give a checkpoint of the same "
            "network"
        )


def other_name(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """Return in words the first tensor that only one state dict has; nothing where none is."""
    for name in ours:
        if name not in theirs:
            return f"it has no {name}"
    strange = next((name for name in theirs if name not in ours), None)
    return f"its {strange} is none of the network's" if strange else ""


def other_shape(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """Return in words the first tensor of another shape, nothing where all are alike."""
    for name, value in ours.items():
        # what a task keeps beside its tensors has no shape
        was, now = (list(getattr(v, "shape", ())) for v in (theirs[name], value))
        if was != now:
            return f"{name} is of shape {was}, the network's is of {now}"
    return ""
