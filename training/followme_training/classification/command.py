"""What ``followme-train classification`` does: data, fit, tune, evaluate, export, show, study."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from followme_training.classification.asked import add_data, asked_of, beginning, trained
from followme_training.classification.data import ClassificationData
from followme_training.classification.embedding import some_classes, write_embeddings
from followme_training.classification.evaluation import answers, figures_of
from followme_training.classification.figures import write_figures
from followme_training.classification.metrics import confusion, most_confused
from followme_training.classification.module import ClassificationTask
from followme_training.classification.pictures import write_batch_sheet
from followme_training.classification.publication import measured_on, publish
from followme_training.classification.study import STUDIED, study
from followme_training.classification.tuning import tune
from followme_training.common.arguments import add_network, export_parser, verb_parser
from followme_training.common.files import write_json, write_with
from followme_training.common.fitting import TrainingCommand
from followme_training.common.report import draw_curves
from followme_training.common.run_folder import Run

#: By which the best checkpoint is chosen; more is better.
MONITOR = STUDIED.monitor


def fit(arguments: Sequence[str]) -> int:
    """Train from a settings file; the keys of the file are options too."""
    given = ["fit", *arguments]
    TrainingCommand(ClassificationTask, ClassificationData, given, MONITOR, mode="max")
    return 0


def data(arguments: Sequence[str]) -> int:
    """Say what a settings file trains on."""
    parser = _parser("data", "Says what a settings file trains and validates on.")
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument("--sheet", type=Path, help="draw augmented training images into this PNG")
    given, rest = parser.parse_known_args(arguments)
    built = ["--config", str(given.config), "--model.weights", "null", *rest]
    command = TrainingCommand(ClassificationTask, ClassificationData, built, MONITOR, run=False)
    module = cast(ClassificationData, command.datamodule)
    module.setup()
    cast(ClassificationTask, command.model).check_data(module)
    parts = [("training", module.training_images), *measured_on(module)]
    for name, images in parts:
        few, many = int(images.counts.min()), int(images.counts.max())
        height, width, channels = images.images.shape[1:]
        print(
            f"{name:<25}{len(images)} images of {width}x{height}, {channels} channels, "
            f"{len(images.classes)} classes of {few} to {many} images"
        )
    if given.sheet:
        loader = module.train_dataloader()
        batch = loader.dataset[next(iter(loader.sampler))]
        write_batch_sheet(batch, module.training_images.classes, given.sheet)
        print(f"{given.sheet}: augmented images with their classes")
    return 0


def evaluate_command(arguments: Sequence[str]) -> int:
    """Measure a run or an ONNX file."""
    parser = _parser("evaluate", "Measures a run's network, or an ONNX file.")
    add_network(parser)
    add_data(parser)
    parser.add_argument("--json", type=Path, help="also write the figures as JSON")
    given = parser.parse_args(arguments)
    asked = asked_of(given)
    logits = answers(asked.images, asked.predict)
    # a class that is absent has no figure, and NaN is no JSON
    figures = {
        name: None if math.isnan(value) else value
        for name, value in figures_of(logits, asked.images).items()
    }
    classes = asked.images.classes
    counts = confusion(asked.images.labels, logits.argmax(1).astype(np.int64), len(classes))
    pairs = [
        {"classes": [classes.names[p.one], classes.names[p.other]], "images": p.images}
        for p in most_confused(counts, 10)
    ]
    said = {asked.part: {**figures, "most_confused": pairs}}
    print(json.dumps(said, indent=2))
    if given.json:
        write_json(given.json, said)
    return 0


def export(arguments: Sequence[str]) -> int:
    """Write ONNX file, card and report of a run."""
    parser = export_parser("classification", "ONNX file; model.onnx in the report's folder")
    given = parser.parse_args(arguments)
    command = " ".join([parser.prog, *arguments])
    for line in publish(Run(given.run), given.checkpoint, given.out, given.reports, command):
        print(line, flush=True)
    return 0


def show(arguments: Sequence[str]) -> int:
    """Draw what a network says and sees."""
    parser = _parser(
        "show",
        "Draws confusion, reliability, classes and predictions; of a run its curves too, and with "
        "--tsne what it sees, before and after training.",
    )
    add_network(parser)
    add_data(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for the PNG files")
    parser.add_argument("--tsne", action="store_true", help="of a run: lay its features out")
    parser.add_argument("--tsne-images", type=int, default=2000, help="at most so many; 2000")
    parser.add_argument("--tsne-classes", type=int, default=10, help="at most so many; 10")
    parser.add_argument("--seed", type=int, default=0, help="of t-SNE; 0")
    given = parser.parse_args(arguments)
    if given.tsne and not given.run:
        parser.error("--tsne needs the features of a --run; a file gives none")
    asked = asked_of(given)
    laid_out = begun = None
    if given.tsne:
        # too few images, and a beginning that is gone, are said before anything is drawn
        begun = beginning(given.run)
        laid_out = some_classes(asked.images, given.tsne_classes, given.tsne_images)
    written = write_figures(answers(asked.images, asked.predict), asked.images, given.out)
    if given.run:
        file = given.out / "curves.png"
        panels = [("train/loss", "val/loss"), ("train/accuracy", "val/accuracy")]
        units = ("cross-entropy (nat)", "accuracy (share)")
        write_with(file, lambda part: draw_curves(Run(given.run), panels, part, units))
        written.append(file)
    if laid_out is not None and begun is not None:
        file = given.out / "tsne.png"
        networks = {
            "before training": begun.network,
            "after training": trained(given.run, given.checkpoint)[0].network,
        }
        for name, share in write_embeddings(networks, laid_out, file, given.seed).items():
            print(f"{name}: {share:.4f} of {len(laid_out)} images are like their neighbours")
        written.append(file)
    for file in written:
        print(f"{file}: of {asked.part}")
    return 0


VERBS = {
    "data": data,
    "fit": fit,
    "tune": tune,
    "evaluate": evaluate_command,
    "export": export,
    "show": show,
    "study": study,
}


def _parser(verb: str, words: str) -> argparse.ArgumentParser:
    return verb_parser("classification", verb, words)
