"""Networks that know nothing but take as long as real ones, to measure the graph with.

    python -m tests.stand_ins FOLDER

writes the four networks, calibrated on this machine, and ``params.yaml`` that names them (with
sensor depth switched off, so that the depth network has to work) to a folder;
``params_without_gate.yaml`` is the same without the rule that depth goes first.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper

from followme.perception.card import card_path, load_card
from followme.perception.session import Session
from followme.sources.synthetic import SyntheticSource
from tests.build import save_onnx, write_card

#: Milliseconds of one image on one thread: the budget of each network on two cores.
WORK_MS = {"depth": 25.0, "segmentation": 25.0, "face": 12.0, "objects": 20.0}
HEIGHT, WIDTH = 240, 320
_CHANNELS = 16


def stand_in(path: Path, task: str, work_ms: float) -> Path:
    """Write a network of a task that takes about so long here, and its card; return ``path``."""
    few, many = 4, 16
    slope_ms = (_takes_ms(path, task, many) - _takes_ms(path, task, few)) / (many - few)
    offset_ms = _takes_ms(path, task, few) - few * slope_ms
    _write(path, task, max(1, round((work_ms - offset_ms) / slope_ms)))
    return path


def write_all(folder: Path) -> dict[str, Path]:
    """Write the four networks and the parameter files; return the networks by task."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {task: stand_in(folder / f"{task}.onnx", task, ms) for task, ms in WORK_MS.items()}
    nodes = {
        "depth": "depth_estimator",
        "segmentation": "segmenter",
        "face": "face_detector",
        "objects": "object_detector",
    }
    for name, gate in (("params", True), ("params_without_gate", False)):
        content: dict[str, Any] = {}
        for task, node in nodes.items():
            own: dict[str, Any] = {"model": {"file": str(made[task].resolve())}}
            own |= {"use_sensor": False} if task == "depth" else {"after_depth": gate}
            content[f"/**/{node}"] = {"ros__parameters": own}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return made


def _takes_ms(path: Path, task: str, layers: int) -> float:
    _write(path, task, layers)
    session = Session(path, load_card(card_path(path)), "onnxruntime", 1)
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    times = []
    for _ in range(15):
        begin = time.perf_counter()
        session.run(image)
        times.append(time.perf_counter() - begin)
    return float(np.median(times)) * 1e3


def _write(path: Path, task: str, layers: int) -> None:
    rng = np.random.default_rng(0)
    first = 0.01 * rng.standard_normal((_CHANNELS, 3, 4, 4), np.float32)
    # gain below 1, so that nothing grows without bounds
    kernel = 0.05 * rng.standard_normal((_CHANNELS, _CHANNELS, 3, 3), np.float32)
    nodes = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["pixels"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "first"], ["x0"], strides=[4, 4]),
    ]
    for i in range(layers):
        nodes.append(helper.make_node("Conv", [f"x{i}", "kernel"], [f"c{i}"], pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"x{i + 1}"]))
    nodes.append(helper.make_node("ReduceMean", [f"x{layers}"], ["mean"], keepdims=0))
    nodes.append(helper.make_node("Mul", ["mean", "zero"], ["nothing"]))
    constants = {"first": first, "kernel": kernel, "zero": np.array(0, np.float32)}
    outputs: dict[str, tuple[int, list[int | str]]] = {}
    for name, array in _answers(task).items():
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        constants[f"{name}_value"] = array
        nodes.append(helper.make_node("Cast", ["nothing"], [f"{name}_zero"], to=kind))
        nodes.append(helper.make_node("Add", [f"{name}_value", f"{name}_zero"], [name]))
        outputs[name] = (kind, list(array.shape))
    save_onnx(path, HEIGHT, WIDTH, nodes, constants, outputs)
    classes = {"objects": ["box", "chair"], "segmentation": ["floor", "box"]}.get(task)
    facts = {"classes": classes, "focal_length_px": 250.0 if task == "depth" else None}
    write_card(path, task, (HEIGHT, WIDTH), facts)


def _answers(task: str) -> dict[str, np.ndarray]:
    """Return what a network of a task always answers: the world as it is when a walk begins."""
    if task == "depth":
        frame = next(iter(SyntheticSource(WIDTH, HEIGHT, 10.0, seconds=0.1).frames()))
        assert frame.depth_m is not None
        depth_m = cv2.resize(np.nan_to_num(frame.depth_m, nan=9.0), (WIDTH, HEIGHT))[None]
        return {"depth": depth_m, "log_depth_std": np.full_like(depth_m, 0.05)}
    if task == "segmentation":
        labels = np.zeros((1, HEIGHT, WIDTH), np.uint8)
        labels[:, : HEIGHT // 2] = 1
        return {"labels": labels, "confidence": np.full_like(labels, 200)}
    rng = np.random.default_rng(1)
    left_top = rng.random((2000, 2), np.float32) * [WIDTH - 60, HEIGHT - 60]
    boxes = np.concatenate([left_top, left_top + 50], axis=1).astype(np.float32)
    scores = rng.random(2000, np.float32) ** 40  # a few dozen are sure
    if task == "objects":
        return {"boxes": boxes, "scores": np.stack([scores, 0 * scores], axis=1)}
    points = np.repeat(boxes[:, None, :2] + 25, 5, axis=1)
    return {"boxes": boxes, "scores": scores, "landmarks": points}


def main() -> int:
    """Write the networks to the folder that the command line names."""
    folder = Path(sys.argv[1])
    for task, file in write_all(folder).items():
        layers = sum(n.op_type == "Conv" for n in onnx.load(file).graph.node) - 1
        print(f"{file}: {_takes_ms(file, task, layers):.1f} ms")
    print(f"{folder / 'params.yaml'}, {folder / 'params_without_gate.yaml'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
