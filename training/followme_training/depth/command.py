"""What ``followme-train depth`` does: data, fit, evaluate, export, show, study."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from followme_training.common.arguments import add_network, export_parser, verb_parser
from followme_training.common.card import read_card
from followme_training.common.files import write_json
from followme_training.common.fitting import TrainingCommand
from followme_training.common.onnx_file import onnxruntime_engine, torch_engine
from followme_training.common.quantised import add_int8, int8_request
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.datasets.held_out import TRAINED_ON, measured_on
from followme_training.datasets.image_data import AugmentedViews
from followme_training.datasets.nyuv2 import NyuZip, split_scenes
from followme_training.depth.data import DepthData
from followme_training.depth.evaluation import Predictor, evaluate, predictor
from followme_training.depth.exported import OUTPUTS, ExportedDepth
from followme_training.depth.int8 import LARGEST_LOSS, MEASURE
from followme_training.depth.metrics import summary
from followme_training.depth.module import DepthTask
from followme_training.depth.pictures import write_sheet
from followme_training.depth.publication import publish
from followme_training.depth.rgbd_folder import read_rgbd_folder
from followme_training.depth.sample import DepthSample, nyu_samples
from followme_training.depth.study import STUDIED, study

#: By which the best checkpoint is chosen.
MONITOR = STUDIED.monitor
_SHEET_ROWS = 8


def fit(arguments: Sequence[str]) -> int:
    """Train from a settings file; the keys of the file are options too."""
    TrainingCommand(DepthTask, DepthData, ["fit", *arguments], MONITOR)
    return 0


def data(arguments: Sequence[str]) -> int:
    """Say what a settings file trains on."""
    parser = _parser("data", "Says what a settings file trains and validates on.")
    parser.add_argument("-c", "--config", type=Path, required=True, help="the settings file")
    parser.add_argument("--sheet", type=Path, help="draw augmented training images into this PNG")
    given, rest = parser.parse_known_args(arguments)
    built = ["--config", str(given.config), "--model.weights", "null", *rest]
    module = cast(
        DepthData, TrainingCommand(DepthTask, DepthData, built, MONITOR, run=False).datamodule
    )
    module.setup()
    for name, images in (
        ("training", module.training_images),
        ("validation", module.validation_images),
    ):
        print(f"{name:<11}{_described(images)}")
    if given.sheet:
        views = cast(AugmentedViews[DepthSample], module.train_dataloader().dataset)
        draws = list(module.train_dataloader().sampler)[:_SHEET_ROWS]
        write_sheet(((views[draw], None) for draw in draws), given.sheet)
        print(f"{given.sheet}: {len(draws)} augmented images with their depth")
    return 0


def evaluate_command(arguments: Sequence[str]) -> int:
    """Measure a run or an ONNX file."""
    parser = _parser("evaluate", "Measures a run's network, or an ONNX file with its card.")
    add_network(parser)
    parser.add_argument("--nyuv2", type=Path, help="zip file, instead of that of the run")
    parser.add_argument("--hold-out-every", type=int, default=8, help="as in training; 8")
    parser.add_argument("--folder", type=Path, action="append", default=[], help="RGB-D folder")
    parser.add_argument("--json", type=Path, help="also write the figures as JSON")
    given = parser.parse_args(arguments)
    predict = _network(given)
    sets: dict[str, list[DepthSample]] = {}
    if given.nyuv2:
        samples = _scenes(given.nyuv2, given.hold_out_every)
        sets[_set_name(given.hold_out_every != 0)] = samples
    elif given.run:
        images = cast(DepthData, Run(given.run).load(DepthTask, DepthData, given.checkpoint)[1])
        images.setup("validate")
        sets[_set_name(images.holds_out)] = images.validation_images
    sets |= {f.name: read_rgbd_folder(f) for f in given.folder}
    if not sets:
        parser.error("give --nyuv2 FILE or --folder FOLDER to measure on")
    figures = {
        # a band without a pixel has no figure, and NaN is no JSON
        name: {k: None if np.isnan(v) else v for k, v in found.items()}
        for name, found in ((n, summary(evaluate(s, predict))) for n, s in sets.items())
    }
    print(json.dumps(figures, indent=2))
    if given.json:
        write_json(given.json, figures)
    return 0


def export(arguments: Sequence[str]) -> int:
    """Write ONNX file, card and report of a run."""
    parser = export_parser("depth", "ONNX file", Path("models/depth.onnx"))
    parser.add_argument("--folder", type=Path, action="append", default=[], help="RGB-D folder")
    parser.add_argument(
        "--deviation-factor",
        type=float,
        help="of a run of the same recipe with scenes held out, for one that held out none",
    )
    add_int8(parser, f"{LARGEST_LOSS:g} of {MEASURE}")
    given = parser.parse_args(arguments)
    command = " ".join([parser.prog, *arguments])
    for line in publish(
        Run(given.run),
        given.checkpoint,
        given.out,
        given.reports,
        given.folder,
        command,
        int8_request(given),
        given.deviation_factor,
    ):
        print(line, flush=True)
    return 0


def show(arguments: Sequence[str]) -> int:
    """Draw what a network says."""
    parser = _parser("show", "Draws colour, truth, guess, deviation and error of images.")
    add_network(parser)
    parser.add_argument("--nyuv2", type=Path, help="zip file; its held-out scenes are drawn")
    parser.add_argument("--hold-out-every", type=int, default=8, help="as in training; 8")
    parser.add_argument("--folder", type=Path, help="RGB-D folder, instead of the zip file")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    given = parser.parse_args(arguments)
    if given.folder:
        samples = read_rgbd_folder(given.folder)
    elif given.nyuv2:
        samples = _scenes(given.nyuv2, given.hold_out_every)
    else:
        parser.error("give --nyuv2 FILE or --folder FOLDER to draw")
    predict = _network(given)
    chosen = spread(samples, _SHEET_ROWS)
    write_sheet(((s, predict(s)) for s in chosen), given.out)
    print(f"{given.out}: colour, truth, guess, deviation, error of {len(chosen)} images")
    return 0


VERBS = {
    "data": data,
    "fit": fit,
    "evaluate": evaluate_command,
    "export": export,
    "show": show,
    "study": study,
}


def _parser(verb: str, words: str) -> argparse.ArgumentParser:
    return verb_parser("depth", verb, words)


def _network(given: argparse.Namespace) -> Predictor:
    if given.onnx:
        card = read_card(given.onnx)
        size = (int(card["input_size"][0]), int(card["input_size"][1]))
        return predictor(onnxruntime_engine(given.onnx), size, float(card["focal_length_px"]))
    model, module = Run(given.run).load(DepthTask, DepthData, given.checkpoint)
    task, images = cast(DepthTask, model), cast(DepthData, module)
    engine = torch_engine(ExportedDepth(task.network), OUTPUTS)
    return predictor(engine, images.size_hw, task.focal_length_px)


def _scenes(file: Path, hold_out_every: int) -> list[DepthSample]:
    archive = NyuZip(file)
    train, held = split_scenes(archive.info.ids, hold_out_every)
    return nyu_samples(archive, measured_on(train, held, hold_out_every, str(file)))


def _set_name(holds_out: bool) -> str:
    return f"NYUv2 {'held-out scenes' if holds_out else TRAINED_ON}"


def _described(images: Sequence[DepthSample]) -> str:
    if not images:
        return "no images"
    known = np.concatenate([s.depth_m[np.isfinite(s.depth_m)][::97] for s in images])
    sizes = {f"{s.rgb.shape[1]}x{s.rgb.shape[0]}" for s in images}
    low, middle, high = np.percentile(known, (5, 50, 95))
    return (
        f"{len(images)} images of {', '.join(sorted(sizes))}; depth {low:.2f} to {high:.2f} m "
        f"(5 to 95 %), median {middle:.2f} m"
    )
