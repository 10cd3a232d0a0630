"""From a trained run to what is shown of it: ONNX file, card, figures, report."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from followme_training.classification.data import ClassificationData
from followme_training.classification.evaluation import (
    Logits,
    answers,
    figures_of,
    file_predictor,
)
from followme_training.classification.exported import OUTPUTS, ExportedClassifier
from followme_training.classification.figures import write_figures
from followme_training.classification.labelled_images import LabelledImages
from followme_training.classification.metrics import confusion, most_confused
from followme_training.classification.module import ClassificationTask
from followme_training.common.card import write_card
from followme_training.common.onnx_file import (
    export_onnx,
    median_ms,
    onnxruntime_engine,
    torch_engine,
)
from followme_training.common.parity import Limit, check_parity
from followme_training.common.report import write_report
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.common.training_facts import report_facts, training_facts

#: Of the file, raised when what it gives changes.
VERSION = "0.1.0"
LICENCE = (
    "Apache-2.0; trained on {dataset}: see the page of the data for the terms of what it was "
    "trained on"
)
LIMITS = (
    "It names one of its classes whatever an image shows, also where it shows none of them.",
    "It saw small images of one data set; others, and photographs, it knows less well.",
)
_LIMITS = {"logits": Limit(1e-3)}
_PARITY_IMAGES, _PAIRS = 8, 10
_CURVES = (
    ("train/loss", "val/loss"),
    ("train/accuracy", "val/accuracy"),
    ("val/ece",),
)
_UNITS = ("cross-entropy (nat)", "accuracy (share)", "expected calibration error (share)")


class Measured(NamedTuple):
    """Images that were measured on, what they are called, and the answers."""

    part: str
    images: LabelledImages
    logits: Logits


def publish(
    run: Run, checkpoint: str, onnx: Path | None, reports: Path, command: str
) -> Iterator[str]:
    """Write everything; yield a sentence for each thing done.

    Parameters
    ----------
    run : Run
        The training.
    checkpoint : str
        best or last.
    onnx : Path, optional
        Target; ``model.onnx`` in the report's folder without it. The card lies beside it.
    reports : Path
        Folder of this task's reports.
    command : str
        For the record.

    Raises
    ------
    ExportError
        When an engine disagrees with the network.
    """
    model, module = run.load(ClassificationTask, ClassificationData, checkpoint)
    task, data = cast(ClassificationTask, model), cast(ClassificationData, module)
    task.check_data(data)
    report = reports / run.folder.name
    onnx = onnx or report / "model.onnx"
    height, width, channels = task.layout.image
    exported = ExportedClassifier(task.network)
    export_onnx(exported, (height, width), OUTPUTS, onnx, channels, any_count=True)
    images = spread(measured_on(data)[-1][1], _PARITY_IMAGES)
    yield check_parity(torch_engine(exported, OUTPUTS), onnx, images, _LIMITS)
    runtime_ms = median_ms(onnxruntime_engine(onnx), images[0])
    predict = file_predictor(onnx)
    found = [Measured(part, some, answers(some, predict)) for part, some in measured_on(data)]
    metrics = [row for one in found for row in rows_of(one, data.source, command)]
    facts = facts_of(run, checkpoint, task, data)
    card = write_card(onnx, card_facts(task, data, facts, metrics, runtime_ms))
    yield f"{onnx} and {card.name}: {onnx.stat().st_size / 2**20:.2f} MiB, {runtime_ms:.2f} ms"
    last = found[-1]
    write_figures(last.logits, last.images, report)
    texts = report_facts(facts, command, runtime_ms)
    title = f"Classification: {run.folder.name}"
    words = f"{_WORDS} Figures and pictures of {last.part}. {confused_words(last)}"
    write_report(report, run, title, texts, metrics, _CURVES, words, _UNITS)
    accuracy = next(m["value"] for m in reversed(metrics) if m["measure"] == "accuracy")
    yield f"{report}: report with {len(metrics)} figures, accuracy {accuracy:.4f} ({last.part})"


def measured_on(data: ClassificationData) -> list[tuple[str, LabelledImages]]:
    """Return what an export is measured on, with what it is called; the most telling last."""
    test = data.test_images
    parts = [("held-out training images", data.validation_images)]
    return parts if test is None else [*parts, ("official test set", test)]


def rows_of(one: Measured, source: str, command: str) -> list[dict[str, Any]]:
    """Return the figures as rows of card and report; absent classes are left out."""
    figures = figures_of(one.logits, one.images)
    return [
        {"set": source, "split": one.part, "measure": measure}
        | {"value": round(value, 5), "n": int(figures["images"]), "command": command}
        for measure, value in figures.items()
        if not math.isnan(value) and measure != "images"
    ]


def facts_of(
    run: Run, checkpoint: str, task: ClassificationTask, data: ClassificationData
) -> dict[str, Any]:
    """Return what card and report say of the training."""
    learnt = data.training_images
    words = f"{data.source}, {len(learnt)} images, {len(data.validation_images)} held out"
    parameters = sum(p.numel() for p in task.network.parameters())
    return training_facts(run, checkpoint, "classification", words) | {"parameters": parameters}


def card_facts(
    task: ClassificationTask,
    data: ClassificationData,
    facts: dict[str, Any],
    metrics: list[dict[str, Any]],
    runtime_ms: float,
) -> dict[str, Any]:
    """Return the card but for its sha256."""
    return {
        "name": f"followme-classification-{task.layout.network}",
        "version": VERSION,
        "task": "classification",
        "input_size": list(task.layout.image[:2]),
        "channels": task.layout.image[2],
        "classes": [{"name": name} for name in task.class_names],
        "runtime_ms": round(runtime_ms, 2),
        "training": facts,
        "metrics": [m for m in metrics if "/" not in str(m["measure"])],
        "licence": LICENCE.format(dataset=data.source),
        "known_limits": list(LIMITS),
    }


def confused_words(one: Measured) -> str:
    """Say which classes are taken for each other most."""
    classes = one.images.classes
    guesses = one.logits.argmax(1).astype(np.int64)
    pairs = most_confused(confusion(one.images.labels, guesses, len(classes)), _PAIRS)
    if not pairs:
        return "No image is taken for another class."
    said = ", ".join(
        f"{classes.names[p.one]} and {classes.names[p.other]} ({p.images})" for p in pairs
    )
    return f"Most confused, with the number of images in both directions: {said}."


_WORDS = (
    "Figures are those of the exported file. `accuracy` is the share of images whose likeliest "
    "class is the true one, `mean_class_accuracy` its mean over classes, `superclass_accuracy` the "
    "share whose named class is of the true superclass, `loss` the mean -ln p of the true class, "
    "`ece` the expected calibration error in 15 bins."
)
