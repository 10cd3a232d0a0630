"""What ``followme-train gan`` does: data, fit, evaluate, export, show, study."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

import torch

from followme_training.common.arguments import add_network, export_parser, verb_parser
from followme_training.common.files import write_json, write_with
from followme_training.common.fitting import TrainingCommand
from followme_training.common.report import draw_curves
from followme_training.common.run_folder import Run
from followme_training.datasets.errors import DataError
from followme_training.gan.data import GanData
from followme_training.gan.diff_augment import diff_augmented
from followme_training.gan.figures import COLUMNS, write_samples
from followme_training.gan.module import GanTask
from followme_training.gan.publication import (
    CURVES,
    UNITS,
    loaded,
    measured,
    publish,
    write_pictures,
    write_progress,
)
from followme_training.gan.sampling import Sampler, file_sampler
from followme_training.gan.study import STUDIED, study

#: By which the best checkpoint is chosen; less is better.
MONITOR = STUDIED.monitor
_SHEET = 5 * COLUMNS


class _Asked(NamedTuple):
    """A generator, the length of its vectors, and the run that it is of."""

    sample: Sampler
    latent: int
    run: Run | None
    data: GanData | None
    weights: Path | None


def fit(arguments: Sequence[str]) -> int:
    """Train from a settings file; the keys of the file are options too."""
    TrainingCommand(GanTask, GanData, ["fit", *arguments], MONITOR)
    return 0


def data(arguments: Sequence[str]) -> int:
    """Say what a settings file trains on."""
    parser = _parser("data", "Says what a settings file trains on and measures with.")
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument(
        "--sheet", type=Path, help="draw what the discriminator sees of real images into this PNG"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the changes on the sheet; 0")
    given, rest = parser.parse_known_args(arguments)
    command = TrainingCommand(
        GanTask, GanData, ["--config", str(given.config), *rest], MONITOR, run=False
    )
    module, task = cast(GanData, command.datamodule), cast(GanTask, command.model)
    module.setup()
    parts = {"training": module.training_images, "held out": module.held_out_images}
    for name, images in parts.items():
        height, width = images.shape[1:3]
        print(
            f"{name:<10}{len(images)} images of {width}x{height}, mean {images.mean():.1f} of 255"
        )
    if given.sheet:
        loader = module.train_dataloader()
        batches = (loader.dataset[draw].images for draw in loader.sampler)
        seen = next(batches)
        while len(seen) < _SHEET and (further := next(batches, None)) is not None:
            seen = torch.cat([seen, further])
        torch.manual_seed(given.seed)
        seen = diff_augmented(seen[:_SHEET], task.diff_augment)
        shown = ((seen + 1.0) * 127.5).clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
        write_samples(shown, given.sheet, "real images as the discriminator sees them")
        print(f"{given.sheet}: real images as the discriminator sees them")
    return 0


def tune(arguments: Sequence[str]) -> int:
    """Say what to do instead.

    Raises
    ------
    DataError
        Always.
    """
    _parser("tune", "There is no search; compare settings with study.").parse_known_args(arguments)
    raise DataError(
        "gan has no search: its figures differ more between seeds than between most settings; "
        "compare a few settings with 'followme-train gan study', several seeds each"
    )


def evaluate(arguments: Sequence[str]) -> int:
    """Measure a run or an ONNX file."""
    parser = _parser("evaluate", "Measures a run's generator, or an ONNX file.")
    add_network(parser)
    parser.add_argument("--path", type=Path, help="images, instead of those of the run")
    parser.add_argument("--side", type=int, default=32, help="of the images of --path; 32")
    parser.add_argument("--images", type=int, default=2048, help="at most so many are made; 2048")
    parser.add_argument(
        "--features", type=Path, help="weights of EfficientNet-Lite0; those of the run without"
    )
    parser.add_argument("--json", type=Path, help="also write the figures as JSON")
    given = parser.parse_args(arguments)
    asked = _asked(given)
    module = GanData(given.path, given.side, middle=True) if given.path else asked.data
    if module is None:
        raise DataError("data: none is given; add --path FOLDER with real images")
    weights = given.features or asked.weights
    found = measured(asked.sample, asked.latent, module, weights, given.images)
    said = {"images": found.images, "made": found.made, "real_floor": found.floor}
    print(json.dumps(said, indent=2))
    if given.json:
        write_json(given.json, said)
    return 0


def export(arguments: Sequence[str]) -> int:
    """Write ONNX file, card and report of a run."""
    parser = export_parser(
        "gan", "ONNX file; model.onnx in the run's folder", of="a run's generator"
    )
    given = parser.parse_args(arguments)
    command = " ".join([parser.prog, *arguments])
    for line in publish(given.run, given.checkpoint, given.out, given.reports, command):
        print(line, flush=True)
    return 0


def show(arguments: Sequence[str]) -> int:
    """Draw what a generator makes."""
    parser = _parser(
        "show",
        "Draws images and a walk through the latent space; of a run its curves too, and what fixed "
        "vectors became while it learnt.",
    )
    add_network(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for PNG and GIF files")
    parser.add_argument("--seed", type=int, default=0, help="of the vectors; 0")
    given = parser.parse_args(arguments)
    asked = _asked(given)
    words = f"made images, not chosen; seed {given.seed}"
    written = write_pictures(asked.sample, asked.latent, given.out, given.seed, words)
    if asked.run is not None:
        run, file = asked.run, given.out / "curves.png"
        write_with(file, lambda part: draw_curves(run, CURVES, part, UNITS))
        written += [file, *write_progress(run, given.out)]
    for file in written:
        print(file)
    return 0


VERBS = {
    "data": data,
    "fit": fit,
    "tune": tune,
    "evaluate": evaluate,
    "export": export,
    "show": show,
    "study": study,
}


def _parser(verb: str, words: str) -> argparse.ArgumentParser:
    return verb_parser("gan", verb, words)


def _asked(given: argparse.Namespace) -> _Asked:
    if given.onnx:
        sample, latent = file_sampler(given.onnx)
        return _Asked(sample, latent, None, None, None)
    found = loaded(given.run, given.checkpoint)
    return _Asked(found.sampler, found.task.network.latent, found.run, found.data, found.weights)
