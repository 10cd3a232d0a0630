"""A detector in 8 bits: ranges from training images, cost on held-out ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from followme_training.common.int8_cost import Int8Cost, cost_of
from followme_training.common.onnx_file import Engine
from followme_training.common.quantised import Int8Request, quantise
from followme_training.common.resampling import resized_rgb
from followme_training.common.samples import spread
from followme_training.detection.data import DetectionData
from followme_training.detection.entries import Decoded
from followme_training.detection.evaluation import evaluate, predictor

#: 8 bits may cost so much of this measure, in any engine: one point.
MEASURE, LARGEST_LOSS = "ap50", 0.01
_COMPARED_IMAGES = 8


def write_int8(
    data: DetectionData,
    classes: Sequence[str],
    landmarks: bool,
    file: Path,
    target: Path,
    request: Int8Request,
) -> Int8Cost:
    """Write a file of 8 bits and measure what it costs.

    Parameters
    ----------
    data : DetectionData
        Set up.
    classes : sequence of str
        In the order of the outputs.
    landmarks : bool
        Whether landmarks are measured.
    file, target : Path
        In float32, and of 8 bits.
    request : Int8Request
        How many images ranges come from.
    """
    training = Decoded([entry for part in data.parts for entry in part.training])
    drawn = request.drawn(len(training))
    # whole and plain, as the runtime will see its images, not as training changes them
    quantise(file, target, [resized_rgb(training[i].rgb, data.size_hw) for i in drawn])
    held = data.validation_images

    def measure(engine: Engine) -> dict[str, float]:
        return evaluate(held, predictor(engine, data.size_hw), classes, landmarks).result()

    some = spread(held, _COMPARED_IMAGES)
    return cost_of(file, target, measure, [resized_rgb(s.rgb, data.size_hw) for s in some])
