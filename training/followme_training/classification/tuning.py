"""Searches for good settings with Optuna, in any number of processes on one storage.

Akiba et al., "Optuna: A Next-generation Hyperparameter Optimization Framework", KDD 2019. Trials
are drawn by a tree-structured Parzen estimator; one that is behind the median of the others after
as many epochs is given up.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning as pl
import yaml

from followme_training.classification.data import ClassificationData
from followme_training.classification.module import ClassificationTask
from followme_training.classification.search_space import Dimension, dimension, usual_search
from followme_training.classification.study import STUDIED
from followme_training.classification.tuning_report import write_tuning
from followme_training.common.finite import NonFiniteLossError
from followme_training.common.fitting import TrainingCommand
from followme_training.common.provenance import commit, machine
from followme_training.common.variation import StudyError

_BASE, _WORKER, _REPEATS, FAILED = "settings", "worker", "repeats", "failed"


@dataclass(frozen=True)
class Search:
    """What is searched.

    Parameters
    ----------
    arguments : list of str
        Of the training command, alike in all trials.
    dimensions : list of Dimension
        What differs.
    root : Path
        Below which the runs lie.
    """

    arguments: list[str]
    dimensions: list[Dimension]
    root: Path


def tune(arguments: Sequence[str]) -> int:
    """Carry out ``followme-train classification tune``.

    Raises
    ------
    StudyError
        When what to search makes no sense, or the storage holds another search.
    """
    given, rest = _parser().parse_known_args(arguments)
    if given.trials < 1:
        raise StudyError(f"--trials is {given.trials}; give 1 or more")
    shared = ["--config", str(given.config), *rest]
    if given.epochs is not None:
        shared.append(f"--trainer.max_epochs={given.epochs}")
    base: dict[str, Any] = yaml.safe_load(_command(shared).settings())
    dimensions = [dimension(text) for text in given.search] or usual_search(base)
    for one in dimensions:
        # a misspelt key is said now, not in the first trial
        _command([*shared, f"--{one.key}={one.choices[0] if one.choices else _end(one)}"])
    root = Path(base["trainer"].get("default_root_dir") or "runs") / "tuning"
    storage = given.storage or str(root / "trials.journal")
    study = open_study(storage, given.config.stem, base, dimensions, given.seed, given.worker)
    repeat_what_was_broken_off(study)
    search = Search(shared, dimensions, root)
    while (done := counted(study)) < given.trials:
        print(f"trial {done + 1} of {given.trials}", flush=True)
        study.optimize(lambda trial: carried_out(trial, search), n_trials=1)
        print(_said(study.trials), flush=True)
    facts = {
        "command": shlex.join(["followme-train", "classification", "tune", *arguments]),
        "commit": commit(),
        "data": Path(base["data"]["path"]).name,
        "epochs": str(base["trainer"].get("max_epochs")),
        "seed": str(given.seed),
        "machine": machine(),
    }
    for line in write_tuning(given.out, given.config.stem, study, facts, base, given.seed):
        print(line)
    return 0


def open_study(
    storage: str,
    name: str,
    base: dict[str, Any],
    dimensions: Sequence[Dimension],
    seed: int,
    worker: int,
) -> Any:
    """Return the study of a storage, new or as it was left.

    Parameters
    ----------
    storage : str
        A file for a journal of JSON lines, or the address of a data base as SQLAlchemy has it.
    name : str
        Of the study.
    base : dict
        Settings that all trials share.
    dimensions : sequence of Dimension
        What differs.
    seed, worker : int
        Of what is drawn: two workers of one seed try different things.

    Raises
    ------
    StudyError
        When Optuna is missing, or the storage holds a search of other settings.
    """
    optuna = _optuna()
    if "://" not in storage:
        file = Path(storage)
        file.parent.mkdir(parents=True, exist_ok=True)
        backend = optuna.storages.journal.JournalFileBackend(str(file))
        kept: Any = optuna.storages.JournalStorage(backend)
    else:
        kept = storage
    study = optuna.create_study(
        storage=kept,
        study_name=name,
        direction="maximize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
    )
    study.sampler = optuna.samplers.TPESampler(
        seed=1_000_003 * seed + 10_007 * worker + len(study.trials), multivariate=False
    )
    what = {"base": base, "search": [str(one) for one in dimensions]}
    before = study.user_attrs.get(_BASE)
    if before is not None and before != what:
        raise StudyError(
            f"{storage}: holds a search of other settings, in which {_difference(before, what)}; "
            "give another --storage, or the settings of before"
        )
    study.set_user_attr(_BASE, what)
    return study


def repeat_what_was_broken_off(study: Any) -> None:
    """Ask once more for trials that were interrupted, or whose process on this machine is gone."""
    states = _optuna().trial.TrialState
    repeated = {trial.user_attrs.get(_REPEATS) for trial in study.trials}
    for trial in study.trials:
        gone = trial.state == states.RUNNING and not _alive(trial.user_attrs.get(_WORKER, ""))
        if gone:
            study.tell(trial.number, state=states.FAIL)
        if (gone or trial.state == states.FAIL) and trial.number not in repeated and trial.params:
            study.enqueue_trial(trial.params, user_attrs={_REPEATS: trial.number})


def counted(study: Any) -> int:
    """Return how many trials are done, or being done by somebody."""
    states = _optuna().trial.TrialState
    return sum(
        trial.state in (states.COMPLETE, states.PRUNED, states.RUNNING) for trial in study.trials
    )


def carried_out(trial: Any, search: Search) -> float:
    """Train with the settings of a trial; return the best accuracy on what was held out."""
    trial.set_user_attr(_WORKER, f"{platform.node()}:{os.getpid()}")
    options = [f"--{one.key}={one.choose(trial)}" for one in search.dimensions]
    folder = search.root / f"trial_{trial.number:04d}"
    command = _command([*search.arguments, *options, f"--trainer.default_root_dir={folder}"])
    watch = ReportsToTrial(trial, STUDIED.monitor)
    command.trainer.callbacks.append(watch)  # type: ignore[attr-defined]
    try:
        command.trainer.fit(command.model, command.datamodule)
    except NonFiniteLossError as error:
        # settings that cannot learn are an answer, too: the worst one
        trial.set_user_attr(FAILED, str(error))
        raise _optuna().TrialPruned(str(error)) from error
    return watch.best


class ReportsToTrial(pl.Callback):
    """Tells a trial each figure, and ends the training when the trial is given up.

    Parameters
    ----------
    trial : Trial
        Of Optuna.
    monitor : str
        Logged figure; more is better.
    """

    def __init__(self, trial: Any, monitor: str) -> None:
        self._trial = trial
        self._monitor = monitor
        self.best = 0.0

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        value = float(trainer.callback_metrics[self._monitor])
        self.best = max(self.best, value)
        self._trial.report(value, trainer.current_epoch)
        last = trainer.current_epoch + 1 == trainer.max_epochs
        if not last and self._trial.should_prune():
            raise _optuna().TrialPruned(f"behind the others after {trainer.current_epoch + 1}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="followme-train classification tune",
        description="Searches for good settings. Given again, it goes on; given in several "
        "processes with one --storage and a --worker number each, they share the work.",
        epilog="Each key of the settings file is an option, too.",
        allow_abbrev=False,
    )
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument(
        "--search",
        action="append",
        default=[],
        metavar="KEY=...",
        help="KEY=VALUE,VALUE or 'KEY=LOW..HIGH' or 'KEY=LOW..HIGH log'; without any, width, "
        "depth, rate, decay, smoothing, dropout and augmentation about the values of the file",
    )
    parser.add_argument("--trials", type=int, default=20, help="in all, of all workers; 20")
    parser.add_argument("--epochs", type=int, help="of each trial, instead of the file's")
    parser.add_argument("--storage", help="file, or address of a data base, that workers share")
    parser.add_argument("--worker", type=int, default=0, help="number of this process; 0")
    parser.add_argument("--seed", type=int, default=0, help="of what is tried; 0")
    parser.add_argument("--out", type=Path, required=True, help="folder for table and plots")
    return parser


def _command(arguments: Sequence[str]) -> TrainingCommand:
    return TrainingCommand(
        ClassificationTask, ClassificationData, arguments, STUDIED.monitor, run=False, mode="max"
    )


def _end(one: Dimension) -> str:
    return str(int(one.low)) if one.whole else f"{one.low:.6g}"


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise StudyError(
            "tune needs Optuna, which is not installed; run 'make training', or pip install optuna"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _alive(worker: str) -> bool:
    """Return whether a process still runs; one of another machine, or unknown, is believed to."""
    host, _, number = worker.rpartition(":")
    if host != platform.node() or not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _said(trials: Sequence[Any]) -> str:
    done = [t for t in trials if t.state.is_finished()]
    last = max(done, key=lambda t: t.datetime_complete)
    value = "given up" if last.value is None or last.state.name == "PRUNED" else f"{last.value:.4f}"
    return f"  {value}: " + ", ".join(f"{k} {v}" for k, v in last.params.items())


def _difference(before: Any, now: Any) -> str:
    if before.get("search") != now["search"]:
        return "other keys or ranges are searched"
    for part, values in now["base"].items():
        if before["base"].get(part) != values:
            return f"{part!r} differs"
    return "something was left out"
