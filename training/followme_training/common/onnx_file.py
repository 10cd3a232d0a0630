"""A network becomes an ONNX file, is run by the engines of the runtime, and is compared."""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from followme_training.common.files import write_with

#: The newest that all engines of the runtime read.
OPSET = 20
_WARM_UP = 5

Outputs = dict[str, NDArray[np.generic]]
#: From an image, or what else a network takes, to its outputs by name.
Engine = Callable[[NDArray[Any]], Outputs]
Measure = Callable[[NDArray[np.generic], NDArray[np.generic]], float]


class ExportError(ValueError):
    """A network that cannot be exported; one sentence."""


class OnnxError(ValueError):
    """An ONNX file that cannot be run; one sentence."""


class Signature(NamedTuple):
    """What a file takes and gives.

    Parameters
    ----------
    inputs : list of (str, str, tuple)
        Name, type as ``uint8`` and shape of each; a side that is not fixed is no int.
    outputs : list of str
        Names.
    """

    inputs: list[tuple[str, str, tuple[object, ...]]]
    outputs: list[str]


def export_onnx(
    net: nn.Module,
    size_hw: tuple[int, int],
    outputs: Sequence[str],
    file: Path,
    channels: int = 3,
    any_count: bool = False,
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
    channels : int
        Of the image, where it is not RGB.
    any_count : bool
        Whether it takes any number of images at once, [N, H, W, channels].
    """
    # two images: a single one would be taken for a number that never changes
    example = torch.zeros(2 if any_count else 1, *size_hw, channels, dtype=torch.uint8)
    write_onnx(net, example, "image", outputs, file, any_count)


def write_onnx(
    net: nn.Module,
    example: torch.Tensor,
    given: str,
    outputs: Sequence[str],
    file: Path,
    any_count: bool = False,
) -> None:
    """Write a network that takes one tensor like an example.

    Parameters
    ----------
    net : Module
        From the example to a tuple of tensors.
    example : (N, ...) tensor
        Two or more where any number is to be taken at once.
    given : str
        Name of the input.
    outputs : sequence of str
        Names of what it returns.
    file : Path
        Target.
    any_count : bool
        Whether the first side may be of any length.
    """
    shapes = ({0: torch.export.Dim("N")},) if any_count else None

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
                dynamic_shapes=shapes,
                input_names=[given],
                output_names=list(outputs),
                verbose=False,
            )
        _forget_origins(part)

    write_with(file, write)


def _forget_origins(file: Path) -> None:
    """Take out of a file which line of which file on this machine made each of its nodes."""
    import onnx

    model = onnx.load(file)
    graph = model.graph
    for thing in (graph, *graph.node, *graph.value_info, *graph.input, *graph.output):
        thing.ClearField("metadata_props")
        thing.ClearField("doc_string")
    onnx.save(model, file)


def signature(file: Path) -> Signature:
    """Return what a file takes and gives.

    Raises
    ------
    OnnxError
        When it is missing or is no ONNX file.
    """
    session = _session(file, 1)
    return Signature(
        [
            (i.name, i.type.removeprefix("tensor(").removesuffix(")"), tuple(i.shape))
            for i in session.get_inputs()
        ],
        [o.name for o in session.get_outputs()],
    )


def onnxruntime_engine(file: Path, threads: int = 1) -> Engine:
    """Return a function from an image (H, W, 3) uint8 to the outputs by name.

    Raises
    ------
    OnnxError
        When the file is missing or is no ONNX file.
    """
    batches = onnxruntime_batch_engine(file, threads)
    return lambda rgb: batches(rgb[None])


def onnxruntime_batch_engine(file: Path, threads: int = 1) -> Engine:
    """Return a function from images (N, H, W, C) uint8 to the outputs by name.

    Raises
    ------
    OnnxError
        When the file is missing or is no ONNX file.
    """
    session = _session(file, threads)
    names = [o.name for o in session.get_outputs()]
    given = session.get_inputs()[0].name
    return lambda images: dict(zip(names, session.run(names, {given: images}), strict=True))


def _session(file: Path, threads: int) -> Any:
    import onnxruntime as ort

    if not file.is_file():
        raise OnnxError(f"{file}: there is no such file; export it, or give another")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # the engine's errors share no base but Exception
        words = (str(error).splitlines() or [type(error).__name__])[0]
        raise OnnxError(
            f"{file}: onnxruntime cannot load it ({words}); it may be truncated, export it again"
        ) from error


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
    given = model.inputs[0].get_any_name()
    request = core.compile_model(model, "CPU", settings).create_infer_request()

    def run(rgb: NDArray[Any]) -> Outputs:
        results = request.infer({given: rgb[None]})
        return {name: np.array(results[name]) for name in names}

    return run


def torch_engine(net: nn.Module, outputs: Sequence[str]) -> Engine:
    """Return the same by the network itself."""
    net.eval()

    def run(rgb: NDArray[Any]) -> Outputs:
        with torch.no_grad():
            results = net(torch.from_numpy(np.ascontiguousarray(rgb))[None])
        return {name: r.numpy() for name, r in zip(outputs, results, strict=True)}

    return run


class Gap(NamedTuple):
    """Largest and mean absolute difference of an output."""

    largest: float
    mean: float


def largest_gap(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """Return the largest absolute difference of two arrays; NaN where one of them has it."""
    return float(np.max(np.abs(one.astype(np.float64) - other.astype(np.float64))))


def largest_difference(
    one: Engine,
    other: Engine,
    images: Sequence[NDArray[Any]],
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
    found: dict[str, list[float]] = {}
    for name, first, second in _side_by_side(one, other, images):
        measure = (measures or {}).get(name, largest_gap)
        found.setdefault(name, []).append(measure(first, second))
    # np.max: a NaN is the largest of all
    return {name: float(np.max(gaps)) for name, gaps in found.items()}


def differences(one: Engine, other: Engine, images: Sequence[NDArray[Any]]) -> dict[str, Gap]:
    """Return how far each output of two engines differs over some images.

    Raises
    ------
    ExportError
        As :func:`largest_difference`.
    """
    found: dict[str, list[Gap]] = {}
    for name, first, second in _side_by_side(one, other, images):
        gap = np.abs(first.astype(np.float64) - second.astype(np.float64))
        found.setdefault(name, []).append(Gap(float(gap.max()), float(gap.mean())))
    return {
        name: Gap(float(np.max([g.largest for g in gaps])), float(np.mean([g.mean for g in gaps])))
        for name, gaps in found.items()
    }


def _side_by_side(
    one: Engine, other: Engine, images: Sequence[NDArray[Any]]
) -> Iterator[tuple[str, NDArray[np.generic], NDArray[np.generic]]]:
    if not images:
        raise ExportError("parity: there is no image to compare on; give at least one")
    for image in images:
        first, second = one(image), other(image)
        if first.keys() != second.keys():
            raise ExportError(f"parity: outputs are {sorted(first)} and {sorted(second)}")
        for name, values in first.items():
            yield name, values, second[name]


def median_ms(engine: Engine, image: NDArray[Any], repeats: int = 40) -> float:
    """Return the median time of one image in milliseconds, after a warm-up."""
    for _ in range(_WARM_UP):
        engine(image)
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        engine(image)
        times.append(time.perf_counter() - begin)
    return 1e3 * float(np.median(times))
