"""What ``followme-train segmentation`` does: each verb, from looking at data to showing guesses."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from followme_training.common.arguments import add_network, export_parser, verb_parser
from followme_training.common.between_weights import between_verb
from followme_training.common.card import read_card
from followme_training.common.files import write_json
from followme_training.common.fitting import TrainingCommand
from followme_training.common.onnx_file import onnxruntime_engine
from followme_training.common.quantised import add_int8, int8_request
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.datasets.errors import DataError
from followme_training.datasets.image_data import AugmentedViews
from followme_training.segmentation.browsing import PARTS, Part, check_rows, looked_at
from followme_training.segmentation.class_balance import class_counts
from followme_training.segmentation.class_plot import class_lines, draw_class_counts
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.evaluation import Predictor, averaged, evaluate, predictor
from followme_training.segmentation.exported import STRETCHED
from followme_training.segmentation.int8 import LARGEST_LOSS, MEASURE
from followme_training.segmentation.known_classes import class_list
from followme_training.segmentation.labelling import label
from followme_training.segmentation.module import SegmentationTask
from followme_training.segmentation.photographs import Photographs
from followme_training.segmentation.pictures import blended, colours, row_of, write_sheet
from followme_training.segmentation.publication import publish
from followme_training.segmentation.sample import SegmentationSample
from followme_training.segmentation.sources import WORDS
from followme_training.segmentation.speed import speed
from followme_training.segmentation.study import STUDIED, study

#: By which the best checkpoint is chosen; more is better.
MONITOR = STUDIED.monitor
_SHEET_ROWS = 8


class _Network(NamedTuple):
    """Something that guesses, and the names of what it guesses."""

    predict: Predictor
    names: tuple[str, ...]


def fit(arguments: Sequence[str]) -> int:
    """Train from a settings file; the keys of the file are options too."""
    TrainingCommand(SegmentationTask, SegmentationData, ["fit", *arguments], MONITOR, mode="max")
    return 0


def data(arguments: Sequence[str]) -> int:
    """Say what a settings file trains on."""
    parser = _parser("data", "Says what a settings file trains and validates on.")
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument("--plot", type=Path, help="draw how often each class is seen into this PNG")
    parser.add_argument("--sheet", type=Path, help="draw images, labels and both laid together")
    parser.add_argument("--views", type=Path, help="draw augmented training images")
    parser.add_argument("--rows", type=int, default=_SHEET_ROWS, help="how many images; 8")
    parser.add_argument(
        "--first", type=int, help="of the sheet: number of the first image, the others follow it"
    )
    parser.add_argument("--part", choices=PARTS, help="of the sheet: training or validation")
    given, rest = parser.parse_known_args(arguments)
    rows = check_rows(given.rows)
    part: Part = given.part or "training"
    if not given.sheet and (given.first is not None or given.part):
        raise DataError("--first and --part choose the images of a sheet; add --sheet FILE")
    built = ["--config", str(given.config), "--model.weights", "null", *rest]
    command = TrainingCommand(SegmentationTask, SegmentationData, built, MONITOR, run=False)
    module = cast(SegmentationData, command.datamodule)
    module.setup()
    # before the classes of all images are counted, which takes a while
    chosen = looked_at(module, part, rows, given.first) if given.sheet else []
    classes, images = module.classes, module.training_images
    counts = class_counts(images, len(classes))
    print(f"training   {len(images)} images")
    print(f"validation {len(module.validation_images)} images")
    print(*class_lines(counts, classes), sep="\n")
    if given.plot:
        draw_class_counts(counts, classes, len(images), given.plot)
        print(f"{given.plot}: how often each class is seen")
    if given.sheet:
        write_sheet((_browsed(s, classes) for s in chosen), classes, given.sheet)
        drawn = f"{len(chosen)} images of {part}, {chosen[0].name} to {chosen[-1].name}"
        print(f"{given.sheet}: image, labels and both laid together of {drawn}")
    if given.views:
        views = cast(AugmentedViews[SegmentationSample], module.train_dataloader().dataset)
        draws = list(module.train_dataloader().sampler)[:rows]
        write_sheet((_browsed(views[draw], classes) for draw in draws), classes, given.views)
        print(f"{given.views}: {len(draws)} augmented images with their labels")
    return 0


def evaluate_command(arguments: Sequence[str]) -> int:
    """Measure a run or an ONNX file."""
    parser = _parser("evaluate", "Measures a run's network, or an ONNX file with its card.")
    add_network(parser)
    _add_data(parser)
    parser.add_argument(
        "--scales", type=float, nargs="+", default=[1.0], help="of a run: average over these"
    )
    parser.add_argument("--flip", action="store_true", help="of a run: average over mirrored views")
    parser.add_argument("--json", type=Path, help="also write the figures as JSON")
    given = parser.parse_args(arguments)
    if given.onnx and (given.flip or given.scales != [1.0]):
        parser.error("--scales and --flip need the probabilities of a --run; a file gives none")
    images = _data(given, given.run)
    network = _network(given.run, given.onnx, given.checkpoint, given.scales, given.flip)
    figures = evaluate(images.validation_images, _checked(network, images), images.classes)
    # a class that does not occur has no figure, and NaN is no JSON
    which = f"{images.measured_on}, {images.held_out}"
    said = {which: {k: _or_none(v) for k, v in figures.items()}}
    print(json.dumps(said, indent=2))
    if given.json:
        write_json(given.json, said)
    return 0


def between_command(arguments: Sequence[str]) -> int:
    """Write weights between the start and the end of a run."""
    return between_verb("segmentation", SegmentationTask, SegmentationData, arguments)


def export(arguments: Sequence[str]) -> int:
    """Write ONNX file, card and report of a run."""
    parser = export_parser("segmentation", "file", Path("models/segmentation.onnx"))
    add_int8(parser, f"{LARGEST_LOSS:g} of {MEASURE}")
    given = parser.parse_args(arguments)
    command = " ".join([parser.prog, *arguments])
    run, int8 = Run(given.run), int8_request(given)
    for line in publish(run, given.checkpoint, given.out, given.reports, command, int8):
        print(line)
    if run.config["data"].get("keep_aspect_ratio"):
        print(STRETCHED)
    return 0


def show(arguments: Sequence[str]) -> int:
    """Draw what networks say."""
    parser = _parser("show", "Draws images, their truth, and what each network says of them.")
    parser.add_argument("--run", type=Path, action="append", default=[], help="of a training")
    parser.add_argument("--onnx", type=Path, action="append", default=[], help="with its card")
    parser.add_argument("--checkpoint", default="best", help="of a run: best (default), last, ...")
    _add_data(parser)
    parser.add_argument("--folder", type=Path, help="images without labels, instead of held-out")
    parser.add_argument("--rows", type=int, default=_SHEET_ROWS, help="how many images; 8")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    given = parser.parse_args(arguments)
    check_rows(given.rows)
    networks = [_network(run, None, given.checkpoint) for run in given.run]
    networks += [_network(None, onnx, given.checkpoint) for onnx in given.onnx]
    if not networks:
        parser.error("give --run FOLDER or --onnx FILE, or several of them")
    if given.folder:
        images, classes = Photographs(given.folder), class_list(given.classes)
        predictors = [network.predict for network in networks]
        rows = (_laid_over(s, predictors, classes) for s in spread(images, given.rows))
    else:
        module = _data(given, given.run[0] if given.run else None)
        chosen, classes = spread(module.validation_images, given.rows), module.classes
        checked = [_checked(network, module) for network in networks]
        rows = (row_of(s, [predict(s.rgb).labels for predict in checked], classes) for s in chosen)
    write_sheet(rows, classes, given.out)
    drawn = "image, guess" if given.folder else "image, truth, guess"
    print(f"{given.out}: {drawn} of {len(networks)} networks")
    return 0


VERBS = {
    "data": data,
    "fit": fit,
    "between": between_command,
    "evaluate": evaluate_command,
    "export": export,
    "show": show,
    "label": label,
    "study": study,
    "speed": speed,
}


def _parser(verb: str, words: str) -> argparse.ArgumentParser:
    return verb_parser("segmentation", verb, words)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--path", type=Path, help="data set, instead of that of the run")
    parser.add_argument("--dataset", default="nyuv2", choices=tuple(WORDS), help="its kind; nyuv2")
    parser.add_argument("--classes", default="robot", help="class list, or a JSON file; robot")
    parser.add_argument("--hold-out-every", type=int, default=8, help="as in training; 8")


def _data(given: argparse.Namespace, run: Path | None) -> SegmentationData:
    if given.path:
        return SegmentationData(
            given.path, given.dataset, given.classes, hold_out_every=given.hold_out_every
        )
    if run is None:
        raise DataError("data: none is given; add --path FILE, which kind it is with --dataset")
    return cast(SegmentationData, Run(run).load(SegmentationTask, SegmentationData)[1])


def _network(
    run: Path | None,
    onnx: Path | None,
    checkpoint: str,
    scales: Sequence[float] = (1.0,),
    flip: bool = False,
) -> _Network:
    if onnx is not None:
        card = read_card(onnx)
        size = (int(card["input_size"][0]), int(card["input_size"][1]))
        names = tuple(str(c["name"]) for c in card["classes"])
        return _Network(predictor(onnxruntime_engine(onnx), size), names)
    assert run is not None
    model, module = Run(run).load(SegmentationTask, SegmentationData, checkpoint)
    task, images = cast(SegmentationTask, model), cast(SegmentationData, module)
    predict = averaged(task.network, images.size_hw, scales, flip, images.keep_aspect_ratio)
    return _Network(predict, task.classes.names)


def _checked(network: _Network, images: SegmentationData) -> Predictor:
    """Return the network's predictor, if it speaks of the same classes as the data."""
    if network.names != images.classes.names:
        raise DataError(
            f"the network knows {len(network.names)} classes ({', '.join(network.names[:3])} ...), "
            f"the class list {images.classes.name!r} is another; give --classes of the network"
        )
    return network.predict


def _browsed(sample: SegmentationSample, classes: ClassList) -> list[NDArray[np.uint8]]:
    laid = blended(sample.rgb, sample.labels, colours(classes))
    return [*row_of(sample, [], classes), laid]


def _laid_over(
    sample: SegmentationSample, predictors: Sequence[Predictor], classes: ClassList
) -> list[NDArray[np.uint8]]:
    table = colours(classes)
    return [sample.rgb, *(blended(sample.rgb, p(sample.rgb).labels, table) for p in predictors)]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
