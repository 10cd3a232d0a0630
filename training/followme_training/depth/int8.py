"""The depth network in 8 bits: ranges from training images, cost on held-out scenes."""

from __future__ import annotations

from pathlib import Path

from followme_training.common.int8_cost import Int8Cost, cost_of
from followme_training.common.onnx_file import Engine
from followme_training.common.quantised import Int8Request, quantise
from followme_training.common.samples import spread
from followme_training.depth.data import DepthData, resized
from followme_training.depth.evaluation import evaluate, predictor
from followme_training.depth.metrics import summary

#: 8 bits may cost so much of this measure, in any engine.
MEASURE, LARGEST_LOSS = "delta1", 0.01
_FIGURES = ("abs_rel", "delta1", "within2")
_COMPARED_IMAGES = 8


def write_int8(
    data: DepthData, focal_length_px: float, file: Path, target: Path, request: Int8Request
) -> Int8Cost:
    """Write a file of 8 bits and measure what it costs.

    Parameters
    ----------
    data : DepthData
        Set up with training images.
    focal_length_px : float
        For which the file's metres hold.
    file, target : Path
        In float32, and of 8 bits.
    request : Int8Request
        How many images ranges come from.
    """
    drawn = request.drawn(len(data.training_images))
    # whole and plain, as the runtime will see its images, not as training changes them
    quantise(file, target, [resized(data.training_images[i], data.size_hw).rgb for i in drawn])

    def measure(engine: Engine) -> dict[str, float]:
        predict = predictor(engine, data.size_hw, focal_length_px)
        figures = summary(evaluate(data.validation_images, predict))
        return {name: figures[name] for name in _FIGURES}

    some = spread(data.validation_images, _COMPARED_IMAGES)
    return cost_of(file, target, measure, [resized(s, data.size_hw).rgb for s in some])
