"""What a training left behind, and how to take it up again."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning as pl
import torch
import yaml

from followme_training.common.fitting import CHECKPOINTS, CONFIG, TrainingCommand
from followme_training.common.hours_spent import HOURS

#: Key of a checkpoint between the start of a training and its end: how far it is, 0 to 1.
SHARE = "followme_share"


class RunError(ValueError):
    """A folder that holds no usable run; one sentence with folder and mend."""


@dataclass(frozen=True)
class Run:
    """One training.

    Parameters
    ----------
    folder : Path
        Holds ``config.yaml``, ``checkpoints/`` and ``csv/``.
    """

    folder: Path

    def __post_init__(self) -> None:
        if not (self.folder / CONFIG).is_file():
            raise RunError(
                f"{self.folder}: holds no {CONFIG}; give the default_root_dir of a training"
            )

    @property
    def config(self) -> dict[str, Any]:
        """Settings, with all defaults that are not null."""
        raw = yaml.safe_load((self.folder / CONFIG).read_text(encoding="utf-8"))
        return raw if isinstance(raw, dict) else {}

    def checkpoint(self, name: str = "best") -> Path:
        """Return the file of a checkpoint: ``best``, ``last``, or another that was written."""
        file = self.folder / CHECKPOINTS / f"{name}.ckpt"
        if not file.is_file():
            raise RunError(f"{file}: is missing; train first, or choose another checkpoint")
        return file

    def load(
        self,
        model: type[pl.LightningModule],
        data: type[pl.LightningDataModule],
        checkpoint: str = "best",
    ) -> tuple[pl.LightningModule, pl.LightningDataModule]:
        """Build model and data again and fill in the averaged weights of a checkpoint."""
        state = torch.load(self.checkpoint(checkpoint), map_location="cpu", weights_only=True)
        # published weights are not needed again, all of them are in the checkpoint
        arguments = ["--config", str(self.folder / CONFIG), "--model.weights", "null"]
        command = TrainingCommand(model, data, arguments, monitor="", run=False)
        try:
            command.model.load_state_dict(state["state_dict"])
        except RuntimeError as error:
            first = str(error).strip().splitlines()[-1].strip()
            raise RunError(
                f"{self.checkpoint(checkpoint)}: does not fit {CONFIG} beside it ({first}); "
                "give the folder as the training left it"
            ) from error
        return command.model.eval(), command.datamodule

    def epoch(self, checkpoint: str = "best") -> int:
        """Return after how many epochs a checkpoint was written."""
        state = torch.load(self.checkpoint(checkpoint), map_location="cpu", weights_only=True)
        return int(state["epoch"]) + 1

    def share(self, checkpoint: str = "best") -> float | None:
        """Return how far weights are from the start to the end; None for those of the training."""
        state = torch.load(self.checkpoint(checkpoint), map_location="cpu", weights_only=True)
        share = state.get(SHARE)
        return None if share is None else round(float(share), 3)

    def hours(self) -> float | None:
        """Return how long was trained, over all resumes; None where it was not logged."""
        logged = self.curves().get(HOURS)
        return round(logged[-1][1], 2) if logged else None

    def curves(self) -> dict[str, list[tuple[float, float]]]:
        """Return (epoch, value) of everything that was logged, by name.

        Each time a run is taken up again it writes another file. Where two speak of one epoch,
        the later is right, as the earlier was not saved.
        """
        points: dict[str, dict[float, float]] = {}
        files = self.folder.glob("csv/version_*/metrics.csv")
        for file in sorted(files, key=lambda f: int(f.parent.name.rpartition("_")[2])):
            with file.open(encoding="utf-8", newline="") as text:
                for row in csv.DictReader(text):
                    epoch = row.pop("epoch")
                    for name, value in row.items():
                        if epoch and value and name != "step":
                            points.setdefault(name, {})[float(epoch)] = float(value)
        return {name: sorted(values.items()) for name, values in points.items()}
