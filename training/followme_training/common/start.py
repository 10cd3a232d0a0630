"""Training that begins from what another training has learnt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import lightning as pl
import torch

from followme_training.common.card import read_card
from followme_training.common.exported_weights import (
    ExportedWeightsError,
    alike,
    fill,
    read_tensors,
)

#: Key of a checkpoint: the names of the classes that its weights stand for.
CLASSES = "followme_classes"
#: Training batches on which the norms of an exported file are measured.
_MEASURED_BATCHES = 8


class StartError(ValueError):
    """A checkpoint that training cannot begin from; one sentence with file and mend."""


class StartFrom(pl.Callback):
    """Fills in the weights of a checkpoint, or of an exported file, before the first step.

    Only weights: step, rate and the order of samples are those of a new run. What is resumed with
    ``--ckpt_path`` has its own weights, which come later and win.

    Parameters
    ----------
    checkpoint : Path
        Of a run of the same network; of averaged weights the averages. Or an ONNX file that was
        exported from one, with its card.
    data : LightningDataModule, optional
        What is trained on; norms of an exported file are measured on it.
    partly : bool
        Whether the network may be another one: layers of the same name and shape are taken, the
        others begin as they are without this. The classes are the same.
    """

    def __init__(
        self, checkpoint: Path, data: pl.LightningDataModule | None = None, partly: bool = False
    ) -> None:
        self._checkpoint = checkpoint
        self._data = data
        self._partly = partly

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if stage == "fit":
            self.fill(pl_module)

    def fill(self, pl_module: pl.LightningModule) -> None:
        """Give a module the weights.

        Raises
        ------
        StartError
            When there are none, or they are of another network (if taken partly, when it shares
            nothing with this one) or of other classes.
        """
        file = self._checkpoint
        if not file.is_file():
            raise StartError(
                f"start: there is no checkpoint {file}; give the best.ckpt or last.ckpt of a run, "
                "or an exported file"
            )
        if file.suffix == ".onnx":
            self._fill_from_exported(pl_module)
            return
        try:
            checkpoint = torch.load(file, map_location="cpu", weights_only=True)
            state = checkpoint["state_dict"]
        except Exception as error:
            # torch's errors for a truncated file and for a pickle share no base
            words = (str(error).splitlines() or [type(error).__name__])[0]
            raise self._misfit(words) from error
        own = pl_module.state_dict()
        if self._partly:
            state = own | self._shared(state, own)
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

    def _fill_from_exported(self, module: pl.LightningModule) -> None:
        images = list(self._images())
        try:
            classes = read_card(self._checkpoint).get("classes")
            tensors = read_tensors(self._checkpoint)
            if self._partly:
                tensors = alike(module, tensors)
                self._shared(tensors, dict(module.named_parameters()))
            theirs = {name: torch.from_numpy(values) for name, values in tensors.items()}
            checkpoint: dict[str, Any] = {"state_dict": module.state_dict() | theirs}
            if classes:
                # where one pixel has one, a class has more than a name
                checkpoint[CLASSES] = [c["name"] if isinstance(c, dict) else c for c in classes]
            module.on_load_checkpoint(checkpoint)
            fill(module, tensors, images, self._partly)
        except ExportedWeightsError as error:
            raise self._misfit(str(error)) from error
        except ValueError as error:
            # of the card, or of the task: the classes are others
            raise StartError(f"start: {self._checkpoint}: {error}") from error

    def _images(self) -> Iterator[torch.Tensor]:
        """Return the images of some batches as training sees them."""
        assert self._data is not None
        for batch in islice(self._data.train_dataloader(), _MEASURED_BATCHES):
            yield batch.rgb if hasattr(batch, "rgb") else batch.images

    def _shared(self, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
        """Return which of their tensors have a name and shape of ours, and say how many."""
        both = {
            name: theirs[name]
            for name, value in ours.items()
            if name in theirs and _shape(theirs[name]) == _shape(value)
        }
        if not both:
            raise self._misfit("they share no layer")
        print(f"start: {len(both)} of {len(ours)} tensors begin as those of {self._checkpoint}")
        return both

    def _misfit(self, words: str) -> StartError:
        return StartError(
            f"start: {self._checkpoint} does not fit ({words}); give a checkpoint or an exported "
            "file of the same network"
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
        was, now = _shape(theirs[name]), _shape(value)
        if was != now:
            return f"{name} is of shape {was}, the network's is of {now}"
    return ""


def _shape(value: Any) -> list[int]:
    # what a task keeps beside its tensors has no shape
    return list(getattr(value, "shape", ()))
