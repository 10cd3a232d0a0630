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
