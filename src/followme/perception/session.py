"""One network on one engine: the file is checked once, then images go in and arrays come out.

Whatever engine runs it, a model has the contract of its task: input ``image`` uint8
[1, H, W, 3] RGB with fixed H and W, outputs as in :data:`CONTRACTS`. Nothing is unpickled.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from followme.perception.card import Card, ModelError

Arrays = dict[str, NDArray[Any]]

#: Outputs of each task: type and shape. H and W are those of the input, C is the number of the
#: card's classes, N is any number, the same in all outputs of the model.
CONTRACTS: dict[str, dict[str, tuple[type[np.generic], tuple[int | str, ...]]]] = {
    "face": {
        "boxes": (np.float32, ("N", 4)),
        "scores": (np.float32, ("N",)),
        "landmarks": (np.float32, ("N", 5, 2)),
    },
    "objects": {"boxes": (np.float32, ("N", 4)), "scores": (np.float32, ("N", "C"))},
    "segmentation": {"labels": (np.uint8, (1, "H", "W")), "confidence": (np.uint8, (1, "H", "W"))},
    "depth": {
        "depth": (np.float32, (1, "H", "W")),
        "log_depth_std": (np.float32, (1, "H", "W")),
    },
}


class _Engine(Protocol):
    """What an engine says about a loaded model, and how it runs it."""

    inputs: list[tuple[str, str, tuple[object, ...]]]
    outputs: list[str]

    def run(self, image: NDArray[np.uint8]) -> Arrays:
        """Run one image (1, H, W, 3)."""


class Session:
    """A model that is loaded, checked and warm.

    Parameters
    ----------
    onnx : Path
        The file.
    card : Card
        Its card.
    runtime : str
        onnxruntime or openvino.
    threads : int
        Of the engine.

    Raises
    ------
    ModelError
        When the engine is not installed, cannot read the file, or the file does not keep the
        contract of its task or its card.
    """

    def __init__(self, onnx: Path, card: Card, runtime: str, threads: int) -> None:
        self._file = onnx.name
        self._card = card
        if runtime not in _ENGINES:
            raise ModelError(
                f"runtime {runtime!r} is unknown; give one of {', '.join(sorted(_ENGINES))}"
            )
        self._engine: _Engine | None = _load(onnx, runtime, threads)
        self._check_input(self._engine)
        self._check_outputs(self._engine)

    def __deepcopy__(self, memo: object) -> Session:
        """Return itself: nothing is left in it of an image, so copies of a chain may share it."""
        return self

    def run(self, rgb: NDArray[np.uint8]) -> Arrays:
        """Run the network on one image.

        Parameters
        ----------
        rgb : (H, W, 3) uint8
            Red, green, blue, at the card's input size.

        Returns
        -------
        dict of str to array
            By output name, of the types and shapes in :data:`CONTRACTS`.

        Raises
        ------
        ValueError
            When the image has another size or type.
        ModelError
            When the engine fails, or after :meth:`close`.
        """
        if self._engine is None:
            raise ModelError(f"{self._file}: the session is closed; load the model again")
        if rgb.shape != (*self._card.input_size, 3) or rgb.dtype != np.uint8:
            height, width = self._card.input_size
            raise ValueError(
                f"{self._file}: image is {rgb.shape} {rgb.dtype.name}, "
                f"resize it to ({height}, {width}, 3) uint8"
            )
        try:
            return self._engine.run(np.ascontiguousarray(rgb)[None])
        except Exception as error:
            # engines raise classes of their own that share no base but Exception
            raise ModelError(f"{self._file}: the engine failed ({_first_line(error)})") from error

    def close(self) -> None:
        """Free the engine; a second call does nothing."""
        self._engine = None

    def _check_input(self, engine: _Engine) -> None:
        height, width = self._card.input_size
        asked = [("image", "uint8", (1, height, width, 3))]
        if engine.inputs != asked:
            raise ModelError(
                f"{self._file}: its inputs are {engine.inputs}, the card asks for {asked}; "
                "export the model and its card again"
            )

    def _check_outputs(self, engine: _Engine) -> None:
        """Run one image: warms the engine, and holds what really comes against the contract."""
        contract = CONTRACTS[self._card.task]
        for name in contract:
            if name not in engine.outputs:
                raise ModelError(
                    f"{self._file}: it has no output {name!r} (it has "
                    f"{', '.join(engine.outputs)}), task {self._card.task!r} needs it; "
                    "export it again"
                )
        height, width = self._card.input_size
        outputs = self.run(np.full((height, width, 3), 127, np.uint8))
        bound = {"H": height, "W": width, "C": len(self._card.classes)}
        for name, (dtype, shape) in contract.items():
            have = outputs[name]
            if len(have.shape) == len(shape):
                # the first output that has an N says what N is
                bound.update(
                    (s, n)
                    for s, n in zip(shape, have.shape, strict=True)
                    if s == "N" and "N" not in bound
                )
            want = tuple(bound.get(s, -1) if isinstance(s, str) else s for s in shape)
            if have.shape != want or have.dtype != dtype:
                words = ", ".join(
                    str(bound.get(s, s)) if isinstance(s, str) else str(s) for s in shape
                )
                raise ModelError(
                    f"{self._file}: output {name!r} is {have.shape} {have.dtype.name}, task "
                    f"{self._card.task!r} needs ({words}) {np.dtype(dtype).name}; export it again"
                )


def _load(onnx: Path, runtime: str, threads: int) -> _Engine:
    try:
        data = onnx.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{onnx.name}: cannot be read from {onnx.parent} ({error.strerror}); "
            "fetch it or export it again"
        ) from error
    try:
        module = importlib.import_module(runtime)
    except ImportError as error:
        raise ModelError(
            f"runtime {runtime!r} is not installed ({error}); install it with "
            f"'pip install {runtime}' or choose another runtime"
        ) from error
    try:
        engine: _Engine = _ENGINES[runtime](module, data, threads)
    except Exception as error:
        # engines raise classes of their own that share no base but Exception
        raise ModelError(
            f"{onnx.name}: {runtime} cannot load it ({_first_line(error)}); "
            "it may be truncated: fetch it or export it again"
        ) from error
    return engine


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


class _OnnxRuntime:
    """Microsoft's engine."""

    def __init__(self, ort: Any, data: bytes, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # waiting threads that spin would take the second core from the rest of the graph
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4
        self._session = ort.InferenceSession(
            data, sess_options=options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [
            (i.name, i.type.removeprefix("tensor(").removesuffix(")"), tuple(i.shape))
            for i in self._session.get_inputs()
        ]
        self.outputs = [o.name for o in self._session.get_outputs()]

    def run(self, image: NDArray[np.uint8]) -> Arrays:
        arrays = self._session.run(self.outputs, {"image": image})
        return dict(zip(self.outputs, arrays, strict=True))


class _OpenVino:
    """Intel's engine."""

    def __init__(self, openvino: Any, data: bytes, threads: int) -> None:
        core = _core(openvino)
        model = core.read_model(model=data, weights=b"")
        self.inputs = [
            (
                i.get_any_name(),
                "uint8"
                if i.get_element_type().to_dtype() == np.uint8
                else str(i.get_element_type()),
                tuple(d.get_length() if d.is_static else str(d) for d in i.get_partial_shape()),
            )
            for i in model.inputs
        ]
        self.outputs = [o.get_any_name() for o in model.outputs]
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                "PERFORMANCE_HINT": "LATENCY",
                # bf16 machines would otherwise round what the card's metrics were measured with
                "INFERENCE_PRECISION_HINT": "f32",
            },
        )
        self._request = compiled.create_infer_request()

    def run(self, image: NDArray[np.uint8]) -> Arrays:
        results = self._request.infer({"image": image}, share_inputs=True)
        return {name: results[name] for name in self.outputs}


@cache
def _core(openvino: Any) -> Any:
    """Return the one core of this process.

    It loads its plugins once; with a core for each model, made and freed dozens of times, the
    next signal that the process gets is a crash (OpenVINO 2026.4).
    """
    return openvino.Core()


_ENGINES: dict[str, Any] = {"onnxruntime": _OnnxRuntime, "openvino": _OpenVino}
