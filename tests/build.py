"""Builders of what tests need: tiny networks that keep the contract of a task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET = 17
_IR_VERSION = 9


def tiny_depth_onnx(
    path: Path,
    height: int,
    width: int,
    *,
    near_m: float = 1.0,
    m_per_red: float = 0.01,
    log_std: float = 0.1,
    output_names: tuple[str, str] = ("depth", "log_depth_std"),
    focal_length_px: float = 100.0,
    card: Mapping[str, Any] | None = None,
) -> Path:
    """Write a depth network, depth = ``near_m + m_per_red * red``, and its card; return ``path``.

    ``card`` overrides single keys of the card; a value of None leaves the key out.
    """
    depth, std = output_names
    nodes = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),  # (1, H, W, 3)
        helper.make_node("Gather", ["pixels", "red_index"], ["red"], axis=3),  # (1, H, W)
        helper.make_node("Mul", ["red", "gain"], ["rise"]),
        helper.make_node("Add", ["rise", "offset"], [depth]),
        helper.make_node("Mul", ["red", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "log_std"], [std]),
    ]
    constants = {
        "red_index": np.array(0, np.int64),
        "gain": np.array(m_per_red, np.float32),
        "offset": np.array(near_m, np.float32),
        "zero": np.array(0.0, np.float32),
        "log_std": np.array(log_std, np.float32),
    }
    shape = [1, height, width]
    outputs = dict.fromkeys(output_names, (TensorProto.FLOAT, shape))
    save_onnx(path, height, width, nodes, constants, outputs)
    facts = {"focal_length_px": focal_length_px, **(card or {})}
    write_card(path, "depth", (height, width), facts)
    return path


def save_onnx(
    path: Path,
    height: int,
    width: int,
    nodes: list[onnx.NodeProto],
    constants: Mapping[str, np.ndarray],
    outputs: Mapping[str, tuple[int, list[int | str]]],
) -> None:
    """Write a network with the input that every task has: ``image`` uint8 [1, H, W, 3]."""
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, height, width, 3])],
        [helper.make_tensor_value_info(name, *facts) for name, facts in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def write_card(
    onnx_path: Path,
    task: str,
    input_size: tuple[int, int],
    facts: Mapping[str, Any] | None = None,
) -> Path:
    """Write the card beside an ONNX file and return its path; a fact of None leaves its key out."""
    card: dict[str, Any] = {
        "name": f"tiny {task}",
        "version": "0",
        "task": task,
        "sha256": hashlib.sha256(onnx_path.read_bytes()).hexdigest(),
        "input_size": list(input_size),
        "resize": "plain",
        "training": {"commit": "none", "config": "none", "data": "none", "epochs": 0, "seed": 0},
        "metrics": [],
        "licence": "Apache-2.0",
        "known_limits": ["made for a test"],
    }
    card.update(facts or {})
    path = onnx_path.with_suffix(".json")
    path.write_text(json.dumps({k: v for k, v in card.items() if v is not None}))
    return path


def constant_onnx(
    path: Path,
    task: str,
    height: int,
    width: int,
    outputs: Mapping[str, np.ndarray],
    card: Mapping[str, Any] | None = None,
) -> Path:
    """Write a network that always gives the same arrays, whatever it sees, and its card."""
    nodes = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMin", ["pixels"], ["least"], keepdims=0),
        helper.make_node("Mul", ["least", "zero"], ["nothing"]),
    ]
    constants: dict[str, np.ndarray] = {"zero": np.array(0, np.float32)}
    for name, array in outputs.items():
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        constants[f"{name}_value"] = array
        nodes.append(helper.make_node("Cast", ["nothing"], [f"{name}_zero"], to=kind))
        nodes.append(helper.make_node("Add", [f"{name}_value", f"{name}_zero"], [name]))
    facts = {
        name: (helper.np_dtype_to_tensor_dtype(array.dtype), list(array.shape))
        for name, array in outputs.items()
    }
    save_onnx(path, height, width, nodes, constants, facts)
    write_card(path, task, (height, width), card)
    return path


def tiny_segmentation_onnx(
    path: Path,
    height: int,
    width: int,
    *,
    classes: list[Any] | None = None,
    card: Mapping[str, Any] | None = None,
) -> Path:
    """Write a segmenter, label 1 where red is above 127, confidence green, and its card."""
    nodes = [
        helper.make_node("Gather", ["image", "red_index"], ["red"], axis=3),  # (1, H, W)
        helper.make_node("Greater", ["red", "limit"], ["is_red"]),
        helper.make_node("Cast", ["is_red"], ["labels"], to=TensorProto.UINT8),
        helper.make_node("Gather", ["image", "green_index"], ["confidence"], axis=3),
    ]
    constants = {
        "red_index": np.array(0, np.int64),
        "green_index": np.array(1, np.int64),
        "limit": np.array(127, np.uint8),
    }
    outputs = dict.fromkeys(("labels", "confidence"), (TensorProto.UINT8, [1, height, width]))
    save_onnx(path, height, width, nodes, constants, outputs)
    facts = {"classes": classes or ["floor", "box"], **(card or {})}
    write_card(path, "segmentation", (height, width), facts)
    return path


def spot_onnx(
    path: Path, task: str, height: int, width: int, card: Mapping[str, Any] | None = None
) -> Path:
    """Write a detector that finds the reddest pixel, twice, and its card.

    The boxes reach 2 pixels to each side of its centre; the second is a little less sure and one
    pixel to the right. For "objects" the classes are chair and person, for "face" the five points
    are that centre, 1 left, 1 right, 1 above and 1 below. All count from the edge of the first
    pixel, so that the centre of pixel 3 is 3.5.
    """
    nodes = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["pixels", "red_index"], ["red"], axis=3),  # (1, H, W)
        helper.make_node("ReduceMax", ["red"], ["by_row"], axes=[0, 2], keepdims=0),
        helper.make_node("ReduceMax", ["red"], ["by_column"], axes=[0, 1], keepdims=0),
        helper.make_node("ArgMax", ["by_row"], ["row"], axis=0, keepdims=1),  # (1,)
        helper.make_node("ArgMax", ["by_column"], ["column"], axis=0, keepdims=1),
        helper.make_node("Concat", ["column", "row"], ["whole"], axis=0),
        helper.make_node("Cast", ["whole"], ["xy"], to=TensorProto.FLOAT),  # (2,)
        helper.make_node("Concat", ["xy", "xy"], ["xyxy"], axis=0),
        helper.make_node("Add", ["xyxy", "reach"], ["boxes"]),  # (2, 4)
        helper.make_node("ReduceMax", ["red"], ["reddest"], keepdims=0),
        helper.make_node("Mul", ["reddest", "sureness"], ["scores"]),
    ]
    sure = np.array([0.9, 0.8], np.float32) / 255
    reach = np.array([[-2, -2, 2, 2], [-1, -2, 3, 2]], np.float32) + np.float32(0.5)
    constants = {"red_index": np.array(0, np.int64), "reach": reach, "sureness": sure}
    outputs: dict[str, tuple[int, list[int | str]]] = {"boxes": (TensorProto.FLOAT, [2, 4])}
    outputs["scores"] = (TensorProto.FLOAT, [2])
    if task == "objects":
        constants["sureness"] = np.stack([0 * sure, sure], axis=1)
        outputs["scores"] = (TensorProto.FLOAT, [2, 2])
    else:
        around = np.array([[[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]]] * 2, np.float32)
        constants["around"] = around + np.float32(0.5)
        nodes.append(helper.make_node("Add", ["xy", "around"], ["landmarks"]))
        outputs["landmarks"] = (TensorProto.FLOAT, [2, 5, 2])
    save_onnx(path, height, width, nodes, constants, outputs)
    facts = {"classes": ["chair", "person"] if task == "objects" else None, **(card or {})}
    write_card(path, task, (height, width), facts)
    return path
