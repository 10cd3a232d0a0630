"""From a trained run to what FollowMe ships: ONNX file, card, report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from followme_training.common import parity
from followme_training.common.card import write_card
from followme_training.common.int8_cost import shipped_int8
from followme_training.common.onnx_file import (
    Engine,
    ExportError,
    export_onnx,
    median_ms,
    onnxruntime_engine,
    torch_engine,
)
from followme_training.common.parity import Limit
from followme_training.common.quantised import (
    Int8Request,
    QuantisationError,
    beside,
    check_nncf,
)
from followme_training.common.report import write_report
from followme_training.common.run_folder import Run
from followme_training.common.samples import spread
from followme_training.common.training_facts import report_facts, training_facts
from followme_training.datasets.held_out import NONE_HELD_OUT, TRAINED_ON
from followme_training.datasets.nyuv2 import scenes_of
from followme_training.depth.calibration import deviation_factor
from followme_training.depth.data import DepthData, resized
from followme_training.depth.evaluation import Predictor, evaluate, predictor, scale_corrected
from followme_training.depth.exported import NEARER, OUTPUTS, ExportedDepth
from followme_training.depth.int8 import LARGEST_LOSS, MEASURE, write_int8
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
    int8: Int8Request | None = None,
    given_factor: float | None = None,
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
    model, module = run.load(DepthTask, DepthData, checkpoint)
    task, data = cast(DepthTask, model), cast(DepthData, module)
    # ranges of 8 bits come from training images
    data.setup("fit" if int8 else "validate")
    first, second = halves(data.validation_images)
    factor, said = _factor(task, data, first, given_factor)
    yield said
    exported = ExportedDepth(task.network, factor)
    export_onnx(exported, data.size_hw, OUTPUTS, onnx)
    images = [resized(s, data.size_hw).rgb for s in second[:_PARITY_IMAGES]]
    network = torch_engine(exported, OUTPUTS)
    alike = check_parity(network, onnx, images)
    yield alike
    facts = training_facts(run, checkpoint, "depth", _trained_on(data))
    sets = sets_of(data, second, folders)
    costs: list[dict[str, Any]] = []
    refusal = None
    texts = {}
    if int8:
        small = beside(onnx)
        cost = write_int8(data, task.focal_length_px, onnx, small, int8)
        refusal = cost.refusal(MEASURE, LARGEST_LOSS) if int8.ship else None
        costs = cost.rows(command)
        texts["int8"] = cost.sentence(MEASURE)
        yield texts["int8"]
        shipped = shipped_int8(onnx, small, refusal, int8.ship)
        if not shipped:
            yield carded(small, task, data, sets, facts, images[0], command)[1]
        texts["shipped"] = "int8" if shipped else "float32"
    metrics, said, runtime_ms = carded(onnx, task, data, sets, facts, images[0], command)
    yield said
    before = summary(evaluate(second, predictor(network, data.size_hw, task.focal_length_px)))
    said = alike.removeprefix("parity: ")
    texts["parity"] = f"{said}; abs_rel of the second half {before['abs_rel']:.4f} by the network"
    report = reports / run.folder.name
    chosen = spread(second, _SAMPLE_ROWS)
    predict = predictor(onnxruntime_engine(onnx), data.size_hw, task.focal_length_px)
    write_sheet(((s, predict(s)) for s in chosen), report / "samples.png")
    texts = report_facts(facts, command, runtime_ms) | texts
    rows = metrics + costs
    write_report(
        report, run, f"Depth: {run.folder.name}", texts, rows, _CURVES, _words(factor, data)
    )
    yield f"{report}: report with {len(rows)} figures"
    if refusal:
        raise QuantisationError(refusal)


def _trained_on(data: DepthData) -> str:
    if not data.holds_out:
        return "nyuv2_train.zip, all of its scenes"
    return f"nyuv2_train.zip, {len(data.validation_images)} images of held-out scenes"


def _factor(
    task: DepthTask, data: DepthData, samples: list[DepthSample], given: float | None
) -> tuple[float, str]:
    """Return the factor on the claimed deviation, and a sentence on where it is from."""
    if data.holds_out and given is not None:
        raise ExportError("--deviation-factor: this run held scenes out and finds it; leave it out")
    if data.holds_out:
        plain = torch_engine(ExportedDepth(task.network), OUTPUTS)
        factor = deviation_factor(samples, predictor(plain, data.size_hw, task.focal_length_px))
        return factor, f"deviation: times {factor:.3f}, from {len(samples)} of the held-out images"
    if given is None or not 0.1 <= given <= 10.0:
        raise ExportError(
            "this run held no scene out, on which the claimed deviation could be measured; give "
            "--deviation-factor, from 0.1 to 10, as a run of the same recipe with scenes held out "
            "has found it"
        )
    return given, f"deviation: times {given:.3f}, as given"


def sets_of(
    data: DepthData, unused: list[DepthSample], folders: Sequence[Path]
) -> dict[tuple[str, str], list[DepthSample]]:
    """Return what is measured on, by set and split; ``unused`` for the calibration."""
    name = "NYUv2 (training part)"
    if data.holds_out:
        sets = {(name, "held-out scenes"): data.validation_images}
        sets[(name, "held-out scenes not used for the deviation")] = unused
    else:
        sets = {(name, TRAINED_ON): data.validation_images}
    for folder in folders:
        sets[(folder.name, "colour only")] = read_rgbd_folder(folder)
    return sets


def carded(
    onnx: Path,
    task: DepthTask,
    data: DepthData,
    sets: dict[tuple[str, str], list[DepthSample]],
    facts: dict[str, Any],
    image: NDArray[np.uint8],
    command: str,
) -> tuple[list[dict[str, Any]], str, float]:
    """Measure a finished file and write its card; return figures, a sentence and milliseconds."""
    engine = onnxruntime_engine(onnx)
    runtime_ms = median_ms(engine, image)
    metrics = measured(sets, predictor(engine, data.size_hw, task.focal_length_px), command)
    card = write_card(onnx, card_facts(task, data, facts, metrics, runtime_ms))
    size_mib = onnx.stat().st_size / 2**20
    return metrics, f"{onnx} and {card.name}: {size_mib:.1f} MiB, {runtime_ms:.1f} ms", runtime_ms


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


def _words(factor: float, data: DepthData) -> str:
    seen = "" if data.holds_out else NONE_HELD_OUT
    return seen + (
        "Figures are those of the exported file. The literature's measures are means over images "
        "inside Eigen's crop; `within1` and `within2` are the shares of true depths inside one "
        f"and two claimed deviations, which were multiplied by {factor:.3f}, found on one half of "
        "the held-out scenes (of a run of the same recipe where this one held out none); depth is "
        f"told {NEARER:g} variances of ln depth nearer than its median, which "
        "the curves, drawn while training, do not know; `scale_std_log` is how much the scale "
        "varies from image to image. "
        "Pictures: colour, truth, guess, claimed deviation (0 to 0.5), error (blue too near, red "
        "too far)."
    )
