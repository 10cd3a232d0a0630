"""From a trained run to what FollowMe ships: ONNX file, card, report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from followme_training.common.card import write_card
from followme_training.common.onnx_file import (
    export_onnx,
    median_ms,
    onnxruntime_engine,
    torch_engine,
)
from followme_training.common.parity import Limit, changed_share, check_parity
from followme_training.common.report import write_report
from followme_training.common.resampling import resized_rgb
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.common.training_facts import report_facts, training_facts
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.evaluation import evaluate, predictor
from followme_training.segmentation.exported import OUTPUTS, ExportedSegmentation
from followme_training.segmentation.module import SegmentationTask
from followme_training.segmentation.pictures import row_of, write_sheet

#: Of the file, raised when what it gives changes.
VERSION = "0.1.0"
LICENCE = (
    "Apache-2.0; begun from {backbone} and trained on {dataset}: see the page of the data for the "
    "terms of both"
)
LIMITS = (
    "Indoor rooms only; it saw 795 images or fewer.",
    "Rare classes (person, door, window) are missed more often than not where they are small.",
    "Glass, mirrors and stairs are no classes of their own.",
)
# float32 sums in another order turn a pixel where two classes are equal to six digits.
_LIMITS = {"labels": Limit(1e-3, changed_share), "confidence": Limit(2.0)}
_PARITY_IMAGES = 4
_SAMPLE_ROWS = 8


def publish(run: Run, checkpoint: str, onnx: Path, reports: Path, command: str) -> Iterator[str]:
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
    command : str
        For the record.

    Raises
    ------
    ExportError
        When an engine disagrees with the network.
    """
    model, module = run.load(SegmentationTask, SegmentationData, checkpoint)
    task, data = cast(SegmentationTask, model), cast(SegmentationData, module)
    data.setup("validate")
    held = data.validation_images
    exported = ExportedSegmentation(task.network)
    export_onnx(exported, data.size_hw, OUTPUTS, onnx)
    engine = onnxruntime_engine(onnx)
    images = [resized_rgb(s.rgb, data.size_hw) for s in spread(held, _PARITY_IMAGES)]
    yield check_parity(torch_engine(exported, OUTPUTS), onnx, images, _LIMITS)
    predict = predictor(engine, data.size_hw)
    runtime_ms = median_ms(engine, images[0])
    figures = evaluate(held, predict, task.classes)
    metrics = rows_of(figures, data, command)
    words = f"{data.source}, {len(held)} images held out"
    facts = training_facts(run, checkpoint, "segmentation", words)
    card = write_card(onnx, card_facts(task, data, facts, metrics, runtime_ms, run))
    yield f"{onnx} and {card.name}: {onnx.stat().st_size / 2**20:.1f} MiB, {runtime_ms:.1f} ms"
    report = reports / run.folder.name
    drawn = (row_of(s, [predict(s.rgb).labels], task.classes) for s in spread(held, _SAMPLE_ROWS))
    write_sheet(drawn, task.classes, report / "samples.png")
    curves = (
        ("train/loss",),
        ("val/miou", "val/pixel_accuracy", "val/frequency_weighted_iou"),
        tuple(f"val/iou/{name}" for name in task.classes.names[:6]),
    )
    texts = report_facts(facts, command, runtime_ms)
    title = f"Segmentation: {run.folder.name}"
    write_report(report, run, title, texts, metrics, curves, _WORDS)
    yield f"{report}: report with {len(metrics)} figures, mIoU {figures['miou']:.3f}"


def rows_of(
    figures: dict[str, float], data: SegmentationData, command: str
) -> list[dict[str, Any]]:
    """Return the figures as rows of card and report; what nothing was counted for is left out."""
    return [
        {"set": data.source, "split": data.held_out, "measure": measure}
        | {"value": round(value, 4), "n": int(figures["images"]), "command": command}
        for measure, value in figures.items()
        if value == value and measure != "images"
    ]


def classes_of_card(classes: ClassList) -> list[dict[str, Any]]:
    """Return the classes as a card has them: with NYUv2's ids where they are NYUv2's."""
    if classes.labels != "nyu40":
        return [{"name": name} for name in classes.names]
    pairs = zip(classes.names, classes.ids, strict=True)
    return [{"name": name, "nyu40": list(ids)} for name, ids in pairs]


def card_facts(
    task: SegmentationTask,
    data: SegmentationData,
    facts: dict[str, Any],
    metrics: list[dict[str, Any]],
    runtime_ms: float,
    run: Run,
) -> dict[str, Any]:
    """Return the card but for its sha256."""
    backbone = run.config["model"]["backbone"]
    return {
        "name": "followme-segmentation",
        "version": VERSION,
        "task": "segmentation",
        "input_size": list(data.size_hw),
        "classes": classes_of_card(task.classes),
        "runtime_ms": round(runtime_ms, 1),
        "training": facts,
        "metrics": metrics,
        "licence": LICENCE.format(backbone=backbone, dataset=data.source),
        "known_limits": list(LIMITS),
    }


_WORDS = (
    "Figures are those of the exported file on whole images at their own size. `miou` is the mean "
    "over the classes that occur or were guessed; `boundary_iou` looks only at bands of 2 % of the "
    "diagonal along the edges; `confidence_right` and `confidence_wrong` are the mean probability "
    "of the guessed class where it is right and where it is wrong. Pictures: image, truth, guess."
)
