"""From a trained run to what FollowMe ships: ONNX file, card, report."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from followme_training.common.card import write_card
from followme_training.common.int8_cost import shipped_int8
from followme_training.common.onnx_file import (
    export_onnx,
    median_ms,
    onnxruntime_engine,
    torch_engine,
)
from followme_training.common.parity import Limit, changed_share, check_parity
from followme_training.common.quantised import (
    Int8Request,
    QuantisationError,
    beside,
    check_nncf,
)
from followme_training.common.report import write_report
from followme_training.common.resampling import resized_rgb
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.common.training_facts import report_facts, training_facts
from followme_training.datasets.held_out import NONE_HELD_OUT, held_out_words
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.confidence import ConfidenceHistogram
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.evaluation import evaluate, predictor
from followme_training.segmentation.exported import OUTPUTS, STRETCHED, ExportedSegmentation
from followme_training.segmentation.int8 import LARGEST_LOSS, MEASURE, write_int8
from followme_training.segmentation.known_limits import known_limits
from followme_training.segmentation.module import SegmentationTask
from followme_training.segmentation.pictures import row_of, write_sheet
from followme_training.segmentation.sources import parts_of

#: Of the file, raised when what it gives changes.
VERSION = "0.1.0"
LICENCE = (
    "Apache-2.0; begun from {begun} and trained on {dataset}: see the page of the data for the "
    "terms of all that it learnt from"
)
# float32 sums in another order turn a pixel where two classes are equal to six digits.
_LIMITS = {"labels": Limit(1e-3, changed_share), "confidence": Limit(2.0)}
_PARITY = 4
_SAMPLE_ROWS = 8


def publish(
    run: Run,
    checkpoint: str,
    onnx: Path,
    reports: Path,
    command: str,
    int8: Int8Request | None = None,
) -> Iterator[str]:
    """Write everything; yield a sentence for each thing done.

    Parameters
    ----------
    run : Run
        The training.
    checkpoint : str
        best, last or between.
    onnx : Path
        Target; the card lies beside it.
    reports : Path
        Folder of this task's reports.
    command : str
        For the record.
    int8 : Int8Request, optional
        Whether a file of 8 bits is made too: ``NAME.int8.onnx`` with a card of its own, or, where
        it is to be shipped, in the place of ``onnx``.

    Raises
    ------
    ExportError
        When an engine disagrees with the network.
    QuantisationError
        When 8 bits were to be shipped and cost too much; ``onnx`` is in float32 then, and all else
        is written.
    """
    if int8:
        check_nncf()
    model, module = run.load(SegmentationTask, SegmentationData, checkpoint)
    task, data = cast(SegmentationTask, model), cast(SegmentationData, module)
    # ranges of 8 bits come from training images
    data.setup("fit" if int8 else "validate")
    exported = ExportedSegmentation(task.network)
    export_onnx(exported, data.size_hw, OUTPUTS, onnx)
    images = [resized_rgb(s.rgb, data.size_hw) for s in spread(data.validation_images, _PARITY)]
    alike = check_parity(torch_engine(exported, OUTPUTS), onnx, images, _LIMITS)
    yield alike
    seen = held_out_words(len(data.validation_images), data.holds_out)
    facts = training_facts(run, checkpoint, "segmentation", f"{data.source}, {seen}")
    carded = partial(write_measured_card, data=data, run=run, facts=facts, command=command)
    texts, costs, refusal = {"parity": alike.removeprefix("parity: ")}, [], None
    if int8:
        small = beside(onnx)
        cost = write_int8(data, onnx, small, int8)
        refusal = cost.refusal(MEASURE, LARGEST_LOSS) if int8.ship else None
        costs = cost.rows(command)
        texts["int8"] = cost.sentence(MEASURE)
        yield texts["int8"]
        shipped = shipped_int8(onnx, small, refusal, int8.ship)
        if not shipped:
            yield carded(small).sentence
        texts["shipped"] = "int8" if shipped else "float32"
    measured = carded(onnx)
    yield measured.sentence
    report = reports / run.folder.name
    write_samples(onnx, data, report / "samples.png")
    rows = measured.metrics + costs
    texts = report_facts(facts, command, measured.runtime_ms) | texts
    title = f"Segmentation: {run.folder.name}"
    words = _WORDS if data.holds_out else NONE_HELD_OUT + _WORDS
    write_report(report, run, title, texts, rows, curves_of(data.classes), words)
    yield f"{report}: report with {len(rows)} figures"
    if refusal:
        raise QuantisationError(refusal)


class Measured(NamedTuple):
    """Figures of a finished file, the time of an image, and both in words."""

    metrics: list[dict[str, Any]]
    runtime_ms: float
    sentence: str


def write_measured_card(
    onnx: Path, data: SegmentationData, run: Run, facts: dict[str, Any], command: str
) -> Measured:
    """Measure a finished file on the images of validation and write its card."""
    engine = onnxruntime_engine(onnx)
    predict = predictor(engine, data.size_hw)
    runtime_ms = median_ms(engine, resized_rgb(data.validation_images[0].rgb, data.size_hw))
    histogram = ConfidenceHistogram()
    figures = evaluate(data.validation_images, predict, data.classes, histogram)
    metrics = rows_of(figures, data, command)
    least = histogram.threshold()
    card = write_card(onnx, card_facts(data, facts, metrics, runtime_ms, run, least))
    size_mib = onnx.stat().st_size / 2**20
    return Measured(
        metrics,
        runtime_ms,
        f"{onnx} and {card.name}: {size_mib:.1f} MiB, {runtime_ms:.1f} ms, mIoU "
        f"{figures['miou']:.3f}; below a confidence of {least:.2f} a pixel is unknown",
    )


def write_samples(onnx: Path, data: SegmentationData, target: Path) -> None:
    """Draw some images of validation, their truth, and what a file says of them."""
    predict = predictor(onnxruntime_engine(onnx), data.size_hw)
    chosen = spread(data.validation_images, _SAMPLE_ROWS)
    drawn = (row_of(s, [predict(s.rgb).labels], data.classes) for s in chosen)
    write_sheet(drawn, data.classes, target)


def curves_of(classes: ClassList) -> tuple[tuple[str, ...], ...]:
    """Return which logged values share a plot."""
    return (
        ("train/loss",),
        ("val/miou", "val/pixel_accuracy", "val/frequency_weighted_iou"),
        tuple(f"val/iou/{name}" for name in classes.names[:6]),
    )


def rows_of(
    figures: dict[str, float], data: SegmentationData, command: str
) -> list[dict[str, Any]]:
    """Return the figures as rows of card and report; what nothing was counted for is left out."""
    return [
        {"set": data.measured_on, "split": data.held_out, "measure": measure}
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
    data: SegmentationData,
    facts: dict[str, Any],
    metrics: list[dict[str, Any]],
    runtime_ms: float,
    run: Run,
    least: float,
) -> dict[str, Any]:
    """Return the card but for its sha256."""
    begun = run.config.get("start") or run.config["model"]["backbone"]
    further = sum(map(len, parts_of(data.training_images)[1:]))
    limits = known_limits(
        data.dataset, data.source, len(data.training_images), data.classes.names, further
    )
    return {
        "name": "followme-segmentation",
        "version": VERSION,
        "task": "segmentation",
        "input_size": list(data.size_hw),
        "classes": classes_of_card(data.classes),
        "thresholds": {"score": least},
        "runtime_ms": round(runtime_ms, 1),
        "training": facts,
        "metrics": metrics,
        "licence": LICENCE.format(begun=begun, dataset=data.source),
        "known_limits": [*limits, *([STRETCHED] if data.keep_aspect_ratio else [])],
    }


_WORDS = (
    "Figures are those of the exported file on whole images at their own size. `miou` is the mean "
    "over the classes that occur or were guessed; `boundary_iou` looks only at bands of 2 % of the "
    "diagonal along the edges; `confidence_right` and `confidence_wrong` are the mean probability "
    "of the guessed class where it is right and where it is wrong. Pictures: image, truth, guess."
)
