"""From a trained run to what FollowMe ships: ONNX file, card, report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from followme_training.common import parity
from followme_training.common.card import write_card
from followme_training.common.onnx_file import (
    Engine,
    export_onnx,
    median_ms,
    onnxruntime_engine,
    torch_engine,
)
from followme_training.common.parity import Limit
from followme_training.common.report import write_report
from followme_training.common.run_folder import Run
from followme_training.common.training_facts import report_facts, training_facts
from followme_training.datasets.nyuv2 import scenes_of
from followme_training.depth.calibration import deviation_factor
from followme_training.depth.data import DepthData, resized
from followme_training.depth.evaluation import Predictor, evaluate, predictor, scale_corrected
from followme_training.depth.exported import OUTPUTS, ExportedDepth
from followme_training.depth.metrics import summary
from followme_training.depth.module import DepthTask
from followme_training.depth.pictures import write_sheet
from followme_training.depth.rgbd_folder import read_rgbd_folder
from followme_training.depth.sample import DepthSample

#: Of the file, raised when what it gives changes.
VERSION = "0.1.0"
LICENCE = (
    "Apache-2.0; begun from EfficientNet-Lite0 (Apache-2.0) and trained on NYU Depth v2, a "
    "research data set (Silberman et al., ECCV 2012)"
)
LIMITS = (
    "Indoor rooms only; it saw 795 images or fewer.",
    "The scale of a scene unlike them is off by a quarter and more: a sensor or a floor mends it.",
    "It was trained against steps of 39 mm from 0.7 to 10 m; what is nearer it has not seen.",
)
_CURVES = (
    ("train/loss",),
    ("val/abs_rel", "val/abs_rel_1_2m", "val/abs_rel_2_3m"),
    ("val/delta1", "val/within1", "val/within2"),
)
# float32 sums in another order differ by this much, and no reader of metres would notice.
_LIMITS = {"depth": Limit(2e-3), "log_depth_std": Limit(1e-3)}
_PARITY_IMAGES = 4
_SAMPLE_ROWS = 8
_IMPORTANT = (
    *("abs_rel", "rmse_m", "log10", "delta1", "delta2", "delta3", "within1", "within2"),
    *("abs_rel_0.3_1m", "abs_rel_1_2m", "abs_rel_2_3m", "abs_rel_3_5m", "scale_std_log"),
)


def publish(
    run: Run,
    checkpoint: str,
    onnx: Path,
    reports: Path,
    folders: Sequence[Path],
    command: str,
) -> Iterator[str]:
    """Write everything; yield a sentence for each thing done.

    Parameters
    ----------
    run : Run
        The training.
    checkpoint : str
        best or last.
    onnx : Path
        Target; the card lies beside it.
    reports : Path
        Folder of this task's reports.
    folders : sequence of Path
        RGB-D recordings to measure on, never trained with.
    command : str
        For the record.

    Raises
    ------
    ExportError
        When an engine disagrees with the network.
    """
    model, module = run.load(DepthTask, DepthData, checkpoint)
    task, data = cast(DepthTask, model), cast(DepthData, module)
    data.setup("validate")
    first, second = halves(data.validation_images)
    plain = torch_engine(ExportedDepth(task.network), OUTPUTS)
    factor = deviation_factor(first, predictor(plain, data.size_hw, task.focal_length_px))
    yield f"deviation: times {factor:.3f}, from {len(first)} of the held-out images"
    exported = ExportedDepth(task.network, factor)
    export_onnx(exported, data.size_hw, OUTPUTS, onnx)
    engine = onnxruntime_engine(onnx)
    images = [resized(s, data.size_hw).rgb for s in second[:_PARITY_IMAGES]]
    yield check_parity(torch_engine(exported, OUTPUTS), onnx, images)
    predict = predictor(engine, data.size_hw, task.focal_length_px)
    runtime_ms = median_ms(engine, images[0])
    sets = {("NYUv2 (training part)", "held-out scenes"): data.validation_images}
    sets[("NYUv2 (training part)", "held-out scenes not used for the deviation")] = second
    for folder in folders:
        sets[(folder.name, "colour only")] = read_rgbd_folder(folder)
    metrics = measured(sets, predict, command)
    words = f"nyuv2_train.zip, {len(data.validation_images)} images of held-out scenes"
    facts = training_facts(run, checkpoint, "depth", words)
    card = write_card(onnx, card_facts(task, data, facts, metrics, runtime_ms))
    yield f"{onnx} and {card.name}: {onnx.stat().st_size / 2**20:.1f} MiB, {runtime_ms:.1f} ms"
    report = reports / run.folder.name
    chosen = second[:: max(1, len(second) // _SAMPLE_ROWS)][:_SAMPLE_ROWS]
    write_sheet(((s, predict(s)) for s in chosen), report / "samples.png")
    texts = report_facts(facts, command, runtime_ms)
    write_report(report, run, f"Depth: {run.folder.name}", texts, metrics, _CURVES, _words(factor))
    yield f"{report}: report with {len(metrics)} figures"


def halves(samples: Sequence[DepthSample]) -> tuple[list[DepthSample], list[DepthSample]]:
    """Split images by scenes into two parts of nearly one size: largest first, to the smaller."""
    by_number = {int(s.name.rpartition("/")[2]): s for s in samples}
    parts: tuple[list[DepthSample], list[DepthSample]] = ([], [])
    for scene in sorted(scenes_of(list(by_number)), key=len, reverse=True):
        smaller = min(parts, key=len)
        smaller.extend(by_number[n] for n in scene)
    return parts


def check_parity(network: Engine, onnx: Path, images: Sequence[NDArray[np.uint8]]) -> str:
    """Compare the engines with the network; see :mod:`followme_training.common.parity`."""
    return parity.check_parity(network, onnx, images, _LIMITS)


def measured(
    sets: dict[tuple[str, str], list[DepthSample]], predict: Predictor, command: str
) -> list[dict[str, Any]]:
    """Return rows of figures: of each set, and of each foreign one after the right scale."""
    rows = []
    for (name, split), samples in sets.items():
        variants = {split: predict}
        if split == "colour only":
            variants["scale of each image corrected by its truth"] = scale_corrected(predict)
        for variant, how in variants.items():
            figures = summary(evaluate(samples, how))
            rows += [
                {"set": name, "split": variant, "measure": m, "value": round(figures[m], 4)}
                | {"n": len(samples), "command": command}
                for m in _IMPORTANT
                if figures[m] == figures[m]
            ]
    return rows


def card_facts(
    task: DepthTask,
    data: DepthData,
    facts: dict[str, Any],
    metrics: list[dict[str, Any]],
    runtime_ms: float,
) -> dict[str, Any]:
    """Return the card but for its sha256."""
    return {
        "name": "followme-depth",
        "version": VERSION,
        "task": "depth",
        "input_size": list(data.size_hw),
        "focal_length_px": task.focal_length_px,
        "runtime_ms": round(runtime_ms, 1),
        "training": facts,
        "metrics": metrics,
        "licence": LICENCE,
        "known_limits": list(LIMITS),
    }


def _words(factor: float) -> str:
    return (
        "Figures are those of the exported file. The literature's measures are means over images "
        "inside Eigen's crop; `within1` and `within2` are the shares of true depths inside one "
        f"and two claimed deviations, which were multiplied by {factor:.3f} after one half of the "
        "held-out scenes; `scale_std_log` is how much the scale varies from image to image. "
        "Pictures: colour, truth, guess, claimed deviation (0 to 0.5), error (blue too near, red "
        "too far)."
    )
