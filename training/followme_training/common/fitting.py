"""Runs a training from a strict YAML file: Lightning's command with the house's defaults."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, Optional

import lightning as pl
import torch
from lightning.pytorch.callbacks import LearningRateMonitor, ModelCheckpoint
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

from followme_training.common.averaging import AveragedWeights
from followme_training.common.epoch_lines import EpochLines
from followme_training.common.files import write_text
from followme_training.common.hours_spent import HoursSpent
from followme_training.common.precision import check_precision
from followme_training.common.seeded_steps import SeededSteps
from followme_training.common.start import StartFrom
from followme_training.common.wording import one_sentence

#: File of a run that says how it was made; all else is made from it again.
CONFIG = "config.yaml"
CHECKPOINTS = "checkpoints"


class StrictParser(LightningArgumentParser):
    """Refuses what it does not know in one sentence, with exit code 2."""

    def error(self, message: str, ex: Exception | None = None) -> NoReturn:
        print(f"followme-train: {one_sentence(message, self.keys())}", file=sys.stderr)
        sys.exit(2)

    def keys(self) -> set[str]:
        """Return all keys with dots that a file may have, of subcommands too."""
        known = {str(action.dest) for action in self._actions}
        for action in self._actions:
            for name, parser in (getattr(action, "choices", None) or {}).items():
                if isinstance(parser, LightningArgumentParser):
                    known |= {str(inner.dest) for inner in parser._actions}
                    known |= {f"{name}.{inner.dest}" for inner in parser._actions}
        return known


class TrainingCommand(LightningCLI):
    """Lightning's command with the house's logs, checkpoints, averages and seeds.

    A data module may name in ``SHARED_WITH_MODEL`` those of its settings that the model needs too:
    they stand once in the file, under ``data``. A model with ``AVERAGES_ITSELF`` gets the decay as
    ``ema_decay`` and averages what it wants of its weights, instead of all being averaged here.

    Parameters
    ----------
    model, data : class
        The task.
    arguments : sequence of str
        ``fit --config FILE [--key.of.config VALUE]``.
    monitor : str
        Logged figure by which the best checkpoint is chosen.
    run : bool
        Whether the subcommand is carried out, or only what the file names is built.
    mode : str
        ``min`` where a smaller figure is better, ``max`` where a larger one is.
    """

    def __init__(
        self,
        model: type[pl.LightningModule],
        data: type[pl.LightningDataModule],
        arguments: Sequence[str],
        monitor: str,
        run: bool = True,
        mode: Literal["min", "max"] = "min",
    ) -> None:
        self._monitor = monitor
        self._mode = mode
        self._shared: tuple[str, ...] = getattr(data, "SHARED_WITH_MODEL", ())
        self._averages_itself: bool = getattr(model, "AVERAGES_ITSELF", False)
        # the arguments come from this command's own command line, without task and verb
        warnings.filterwarnings("ignore", "LightningCLI's args parameter", UserWarning)
        # hints about products and absent devices; what concerns the run is a warning or an error
        for name in ("lightning.pytorch", "lightning.fabric"):
            logging.getLogger(name).setLevel(logging.WARNING)
        super().__init__(
            model,
            data,
            save_config_callback=None,
            seed_everything_default=0,
            trainer_defaults={
                "deterministic": True,
                # the order of samples is shared between processes by common.order
                "use_distributed_sampler": False,
                "num_sanity_val_steps": 0,
                "enable_progress_bar": sys.stdout.isatty(),
            },
            auto_configure_optimizers=False,
            args=list(arguments),
            run=run,
        )

    def init_parser(self, **kwargs: Any) -> LightningArgumentParser:
        # argparse would take a misspelt key for the short form of another
        parser = StrictParser(allow_abbrev=False, **kwargs)
        parser.add_argument("-c", "--config", action="config", help="the YAML file of the run")
        return parser

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        parser.add_argument(
            "--ema_decay",
            type=float,
            default=0.999,
            help="of the average of weights, after its beginning; 0 to below 1",
        )
        parser.add_argument(
            "--threads", type=int, default=0, help="of a process; 0 for as many as there are cores"
        )
        for key in self._shared:
            parser.link_arguments(f"data.{key}", f"model.{key}")
        if self._averages_itself:
            parser.link_arguments("ema_decay", "model.ema_decay")
        parser.add_argument(
            "--start",
            type=Optional[Path],  # noqa: UP045 - the parser reads it at run time
            default=None,
            help="checkpoint of another run of this network, or an ONNX file that was exported "
            "from it, to begin from its weights",
        )
        parser.add_argument(
            "--start_partly",
            type=bool,
            default=False,
            help="begin with the layers of --start that this network has too; it may be another "
            "one of the same classes",
        )

    def before_instantiate_classes(self) -> None:
        threads = self._get(self.config, "threads")
        if threads:
            torch.set_num_threads(threads)
        # determinism asks that no step reads memory that it did not write; filling all of it with
        # NaN first, which torch does then, only shows where one does, and takes a sixth of the time
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        # the last line that each run logs would otherwise be a warning about small matrices
        torch.set_float32_matmul_precision("highest")

    def instantiate_trainer(self, **kwargs: Any) -> pl.Trainer:
        trainer = self._get(self.config_init, "trainer")
        folder = Path(trainer.get("default_root_dir") or "runs")
        check_precision(str(trainer.get("precision")), str(trainer.get("accelerator")))
        clip = trainer.get("gradient_clip_val")
        if clip is not None:
            # each task clips by its own settings, and Lightning does not let both
            raise ValueError(
                f"trainer.gradient_clip_val is {clip:g}, but gradients are clipped by the recipe; "
                "set 'clip' there, as in --model.optimiser.clip"
            )
        if trainer.get("logger") is None:
            kwargs["logger"] = [CSVLogger(folder, "csv"), TensorBoardLogger(folder, "tensorboard")]
        start = self._get(self.config_init, "start")
        partly = bool(self._get(self.config_init, "start_partly"))
        if partly and not start:
            raise ValueError("start_partly is true, but there is no file; give --start FILE too")
        own = [
            *([StartFrom(Path(start), self.datamodule, partly)] if start else []),
            SeededSteps(int(self._get(self.config, "seed_everything") or 0)),
            SavedConfig(self.settings(), folder / CONFIG),
            *([] if self._averages_itself else [AveragedWeights(self._decay())]),
            HoursSpent(),
            *([] if sys.stdout.isatty() else [EpochLines(self._monitor)]),
            LearningRateMonitor("epoch"),
            ModelCheckpoint(
                folder / CHECKPOINTS,
                "best",
                monitor=self._monitor,
                mode=self._mode,
                enable_version_counter=False,
                auto_insert_metric_name=False,
            ),
            # apart, as Lightning's save_last writes only where a best one is written: a run that
            # was broken off later would go on from there, and a finished one would seem unfinished
            ModelCheckpoint(
                folder / CHECKPOINTS,
                "last",
                save_on_train_epoch_end=True,
                enable_version_counter=False,
            ),
        ]
        kwargs["callbacks"] = [*own, *(trainer.get("callbacks") or [])]
        return super().instantiate_trainer(**kwargs)

    def _decay(self) -> float:
        return float(self._get(self.config, "ema_decay"))

    def settings(self) -> str:
        """Return YAML of what makes this run, without where it was taken up again."""
        config = self.config if self.subcommand is None else self.config[self.subcommand]
        config = config.clone()
        for key in ("config", "ckpt_path", "weights_only"):
            config.pop(key, None)
        return str(self._parser(self.subcommand).dump(config, skip_none=True))


class SavedConfig(pl.Callback):
    """Writes the settings of a run, with all defaults, when it starts.

    Parameters
    ----------
    text : str
        YAML.
    file : Path
        Where to.
    """

    def __init__(self, text: str, file: Path) -> None:
        self._text = text
        self._file = file

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.is_global_zero:
            write_text(self._file, self._text)
