"""From a trained run to what FollowMe ships: ONNX file, card, report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from followme_training.common.card import write_card
from followme_training.common.int8_cost import shipped_int8
from followme_training.common.onnx_file import (
    ExportError,
    export_onnx,
    median_ms,
    onnxruntime_engine,
    torch_engine,
)
from followme_training.common.parity import Limit, check_parity
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
from followme_training.datasets.held_out import NONE_HELD_OUT, held_out_words, images_words
from followme_training.detection.curves import draw_curves
from followme_training.detection.data import DetectionData
from followme_training.detection.detections import NMS_IOU, surer
from followme_training.detection.evaluation import evaluate, predictor
from followme_training.detection.exported import ExportedDetector
from followme_training.detection.figures import Figures
from followme_training.detection.int8 import LARGEST_LOSS, MEASURE, write_int8
from followme_training.detection.known_limits import face_limits, object_limits
from followme_training.detection.module import DetectionTask
from followme_training.detection.pictures import drawn, without_faces, write_sheet
from followme_training.detection.thresholds import Threshold, thresholds

#: Of the file, raised when what it gives changes.
VERSION = "0.1.0"
# float32 sums in another order differ by this much; a hundredth of a pixel is nobody's box.
_LIMITS = {"boxes": Limit(0.05), "scores": Limit(1e-3), "landmarks": Limit(0.05)}
_PARITY_IMAGES = 4
_SAMPLES = 16
_FACE = ("face",)
_CURVES = (
    ("train/loss",),
    ("train/classes", "train/boxes"),
    ("val/ap50", "val/ap"),
    ("val/landmark_error",),
)


class Carded(NamedTuple):
    """A finished file: what was measured, and what its card says.

    Parameters
    ----------
    figures : Figures
        Over the images of validation.
    limits : mapping of str to Threshold
        Least score of each class.
    rows : list of mappings
        The figures as card and report have them.
    runtime_ms : float
        Of one image.
    said : str
        In a sentence.
    """

    figures: Figures
    limits: Mapping[str, Threshold]
    rows: list[dict[str, Any]]
    runtime_ms: float
    said: str


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
        best or last.
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
        When the network is no face detector and has landmarks, or an engine disagrees with it.
    QuantisationError
        When 8 bits were to be shipped and cost too much; ``onnx`` is in float32 then, and all else
        is written.
    """
    if int8:
        check_nncf()
    model, module = run.load(DetectionTask, DetectionData, checkpoint)
    task, data = cast(DetectionTask, model), cast(DetectionData, module)
    is_face = _is_face(task)
    data.setup("validate")
    held = data.validation_images
    exported = ExportedDetector(task.network, task.anchor_boxes).eval()
    export_onnx(exported, data.size_hw, exported.outputs, onnx)
    images = [resized_rgb(s.rgb, data.size_hw) for s in spread(held, _PARITY_IMAGES)]
    network = torch_engine(exported, exported.outputs)
    yield check_parity(network, onnx, images, {name: _LIMITS[name] for name in exported.outputs})
    words = f"{_sources(data)}; {held_out_words(len(held), data.holds_out)}"
    facts = training_facts(run, checkpoint, "detection", words)
    costs: list[dict[str, Any]] = []
    refusal = None
    texts = {}
    if int8:
        small = beside(onnx)
        cost = write_int8(data, task.classes, is_face, onnx, small, int8)
        refusal = cost.refusal(MEASURE, LARGEST_LOSS) if int8.ship else None
        costs = cost.rows(command)
        texts["int8"] = cost.sentence(MEASURE)
        yield texts["int8"]
        shipped = shipped_int8(onnx, small, refusal, int8.ship)
        if not shipped:
            yield carded(small, run, task, data, facts, command).said
        texts["shipped"] = "int8" if shipped else "float32"
    made = carded(onnx, run, task, data, facts, command)
    yield made.said
    report = reports / run.folder.name
    _draw(onnx, data, task, made, report)
    texts = report_facts(facts, command, made.runtime_ms) | texts
    rows, title = made.rows + costs, f"Detection: {run.folder.name}"
    write_report(report, run, title, texts, rows, _CURVES, _words(data))
    yield f"{report}: report with {len(rows)} figures, AP50 {made.figures.result()['ap50']:.3f}"
    if refusal:
        raise QuantisationError(refusal)


def carded(
    onnx: Path,
    run: Run,
    task: DetectionTask,
    data: DetectionData,
    facts: dict[str, Any],
    command: str,
) -> Carded:
    """Measure a finished file on the images of validation and write its card."""
    held, is_face = data.validation_images, _is_face(task)
    engine = onnxruntime_engine(onnx)
    runtime_ms = median_ms(engine, resized_rgb(held[0].rgb, data.size_hw))
    figures = evaluate(held, predictor(engine, data.size_hw), task.classes, is_face)
    limits = thresholds(figures)
    rows = rows_of(figures, limits, data.holds_out, command)
    name = "face" if is_face else "objects"
    model = run.config["model"]
    weights = model.get("backbone") if model.get("weights") else "nothing"
    begun = run.config.get("start") or weights
    card = write_card(
        onnx,
        {
            "name": f"followme-{name}",
            "version": VERSION,
            "task": name,
            "input_size": list(data.size_hw),
            "classes": list(task.classes),
            "thresholds": {n: limit.score for n, limit in limits.items()},
            "nms_iou": NMS_IOU,
            "runtime_ms": round(runtime_ms, 1),
            "training": facts,
            "metrics": rows,
            "licence": f"Apache-2.0; trained on {_sources(data)}, whose terms their pages name; "
            f"begun from {begun}",
            "known_limits": face_limits(data.least_px, data.parts)
            if is_face
            else object_limits(figures, data.parts, data.holds_out),
        },
    )
    size_mib = onnx.stat().st_size / 2**20
    said = f"{onnx} and {card.name}: {size_mib:.1f} MiB, {runtime_ms:.1f} ms"
    return Carded(figures, limits, rows, runtime_ms, said)


def _draw(onnx: Path, data: DetectionData, task: DetectionTask, made: Carded, report: Path) -> None:
    """Draw what a file finds at the scores of its card, and its curves."""
    predict = predictor(onnxruntime_engine(onnx), data.size_hw)
    sure = np.array([made.limits[n].score for n in task.classes], np.float32)
    sheet = []
    for sample in spread(data.validation_images, _SAMPLES):
        things = predict(sample.rgb)
        shown = surer(things, sure)
        # the other tasks' pictures show no faces that one could tell
        picture = without_faces(sample, shown) if shown.points is not None else sample
        sheet.append(drawn(picture, shown, task.classes))
    write_sheet(sheet, report / "samples.png")
    draw_curves(made.figures, report / "precision_recall.png")


def _sources(data: DetectionData) -> str:
    """Return the data sets in words."""
    names = (f"{Path(p.source.images).name} {p.source.labels}".strip() for p in data.parts)
    return ", ".join(dict.fromkeys(names))


def _is_face(task: DetectionTask) -> bool:
    """Return whether it finds faces and not things; refuse what the runtime has no place for."""
    is_face = task.classes == _FACE
    if is_face != task.network.landmarks:
        raise ExportError(
            f"classes {', '.join(task.classes)} {'with' if task.network.landmarks else 'without'} "
            "landmarks: FollowMe takes faces with landmarks or other things without; train so"
        )
    return is_face


def rows_of(
    figures: Figures, limits: Mapping[str, Threshold], holds_out: bool, command: str
) -> list[dict[str, Any]]:
    """Return the figures as rows of card and report; what nothing was counted for is left out."""
    found = figures.result()
    for name, limit in limits.items():
        of = f"/{name}" if len(limits) > 1 else ""
        found |= {f"precision{of}": limit.precision, f"recall{of}": limit.recall}
    split = "validation by groups" if holds_out else "none held out"
    return [
        {"set": images_words(holds_out), "split": split, "measure": measure}
        | {"value": round(value, 4), "n": figures.images, "command": command}
        for measure, value in found.items()
        if np.isfinite(value)
    ]


def _words(data: DetectionData) -> str:
    seen = "" if data.holds_out else NONE_HELD_OUT
    images = images_words(data.holds_out)
    return f"{seen}Figures are those of the exported file on {images} at their own size, {_WORDS}"


_WORDS = (
    "after suppression; an image counts only for classes that are complete in it. `ap50` is "
    "average precision at overlap .5, `ap` the mean over COCO's ten overlaps, `landmark_error` the "
    "mean distance of the five points over the distance of the eyes; `precision` and `recall` are "
    "those at the score of the card, which has the best F1 on these images of those at which one "
    "in three is right. The samples show, at the scores of the card, green what is right, red what "
    "is wrong, yellow what was missed, grey what nobody labelled. `precision_recall.png` has the "
    "curves."
)
