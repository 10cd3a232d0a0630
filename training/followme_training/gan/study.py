"""Trains variants with several seeds each, and compares how steadily and how well they learn."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import yaml

from followme_training.common.arguments import verb_parser
from followme_training.common.files import write_json, write_text
from followme_training.common.fitting import TrainingCommand
from followme_training.common.report import log_table
from followme_training.common.run_folder import Run
from followme_training.common.study import (
    Planned,
    Studied,
    facts_of,
    plan,
    settings_of,
    shared_arguments,
    train_all,
)
from followme_training.common.study_report import Shown
from followme_training.common.variation import StudyError, Variant, split_outside_brackets
from followme_training.gan.data import GanData
from followme_training.gan.features import feature_network
from followme_training.gan.figures import write_rows_over_time
from followme_training.gan.fixed_noise import read_rows
from followme_training.gan.module import GanTask
from followme_training.gan.quality import Quality
from followme_training.gan.stability import ROWS, Trained, draw_over_time, table

STUDIED = Studied(
    task="gan",
    model=GanTask,
    data=GanData,
    shown=Shown(curve=("val/fid", "FID (features as stated)")),
    data_key="data.path",
)


def study(arguments: Sequence[str]) -> int:
    """Carry out ``followme-train gan study``; given again, it goes on where it was stopped."""
    given, rest = _parser().parse_known_args(arguments)
    shared = shared_arguments(given.config, rest, given.epochs)
    base = settings_of(STUDIED, shared)
    variants = named_variants(given.variant)
    planned = plan(STUDIED, base, shared, seeded(variants, given.seeds), alone=True)
    train_all(STUDIED, planned)
    trained = by_variant(variants, planned)
    command = ["followme-train gan study", *arguments]
    facts = facts_of(STUDIED, base, planned[0].epochs, command)
    facts |= {"seed": ", ".join(str(seed) for seed in given.seeds)}
    write_report(given.out, given.config.stem, base, facts, trained)
    print((given.out / "report.md").read_text(encoding="utf-8"))
    print(f"{given.out}: the table, its figures, logs and pictures")
    return 0


def named_variants(options: Sequence[str]) -> list[Variant]:
    """Return variants of texts as ``NAME: KEY=VALUE; KEY=VALUE``; a name alone changes nothing.

    Raises
    ------
    StudyError
        On a text of another form, and on a name that is given twice.
    """
    found: list[Variant] = []
    for option in options:
        name, _, changes = (part.strip() for part in option.partition(":"))
        pairs = [p.partition("=") for p in split_outside_brackets(changes, ";") if p]
        if not name or "=" in name or not all(k.strip() and v.strip() for k, _, v in pairs):
            raise StudyError(
                f"variant {option!r} is none; give 'NAME: KEY=VALUE; KEY=VALUE', as 'least "
                "squares: model.loss=least_squares'"
            )
        variant = Variant(name, tuple((k.strip(), v.strip()) for k, _, v in pairs))
        if variant.folder in [other.folder for other in found]:
            raise StudyError(f"variant {name!r} is given twice; give each a name of its own")
        found.append(variant)
    return found


def seeded(variants: Sequence[Variant], seeds: Sequence[int]) -> list[Variant]:
    """Return each variant with each seed: of weights and noise, and of the order of images.

    Raises
    ------
    StudyError
        On a seed that is given twice.
    """
    if len(set(seeds)) < len(seeds):
        raise StudyError(f"seeds are {', '.join(map(str, seeds))}; give each once")
    keys = ("seed_everything", "data.seed")
    return [
        Variant(f"{v.name}, seed {seed}", (*v.changes, *((key, str(seed)) for key in keys)))
        for v in variants
        for seed in seeds
    ]


def by_variant(variants: Sequence[Variant], planned: Sequence[Planned]) -> list[Trained]:
    """Return the runs of each variant; they were planned variant by variant."""
    each = len(planned) // len(variants)
    runs = [Run(p.folder) for p in planned]
    return [Trained(v.name, tuple(runs[n * each : (n + 1) * each])) for n, v in enumerate(variants)]


def write_report(
    folder: Path,
    title: str,
    base: dict[str, Any],
    facts: dict[str, str],
    trained: Sequence[Trained],
) -> None:
    """Write settings, table, figures, logs and pictures of a finished study."""
    floor, words = real_floor(trained[0].runs[0])
    facts = facts | {"features": words}
    write_text(folder / "config.yaml", yaml.safe_dump(base, sort_keys=False))
    metrics: list[dict[str, Any]] = [
        {"variant": v.name, "set": facts["data"], "split": "held-out images", "measure": name}
        | {"value": _number(value), "seed": _seed(run)}
        for v in trained
        for name, *_ in ROWS
        for run, value in zip(v.runs, v.last(name), strict=True)
    ]
    floors: list[dict[str, Any]] = [
        {"variant": "real images", "set": facts["data"], "split": "held-out images"}
        | {"measure": f"val/{name}"}
        | {"value": _number(value)}
        for name, value in floor.items()
    ]
    write_json(folder / "metrics.json", {"facts": facts, "metrics": metrics + floors})
    for v in trained:
        for run in v.runs:
            write_text(folder / "logs" / f"{run.folder.name}.csv", log_table(run))
    draw_over_time(trained, floor, folder / "curves.png")
    rows = [(f"{v.name}, seed {_seed(v.runs[0])}", read_rows(v.runs[0].folder)) for v in trained]
    write_rows_over_time(rows, folder / "samples.png")
    lines = [f"# Study: {title}", "", _WORDS, ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", table(trained, floor), "", "![figures over time](curves.png)"]
    lines += ["", "![what fixed vectors become](samples.png)"]
    write_text(folder / "report.md", "\n".join(lines) + "\n")


def real_floor(run: Run) -> tuple[dict[str, float], str]:
    """Return the figures of real images that a run learnt from, and what they were compared by.

    As many as images were made while training: a generator that makes the data themselves would
    come to these figures, not to 0.
    """
    command = TrainingCommand(
        GanTask, GanData, ["--config", str(run.folder / "config.yaml")], "", run=False
    )
    task, data = cast(GanTask, command.model), cast(GanData, command.datamodule)
    network = feature_network(task.weights)
    learnt = data.training_images
    places = np.linspace(0, len(learnt) - 1, min(task.measured_images, len(learnt))).astype(int)
    return Quality(data.held_out_images, network).figures(learnt[places]), network.words


def _parser() -> argparse.ArgumentParser:
    parser = verb_parser(
        "gan",
        "study",
        "Trains one settings file in variants, each with several seeds, and compares losses, "
        "gradients, the discriminator's opinion and the quality of images over time. Given again, "
        "it goes on where it was stopped. Each key of the settings file is an option, too.",
    )
    parser.allow_abbrev = False
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument(
        "--variant",
        action="append",
        required=True,
        metavar="'NAME: KEY=VALUE; KEY=VALUE'",
        help="what is changed, with dots in the keys; a name alone for the file as it is",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1], help="of each; 0 1")
    parser.add_argument("--epochs", type=int, help="of each variant, instead of the file's")
    parser.add_argument("--out", type=Path, required=True, help="folder for table and figures")
    return parser


def _seed(run: Run) -> int:
    return int(run.config["seed_everything"])


def _number(value: float) -> float | None:
    return round(float(value), 5) if np.isfinite(value) else None


_WORDS = (
    "The same data and held-out images; only what the columns name differs. All figures are those "
    "at the end of training, not of the best epoch, as the mean over seeds with each seed behind "
    "it. FID and KID are by the features named below, in units of the real images: they compare "
    "the columns, and must not be held against published ones. The last column has the figures of "
    "real images that were learnt from, as many as were made: no generator can be better. "
    "`coverage` is the share of held-out images that have a made one nearby, `sharpness` and "
    "`spread` are 1 where they are those of real images, `overfitting` is by how many deviations "
    "the discriminator prefers learnt images to held-out ones, and gradients are norms."
)
