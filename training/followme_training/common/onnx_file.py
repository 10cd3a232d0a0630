"""A network becomes an ONNX file, is run by the engines of the runtime, and is compared."""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from followme_training.common.files import write_with

#: The newest that all engines of the runtime read.
OPSET = 20
_WARM_UP = 5

Outputs = dict[str, NDArray[np.generic]]
Engine = Callable[[NDArray[np.uint8]], Outputs]
Measure = Callable[[NDArray[np.generic], NDArray[np.generic]], float]


class ExportError(ValueError):
    """A network that cannot be exported; one sentence."""


def export_onnx(
    net: nn.Module, size_hw: tuple[int, int], outputs: Sequence[str], file: Path
) -> None:
    """Write a network that takes ``image`` uint8 [1, H, W, 3] RGB, of one fixed size.

    Parameters
    ----------
    net : Module
        From (1, H, W, 3) uint8 to a tuple of tensors; decoding and normalisation are inside.
    size_hw : tuple of two ints
        Height and width.
    outputs : sequence of str
        Names of what it returns.
    file : Path
        Target.
    """
    example = torch.zeros(1, *size_hw, 3, dtype=torch.uint8)

    def write(part: Path) -> None:
        with warnings.catch_warnings():
            # torch speaks of its own parts here, nothing that a user could mend
            warnings.simplefilter("ignore")
            torch.onnx.export(
                net.eval(),
                (example,),
                part,
                dynamo=True,
                opset_version=OPSET,
                external_data=False,
                input_names=["image"],
                output_names=list(outputs),
                verbose=False,
            )

    write_with(file, write)


def onnxruntime_engine(file: Path, threads: int = 1) -> Engine:
    """Return a function from an image (H, W, 3) uint8 to the outputs by name."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]

    def run(rgb: NDArray[np.uint8]) -> Outputs:
        return dict(zip(names, session.run(names, {"image": rgb[None]}), strict=True))

    return run


def openvino_engine(file: Path, threads: int = 1) -> Engine | None:
    """Return the same by OpenVINO, None where it is not installed."""
    if importlib.util.find_spec("openvino") is None:
        return None
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        # else a machine with bf16 would round
        "INFERENCE_PRECISION_HINT": "f32",
    }
    core = openvino.Core()
    model = core.read_model(file)
    # before compiling: layers that are then joined leave their names on the outputs too
    names = [o.get_any_name() for o in model.outputs]
    request = core.compile_model(model, "CPU", settings).create_infer_request()

    def run(rgb: NDArray[np.uint8]) -> Outputs:
        results = request.infer({"image": rgb[None]})
        return {name: np.array(results[name]) for name in names}

    return run


def torch_engine(net: nn.Module, outputs: Sequence[str]) -> Engine:
    """Return the same by the network itself."""
    net.eval()

    def run(rgb: NDArray[np.uint8]) -> Outputs:
        with torch.no_grad():
            results = net(torch.from_numpy(np.ascontiguousarray(rgb))[None])
        return {name: r.numpy() for name, r in zip(outputs, results, strict=True)}

    return run


def largest_gap(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """Return the largest absolute difference of two arrays."""
    return float(np.max(np.abs(one.astype(np.float64) - other.astype(np.float64))))


def largest_difference(
    one: Engine,
    other: Engine,
    images: Sequence[NDArray[np.uint8]],
    measures: Mapping[str, Measure] | None = None,
) -> dict[str, float]:
    """Return by how much each output differs, on the image on which it differs most.

    Parameters
    ----------
    one, other : callable
        Engines.
    images : sequence of (H, W, 3) uint8
        At the input size.
    measures : mapping of str to callable, optional
        How an output is compared, where it is not by its largest gap.

    Raises
    ------
    ExportError
        When there is no image to compare on, or the engines give different outputs.
    """
    if not images:
        raise ExportError("parity: there is no image to compare on; give at least one")
    worst: dict[str, float] = {}
    for image in images:
        first, second = one(image), other(image)
        if first.keys() != second.keys():
            raise ExportError(f"parity: outputs are {sorted(first)} and {sorted(second)}")
        for name, values in first.items():
            gap = (measures or {}).get(name, largest_gap)(values, second[name])
            # max() would drop what is no number
            worst[name] = float(np.maximum(worst.get(name, 0.0), gap))
    return worst


def median_ms(engine: Engine, image: NDArray[np.uint8], repeats: int = 40) -> float:
    """Return the median time of one image in milliseconds, after a warm-up."""
    for _ in range(_WARM_UP):
        engine(image)
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        engine(image)
        times.append(time.perf_counter() - begin)
    return 1e3 * float(np.median(times))
