"""Which network is asked, and which images: of a run or a file, of its own data or others."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple, cast

import torch

from followme_training.classification.data import ClassificationData
from followme_training.classification.evaluation import (
    Predictor,
    check_classes,
    file_predictor,
    network_predictor,
)
from followme_training.classification.labelled_images import LabelledImages
from followme_training.classification.module import ClassificationTask
from followme_training.classification.publication import measured_on
from followme_training.classification.sources import WORDS, Kind, read_labelled
from followme_training.common.card import read_card
from followme_training.common.fitting import CONFIG, TrainingCommand
from followme_training.common.run_folder import Run
from followme_training.common.start import StartFrom
from followme_training.datasets.errors import DataError


class Asked(NamedTuple):
    """A network, what it is measured on, and what that is called."""

    predict: Predictor
    images: LabelledImages
    part: str


def add_data(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for other data than those of a run."""
    parser.add_argument("--path", type=Path, help="data set, instead of that of the run")
    parser.add_argument(
        "--dataset", choices=tuple(WORDS), help="its kind; that of the run, of a file mnist"
    )
    parser.add_argument(
        "--part", default="test", choices=("train", "test"), help="of a folder with both; test"
    )
    parser.add_argument(
        "--size-hw",
        type=int,
        nargs=2,
        metavar=("H", "W"),
        help="to which the images of a folder are resized, in pixels; as for the run",
    )


def asked_of(given: argparse.Namespace) -> Asked:
    """Return the network that is asked for with the images of --path, or of its run.

    Parameters
    ----------
    given : namespace
        ``run`` or ``onnx``, ``checkpoint``, and what :func:`add_data` asks for.

    Raises
    ------
    DataError
        When there are no data, they cannot be used, or are of other classes than the network;
        later, when their images are of another size.
    """
    if given.run:
        task, data = trained(given.run, given.checkpoint)
        images, part = _images(given, data)
        check_classes(task.class_names, images)
        return Asked(network_predictor(task.network, task.layout.image), images, part)
    images, part = _images(given, None)
    predict = file_predictor(given.onnx)
    # a file from elsewhere may have no card, and so no names
    if given.onnx.with_suffix(".json").is_file():
        classes = read_card(given.onnx).get("classes", ())
        check_classes(tuple(str(c["name"]) for c in classes), images)
    return Asked(predict, images, part)


def trained(run: Path, checkpoint: str) -> tuple[ClassificationTask, ClassificationData]:
    """Return what a run has learnt, with the names of its classes, and its data."""
    folder = Run(run)
    model, data = folder.load(ClassificationTask, ClassificationData, checkpoint)
    file = folder.checkpoint(checkpoint)
    model.on_load_checkpoint(torch.load(file, map_location="cpu", weights_only=True))
    return cast(ClassificationTask, model), cast(ClassificationData, data)


def beginning(run: Path) -> ClassificationTask:
    """Return the network as its training began: with the weights that it was begun from, if any.

    Raises
    ------
    StartError
        When the checkpoint that it was begun from is gone, so that nobody knows them.
    """
    arguments = ["--config", str(run / CONFIG)]
    command = TrainingCommand(ClassificationTask, ClassificationData, arguments, "", run=False)
    task = cast(ClassificationTask, command.model.eval())
    task.check_trunk()
    start = Run(run).config.get("start")
    if start:
        if Path(start).suffix == ".onnx":
            command.datamodule.setup("fit")
        StartFrom(Path(start), command.datamodule).setup(command.trainer, task, "fit")
    return task


def _images(
    given: argparse.Namespace, data: ClassificationData | None
) -> tuple[LabelledImages, str]:
    """Return the images that are asked for, and what they are called."""
    kind: Kind = given.dataset or (data.kind if data else "mnist")
    size_hw = tuple(given.size_hw) if given.size_hw else None
    if size_hw and not (given.path and kind == "folder"):
        raise DataError(
            f"--size-hw {size_hw[0]} {size_hw[1]}: resizes the images of a folder alone; leave it "
            "out, or name one with --path FOLDER --dataset folder"
        )
    if size_hw and min(size_hw) < 1:
        raise DataError(f"--size-hw {size_hw[0]} {size_hw[1]}: cannot be; give 1 pixel or more")
    if given.path:
        size_hw = size_hw or (data.resized_to if data else None)
        images = read_labelled(kind, given.path, given.part, size_hw)
        return images, f"{WORDS[kind]}, {given.path.name}"
    if data is None:
        raise DataError("data: none is given; add --path FILE, which kind it is with --dataset")
    split, images = measured_on(data)[-1]
    return images, f"{data.source}, {split}"
