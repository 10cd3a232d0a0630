"""What ``followme-train detection`` does: data, fit, between, evaluate, export, show, study."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

import cv2
import numpy as np

from followme_training.common.arguments import add_network, export_parser, verb_parser
from followme_training.common.between_weights import between_verb
from followme_training.common.card import read_card
from followme_training.common.files import write_json
from followme_training.common.fitting import TrainingCommand
from followme_training.common.onnx_file import onnxruntime_engine, torch_engine
from followme_training.common.quantised import add_int8, int8_request
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.datasets.errors import DataError
from followme_training.datasets.images import read_image, rgb_of
from followme_training.detection.curves import draw_curves, draw_levels
from followme_training.detection.data import DetectionData, TrainingViews
from followme_training.detection.detections import surer
from followme_training.detection.entries import Decoded
from followme_training.detection.evaluation import Predictor, evaluate, predictor, sample_of
from followme_training.detection.exported import ExportedDetector
from followme_training.detection.face_text import FACE
from followme_training.detection.int8 import LARGEST_LOSS, MEASURE
from followme_training.detection.module import MEASURED_SCORE, DetectionTask
from followme_training.detection.pictures import drawn, write_sheet
from followme_training.detection.publication import publish
from followme_training.detection.sample import Floats
from followme_training.detection.sources import KINDS, Source, read_source
from followme_training.detection.statistics import draw_statistics, lines, problem_lines
from followme_training.detection.study import STUDIED, study
from followme_training.detection.wider import measured_network, measured_texts

#: By which the best checkpoint is chosen; more is better.
MONITOR = STUDIED.monitor
_SHEET_IMAGES = 16
# Least score that is drawn of a run, which has no card yet.
_RUN_SCORE = 0.5
_IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


class _Network(NamedTuple):
    """A detector, its classes, and whether it has landmarks."""

    predict: Predictor
    classes: tuple[str, ...]
    landmarks: bool


def fit(arguments: Sequence[str]) -> int:
    """Train from a settings file; the keys of the file are options too."""
    TrainingCommand(DetectionTask, DetectionData, ["fit", *arguments], MONITOR, mode="max")
    return 0


def data(arguments: Sequence[str]) -> int:
    """Say what a settings file trains on."""
    parser = verb_parser(
        "detection", "data", "Says what a settings file trains on, and which labels are odd."
    )
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument("--plot", type=Path, help="draw the statistics into this PNG")
    parser.add_argument("--sheet", type=Path, help="draw augmented training images into this PNG")
    parser.add_argument("--problems", type=Path, help="write all odd labels as JSON")
    given, rest = parser.parse_known_args(arguments)
    built = ["--config", str(given.config), "--model.weights", "null", *rest]
    command = TrainingCommand(DetectionTask, DetectionData, built, MONITOR, run=False)
    module = cast(DetectionData, command.datamodule)
    module.setup()
    print(*lines(module.parts, module.classes), sep="\n")
    if given.problems:
        problems = [p._asdict() for part in module.parts for p in part.problems]
        write_json(given.problems, problems)
        print(f"{given.problems}: {len(problems)} odd labels")
    if given.plot:
        draw_statistics(module.parts, module.classes, given.plot)
        print(f"{given.plot}: boxes an image, sizes, aspects, places, classes")
    if given.sheet:
        views = cast(TrainingViews, module.train_dataloader().dataset)
        draws = list(module.train_dataloader().sampler)[:_SHEET_IMAGES]
        write_sheet((drawn(views[draw], None, module.classes) for draw in draws), given.sheet)
        print(f"{given.sheet}: {len(draws)} augmented images with their boxes")
    return 0


def evaluate_command(arguments: Sequence[str]) -> int:
    """Measure a run or an ONNX file."""
    parser = verb_parser(
        "detection", "evaluate", "Measures a run's network, or an ONNX file with its card."
    )
    add_network(parser, required=False)
    _add_data(parser)
    parser.add_argument(
        "--least-px",
        type=float,
        default=0.0,
        help="ask only for boxes of so many pixels at a long side of 416; 0",
    )
    parser.add_argument("--curves", type=Path, help="draw precision over recall into this PNG")
    parser.add_argument("--json", type=Path, help="also write the figures as JSON")
    parser.add_argument(
        "--wider",
        type=Path,
        help="measure by WIDER FACE's protocol: folder with its wider_*_val.mat; --data is that "
        "with the events' pictures",
    )
    parser.add_argument(
        "--texts",
        type=Path,
        help="with --wider, folder of EVENT/NAME.txt: written by the network, or, where none is "
        "given, read as what another detector found",
    )
    given = parser.parse_args(arguments)
    figures = _by_wider(given) if given.wider else _by_average_precision(given)
    # what nothing was counted for has no figure, and NaN is no JSON
    said = {k: v if np.isfinite(v) else None for k, v in figures.items()}
    print(json.dumps(said, indent=2))
    if given.json:
        write_json(given.json, said)
    if given.curves:
        print(f"{given.curves}: precision over recall")
    return 0


def _by_average_precision(given: argparse.Namespace) -> dict[str, float]:
    network = _network(given)
    images = _images(given, network.classes)
    figures = evaluate(images, network.predict, network.classes, network.landmarks, given.least_px)
    if given.curves:
        draw_curves(figures, given.curves)
    counts = {"images": figures.images, "boxes": int(figures.precision.truths.sum())}
    return {**counts, **figures.result()}


def _by_wider(given: argparse.Namespace) -> dict[str, float]:
    if given.run or given.onnx:
        if not given.data:
            raise DataError("wider: --data is missing; give the folder with the events' pictures")
        network = _network(given)
        if FACE not in network.classes:
            raise DataError(
                f"wider: it is about faces, the network finds {', '.join(network.classes)}; give "
                "one for faces"
            )
        count, results = measured_network(given.wider, given.data, network.predict, given.texts)
    elif given.texts:
        count, results = measured_texts(given.wider, given.texts)
    else:
        raise DataError("wider: nothing is given to measure; add --run, --onnx or --texts")
    if given.curves:
        draw_levels(results, given.curves)
    figures: dict[str, float] = {"images": count}
    for level, result in results.items():
        figures |= {f"ap50/{level}": result.average_precision, f"faces/{level}": result.faces}
    return figures


def between_command(arguments: Sequence[str]) -> int:
    """Write weights between the start and the end of a run."""
    return between_verb("detection", DetectionTask, DetectionData, arguments)


def export(arguments: Sequence[str]) -> int:
    """Write ONNX file, card and report of a run."""
    parser = export_parser("detection", "such as models/face.onnx", out_required=True)
    add_int8(parser, f"{LARGEST_LOSS:g} of {MEASURE}")
    given = parser.parse_args(arguments)
    command = " ".join([parser.prog, *arguments])
    int8 = int8_request(given)
    for line in publish(Run(given.run), given.checkpoint, given.out, given.reports, command, int8):
        print(line, flush=True)
    return 0


def show(arguments: Sequence[str]) -> int:
    """Draw what a network finds."""
    parser = verb_parser(
        "detection",
        "show",
        "Draws what a network finds: green right, red wrong, yellow missed, grey not known.",
    )
    add_network(parser)
    _add_data(parser)
    parser.add_argument("--folder", type=Path, help="images without labels, instead of held-out")
    parser.add_argument(
        "--score",
        type=float,
        help="least score that is drawn; that of the card for each class, for a run .5",
    )
    parser.add_argument("--count", type=int, default=_SHEET_IMAGES, help="how many images; 16")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    given = parser.parse_args(arguments)
    network = _network(given)
    sure = _least_scores(given, network.classes)
    if given.folder:
        samples = [
            sample_of(file.name, rgb_of(read_image(file, cv2.IMREAD_COLOR)), len(network.classes))
            for file in _files(given.folder, given.count)
        ]
    else:
        samples = spread(_images(given, network.classes), given.count)
    finds = ((s, surer(network.predict(s.rgb), sure)) for s in samples)
    write_sheet((drawn(s, things, network.classes) for s, things in finds), given.out)
    print(f"{given.out}: {len(samples)} images")
    return 0


VERBS = {
    "data": data,
    "fit": fit,
    "between": between_command,
    "evaluate": evaluate_command,
    "export": export,
    "show": show,
    "study": study,
}


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="folder or zip file, instead of the run's images")
    parser.add_argument("--kind", choices=KINDS, default="coco", help="of its labels; coco")
    parser.add_argument("--labels", default="", help="name of the file of labels in it")
    parser.add_argument("--labels-in", type=Path, help="where that file lies, if it is elsewhere")


def _least_scores(given: argparse.Namespace, classes: Sequence[str]) -> Floats:
    """Return from which score on things of each class are drawn."""
    if given.score is None and given.onnx:
        of_card = read_card(given.onnx)["thresholds"]
        return np.array([of_card[name] for name in classes], np.float32)
    score = _RUN_SCORE if given.score is None else given.score
    return np.full(len(classes), score, np.float32)


def _network(given: argparse.Namespace) -> _Network:
    if given.onnx:
        card = read_card(given.onnx)
        size = (int(card["input_size"][0]), int(card["input_size"][1]))
        predict = predictor(onnxruntime_engine(given.onnx), size, MEASURED_SCORE)
        return _Network(predict, tuple(card["classes"]), card["task"] == "face")
    if given.run is None:
        raise DataError("a network is missing; give --run FOLDER or --onnx FILE")
    model = Run(given.run).load(DetectionTask, DetectionData, given.checkpoint)[0]
    task = cast(DetectionTask, model)
    exported = ExportedDetector(task.network, task.anchor_boxes)
    engine = torch_engine(exported, exported.outputs)
    predict = predictor(engine, task.size_hw, MEASURED_SCORE)
    return _Network(predict, task.classes, task.network.landmarks)


def _images(given: argparse.Namespace, classes: Sequence[str]) -> Decoded:
    if given.data:
        source = Source(given.kind, given.data, given.labels, given.labels_in)
        found = read_source(source, classes)
        if found.problems:
            print(*problem_lines(found.problems), sep="\n")
        return Decoded(found.entries)
    if given.run is None:
        raise DataError("data: none is given; add --data FILE, and what its labels are")
    module = cast(
        DetectionData, Run(given.run).load(DetectionTask, DetectionData, given.checkpoint)[1]
    )
    module.setup("validate")
    return module.validation_images


def _files(folder: Path, count: int) -> list[Path]:
    if not folder.is_dir():
        raise DataError(f"{folder}: is no folder; give one with images")
    files = sorted(f for f in folder.iterdir() if f.suffix.lower() in _IMAGES)
    if not files:
        raise DataError(f"{folder}: holds no image ending in {', '.join(_IMAGES)}")
    return spread(files, count)
