"""The segmentation network in 8 bits: ranges from training images, cost on held-out scenes."""

from __future__ import annotations

from pathlib import Path

from followme_training.common.int8_cost import Int8Cost, cost_of
from followme_training.common.onnx_file import Engine
from followme_training.common.quantised import Int8Request, quantise
from followme_training.common.resampling import resized_rgb
from followme_training.common.samples import spread
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.evaluation import evaluate, predictor

#: 8 bits may cost so much of this measure, in any engine.
MEASURE, LARGEST_LOSS = "miou", 0.01
_FIGURES = ("miou", "pixel_accuracy")
_COMPARED_IMAGES = 8


def write_int8(data: SegmentationData, file: Path, target: Path, request: Int8Request) -> Int8Cost:
    """Write a file of 8 bits and measure what it costs.

    Parameters
    ----------
    data : SegmentationData
        Set up with training images.
    file, target : Path
        In float32, and of 8 bits.
    request : Int8Request
        How many images ranges come from.
    """
    drawn = request.drawn(len(data.training_images))
    # whole and plain, as the runtime will see its images, not as training changes them
    whole = [resized_rgb(data.training_images[i].rgb, data.size_hw) for i in drawn]
    quantise(file, target, whole)

    def measure(engine: Engine) -> dict[str, float]:
        figures = evaluate(data.validation_images, predictor(engine, data.size_hw), data.classes)
        return {name: figures[name] for name in _FIGURES}

    some = spread(data.validation_images, _COMPARED_IMAGES)
    return cost_of(file, target, measure, [resized_rgb(s.rgb, data.size_hw) for s in some])
