"""Trains one settings file in variants, on the same data and seed, and compares them."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import lightning as pl
import yaml

from followme_training.common.fitting import CHECKPOINTS, CONFIG, TrainingCommand
from followme_training.common.provenance import commit, machine, versions
from followme_training.common.run_folder import Run
from followme_training.common.study_report import Outcome, Shown, table, write_study
from followme_training.common.variation import StudyError, Variant, variants_of

#: Name of the variant in which nothing is changed, where several options are varied.
UNCHANGED = "as given"


def _file_name(path: Any) -> str:
    return Path(path).name


@dataclass(frozen=True)
class Studied:
    """What a study has to know of a task.

    Parameters
    ----------
    task : str
        Its name on the command line.
    model, data : class
        What is trained, and on what.
    shown : Shown
        What is compared; by the figure of its curve the best epoch is chosen.
    data_key : str
        Key with dots of the settings that says where the data lie.
    data_words : callable
        From the value of that key to what a report calls the data; the name of a file by default.
    """

    task: str
    model: type[pl.LightningModule]
    data: type[pl.LightningDataModule]
    shown: Shown
    data_key: str
    data_words: Callable[[Any], str] = _file_name

    @property
    def monitor(self) -> str:
        """Logged figure by which the best epoch is chosen."""
        return self.shown.curve[0]

    @property
    def mode(self) -> Literal["min", "max"]:
        """Whether it should be small or large."""
        return "max" if self.shown.larger else "min"


@dataclass(frozen=True)
class Planned:
    """A variant with all that its training needs.

    Parameters
    ----------
    name : str
        For people.
    arguments : list of str
        Of the training command.
    settings : dict
        All that makes the run, with defaults.
    folder : Path
        Of the run.
    epochs : int
        Until when it is trained.
    """

    name: str
    arguments: list[str]
    settings: dict[str, Any]
    folder: Path
    epochs: int


def study(of: Studied, arguments: Sequence[str]) -> int:
    """Carry out ``followme-train TASK study``.

    The runs lie below the ``default_root_dir`` of the settings file, the comparison in ``--out``.
    Given once more, the command goes on where it was stopped: a variant that is trained already
    is not trained again, one that was broken off goes on from its last checkpoint.

    Parameters
    ----------
    of : Studied
        The task.
    arguments : sequence of str
        Options; what the study does not know goes to the settings.

    Raises
    ------
    StudyError
        When the variants cannot be trained, or an older run is in the way.
    """
    given, rest = _parser(of).parse_known_args(arguments)
    shared = shared_arguments(given.config, rest, given.epochs)
    # all are built before the first is trained: a wrong value is said now, not after hours
    base = settings_of(of, shared)
    planned = plan(of, base, shared, variants_of(given.vary), alone=len(given.vary) == 1)
    train_all(of, planned)
    outcomes = [outcome(of, p) for p in planned]
    command = [f"followme-train {of.task} study", *arguments]
    facts = facts_of(of, base, planned[0].epochs, command)
    write_study(given.out, given.config.stem, base, facts, of.shown, outcomes)
    print(table(of.shown, outcomes))
    print(f"{given.out}: the table, its figures and their plot")
    return 0


def shared_arguments(config: Path, rest: Sequence[str], epochs: int | None) -> list[str]:
    """Return the arguments that all variants share: settings file, its changed keys, epochs."""
    shared = ["--config", str(config), *rest, "--trainer.check_val_every_n_epoch=1"]
    return shared if epochs is None else [*shared, f"--trainer.max_epochs={epochs}"]


def train_all(of: Studied, planned: Sequence[Planned]) -> None:
    """Train what is not trained already, in turn, and say so.

    Raises
    ------
    StudyError
        When something else was trained in one of the folders; said before the first is trained.
    """
    for p in planned:
        check_folder(p)
    for number, p in enumerate(planned, 1):
        done = epochs_trained(p.folder)
        said = f"epochs {done + 1} to {p.epochs}" if done < p.epochs else "trained already"
        print(f"{number} of {len(planned)}: {p.name}: {said}", flush=True)
        if done < p.epochs:
            train(of, p, resume=done > 0)


def plan(
    of: Studied,
    base: dict[str, Any],
    shared: Sequence[str],
    variants: Sequence[Variant],
    alone: bool,
) -> list[Planned]:
    """Return what is to be trained.

    Parameters
    ----------
    of : Studied
        The task.
    base : dict
        Settings without any change.
    shared : sequence of str
        Arguments of all variants.
    variants : sequence of Variant
        What is changed.
    alone : bool
        Whether all of them are values of one option. Else the values that the file has already are
        one and the same training, :data:`UNCHANGED`.

    Raises
    ------
    StudyError
        When two variants are the same training.
    """
    root = Path(base["trainer"].get("default_root_dir") or "runs")
    alike: dict[str, dict[str, Any]] = {}
    found = []
    for variant in variants:
        settings = settings_of(of, [*shared, *variant.options])
        if not alone and settings == base:
            variant = Variant(UNCHANGED, ())
            if UNCHANGED in alike:
                continue
        for name, other in alike.items():
            if settings == other:
                raise StudyError(
                    f"variants {name!r} and {variant.name!r} are the same training; give one of "
                    "them"
                )
        alike[variant.name] = settings
        folder = root / variant.folder
        arguments = [*shared, *variant.options, f"--trainer.default_root_dir={folder}"]
        trainer = {**settings["trainer"], "default_root_dir": str(folder)}
        epochs = int(trainer.get("max_epochs") or 0)
        if epochs < 1:
            raise StudyError(f"max_epochs is {epochs}; give --epochs of at least 1")
        found.append(
            Planned(variant.name, arguments, {**settings, "trainer": trainer}, folder, epochs)
        )
    return found


def check_folder(p: Planned) -> None:
    """Refuse a folder in which something else was trained.

    Raises
    ------
    StudyError
        With the first setting that differs.
    """
    if not (p.folder / CONFIG).is_file():
        return
    old = Run(p.folder).config
    if old != p.settings:
        key, then, now = _first_difference(old, p.settings)
        raise StudyError(
            f"{p.folder}: was trained with {key} {then}, now it is {now}; "
            "remove the folder, or choose another --trainer.default_root_dir"
        )


def train(of: Studied, p: Planned, resume: bool) -> None:
    """Train a variant, from its last checkpoint on where there is one.

    Raises
    ------
    StudyError
        When the training fails for a reason that a user can mend.
    """
    command = _prepared(of, p.arguments)
    last = Run(p.folder).checkpoint("last") if resume else None
    try:
        command.trainer.fit(command.model, command.datamodule, ckpt_path=last)
    except ValueError as error:
        raise StudyError(f"variant {p.name!r}: {error}") from error


def epochs_trained(folder: Path) -> int:
    """Return after how many epochs the last checkpoint of a run was written; 0 without one."""
    if not (folder / CONFIG).is_file() or not (folder / CHECKPOINTS / "last.ckpt").is_file():
        return 0
    return Run(folder).epoch("last")


def outcome(of: Studied, p: Planned) -> Outcome:
    """Return what came of a variant.

    Raises
    ------
    StudyError
        When the figure by which the best epoch is chosen was not logged.
    """
    run = Run(p.folder)
    logged = run.curves()
    # Lightning counts epochs from 0
    curve = tuple((int(epoch) + 1, value) for epoch, value in logged.get(of.monitor, []))
    known = [(value, epoch) for epoch, value in curve if not math.isnan(value)]
    if not known:
        raise StudyError(f"{p.folder}: logged no {of.monitor}; remove the folder and train again")
    choose: Callable[..., tuple[float, int]] = max if of.mode == "max" else min
    # of equal ones the first, as the checkpoint is not written anew for the others
    best = choose(known, key=lambda point: point[0])[1]
    figures = {
        name: dict(points)[best - 1]
        for name, points in logged.items()
        if best - 1 in dict(points) and name.startswith(of.shown.prefix)
    }
    return Outcome(p.name, best, figures, curve, run.hours())


def _parser(of: Studied) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"followme-train {of.task} study",
        description="Trains one settings file in variants, on the same data and seed, and compares "
        "them in a table and a plot. Given again, it goes on where it was stopped.",
        epilog="Each key of the settings file is an option, too.",
        allow_abbrev=False,
    )
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="KEY=VALUE,VALUE",
        help="a key with dots and its values; KEY=..;KEY=.. for keys that change together; given "
        "several times, each is varied on its own",
    )
    parser.add_argument("--epochs", type=int, help="of each variant, instead of the file's")
    parser.add_argument("--out", type=Path, required=True, help="folder for table and plot")
    return parser


def _prepared(of: Studied, arguments: Sequence[str]) -> TrainingCommand:
    return TrainingCommand(of.model, of.data, arguments, of.monitor, run=False, mode=of.mode)


def settings_of(of: Studied, arguments: Sequence[str]) -> dict[str, Any]:
    """Return all settings that arguments make, with defaults."""
    found: dict[str, Any] = yaml.safe_load(_prepared(of, arguments).settings())
    return found


def _first_difference(old: Any, new: Any, key: str = "") -> tuple[str, Any, Any]:
    """Return the key with dots of the first value that differs, and both values."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return key, old, new
    name = next(n for n in [*new, *old] if old.get(n) != new.get(n))
    return _first_difference(old.get(name), new.get(name), f"{key}.{name}" if key else name)


def facts_of(
    of: Studied, base: dict[str, Any], epochs: int, command: Sequence[str]
) -> dict[str, str]:
    """Return what a report says beside its figures: command, commit, data, machine and so on."""
    data: Any = base
    for part in of.data_key.split("."):
        data = data[part]
    return {
        "command": f"{command[0]} {shlex.join(command[1:])}",
        "commit": commit(),
        "data": of.data_words(data),
        "epochs": str(epochs),
        "seed": str(base.get("seed_everything")),
        "machine": machine(),
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }
