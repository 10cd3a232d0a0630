"""From a trained run to what FollowMe ships: ONNX file, card, report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from followme_training.common.card import write_card
from followme_training.common.onnx_file import (
    ExportError,
    export_onnx,
    median_ms,
    onnxruntime_engine,
    torch_engine,
)
from followme_training.common.parity import Limit, check_parity
from followme_training.common.report import write_report
from followme_training.common.resampling import resized_rgb
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.common.training_facts import report_facts, training_facts
from followme_training.detection.curves import draw_curves
from followme_training.detection.data import DetectionData
from followme_training.detection.detections import NMS_IOU
from followme_training.detection.evaluation import evaluate, predictor, scores_for_precision
from followme_training.detection.exported import ExportedDetector
from followme_training.detection.figures import Figures
from followme_training.detection.module import DetectionTask
from followme_training.detection.pictures import drawn, write_sheet

#: Of the file, raised when what it gives changes.
VERSION = "0.1.0"
# float32 sums in another order differ by this much; a hundredth of a pixel is nobody's box.
_LIMITS = {"boxes": Limit(0.05), "scores": Limit(1e-3), "landmarks": Limit(0.05)}
_PARITY_IMAGES = 4
_SAMPLES = 16
_FACE = ("face",)
_FACE_LIMITS = (
    "It was not asked for faces of fewer than about 7 pixels in its input while it learned.",
    "About half of the faces that it saw wore masks; points under a mask are guessed.",
    "It says that there is a face, never whose.",
)


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
        When the network is no face detector and has landmarks, or an engine disagrees with it.
    """
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
    engine = onnxruntime_engine(onnx)
    predict = predictor(engine, data.size_hw)
    runtime_ms = median_ms(engine, images[0])
    figures = evaluate(held, predict, task.classes, is_face)
    rows = rows_of(figures, command)
    limits = scores_for_precision(figures)
    sources = ", ".join(
        dict.fromkeys(f"{Path(p.source.images).name} {p.source.labels}".strip() for p in data.parts)
    )
    name = "face" if is_face else "objects"
    facts = training_facts(run, checkpoint, "detection", f"{sources}; {len(held)} images held out")
    card = write_card(
        onnx,
        {
            "name": f"followme-{name}",
            "version": VERSION,
            "task": name,
            "input_size": list(data.size_hw),
            "classes": list(task.classes),
            "thresholds": {n: round(v, 3) for n, v in limits.items()},
            "nms_iou": NMS_IOU,
            "runtime_ms": round(runtime_ms, 1),
            "training": facts,
            "metrics": rows,
            "licence": f"Apache-2.0; trained on {sources}, whose terms their pages name; begun "
            f"from {run.config['model'].get('backbone')}",
            "known_limits": list(_FACE_LIMITS) if is_face else object_limits(figures, data),
        },
    )
    yield f"{onnx} and {card.name}: {onnx.stat().st_size / 2**20:.1f} MiB, {runtime_ms:.1f} ms"
    report = reports / run.folder.name
    sure = np.array([limits[n] for n in task.classes], np.float32)
    sheet = []
    for sample in spread(held, _SAMPLES):
        things = predict(sample.rgb)
        use = things.scores >= sure[things.classes]
        points = None if things.points is None else things.points[use]
        shown = type(things)(things.xyxy[use], things.scores[use], things.classes[use], points)
        sheet.append(drawn(sample, shown, task.classes))
    write_sheet(sheet, report / "samples.png")
    draw_curves(figures, report / "precision_recall.png")
    curves = (("train/loss",), ("train/classes", "train/boxes"), ("val/ap50", "val/ap"))
    texts = report_facts(facts, command, runtime_ms)
    write_report(report, run, f"Detection: {run.folder.name}", texts, rows, curves, _WORDS)
    yield f"{report}: report with {len(rows)} figures, AP50 {figures.result()['ap50']:.3f}"


def _is_face(task: DetectionTask) -> bool:
    """Return whether it finds faces and not things; refuse what the runtime has no place for."""
    is_face = task.classes == _FACE
    if is_face != task.network.landmarks:
        raise ExportError(
            f"classes {', '.join(task.classes)} {'with' if task.network.landmarks else 'without'} "
            "landmarks: FollowMe takes faces with landmarks or other things without; train so"
        )
    return is_face


def rows_of(figures: Figures, command: str) -> list[dict[str, Any]]:
    """Return the figures as rows of card and report; what nothing was counted for is left out."""
    return [
        {"set": "held-out images", "split": "validation by groups", "measure": measure}
        | {"value": round(value, 4), "n": figures.images, "command": command}
        for measure, value in figures.result().items()
        if np.isfinite(value)
    ]


def object_limits(figures: Figures, data: DetectionData, least: int = 200) -> list[str]:
    """Return which classes the data carry badly, so that nobody relies on them."""
    boxes = dict.fromkeys(figures.classes, 0)
    for part in data.parts:
        for entry in part.training:
            for number in entry.boxes.classes:
                boxes[figures.classes[int(number)]] += 1
    few = [f"{name} ({count})" for name, count in boxes.items() if count < least]
    said: Sequence[str] = (
        "What is not on its list is not seen: stairs above all, of which no data were found.",
        "Furniture was mostly seen in NYUv2, boxed by connected pieces of masks: touching things "
        "share a box.",
        f"Few boxes were there to learn from: {', '.join(few)}." if few else "",
    )
    return [sentence for sentence in said if sentence]


_WORDS = (
    "Figures are those of the exported file on held-out images at their own size, after "
    "suppression; an image counts only for classes that are complete in it. `ap50` is average "
    "precision at overlap .5, `ap` the mean over COCO's ten overlaps, `landmark_error` the mean "
    "distance of the five points over the distance of the eyes. The samples show, at the scores "
    "of the card, green what is right, red what is wrong, yellow what was missed, grey what "
    "nobody labelled. `precision_recall.png` has the curves."
)
