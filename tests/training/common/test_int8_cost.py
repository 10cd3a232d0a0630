"""What 8 bits cost: figures by hand, and when they are refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest

from followme_training.common.int8_cost import EngineCost, Int8Cost, cost_of
from followme_training.common.onnx_file import Engine, Gap

IMAGES = [np.full((2, 3, 3), value, np.uint8) for value in (10, 30)]


def scaled(file: Path, factor: float) -> Path:
    """Write a network that answers the image times a factor."""
    text = f"""<ir_version: 9, opset_import: ["": 18]>
    net (uint8[1, 2, 3, 3] image) => (float[1, 2, 3, 3] product) {{
        values = Cast<to = 1>(image)
        factor = Constant<value = float {{{factor}}}>()
        product = Mul(values, factor)
    }}"""
    onnx.save(onnx.parser.parse_model(text), file)
    return file


def cost(*losses: float, before: float = 0.75) -> Int8Cost:
    engines = tuple(
        EngineCost(
            f"engine{i}", {"delta1": before}, {"delta1": before - loss}, {"y": Gap(0.5, 0.1)}, 9, 6
        )
        for i, loss in enumerate(losses)
    )
    return Int8Cost("m.int8.onnx", 8.0, 2.0, engines)


def test_both_files_are_measured_in_both_engines(tmp_path: Path) -> None:
    whole, small = scaled(tmp_path / "m.onnx", 1.0), scaled(tmp_path / "m.int8.onnx", 1.25)

    def measure(engine: Engine) -> dict[str, float]:
        return {"mean": float(np.mean([engine(image)["product"] for image in IMAGES]))}

    found = cost_of(whole, small, measure, IMAGES)
    assert [c.engine for c in found.engines] == ["onnxruntime", "openvino"]
    for engine in found.engines:
        assert engine.before == {"mean": 20.0}
        assert engine.after == {"mean": 25.0}
        # a quarter of 30, and of the mean of 10 and 30
        assert engine.gaps == {"product": Gap(7.5, 5.0)}
        assert engine.before_ms > 0
        assert engine.after_ms > 0
    assert found.name == "m.int8.onnx"
    assert found.before_mib == pytest.approx(whole.stat().st_size / 2**20)


def test_an_engine_that_is_not_installed_is_left_out(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("followme_training.common.int8_cost.openvino_engine", lambda file: None)
    file = scaled(tmp_path / "m.onnx", 1.0)
    found = cost_of(file, file, lambda engine: {}, IMAGES)
    assert [c.engine for c in found.engines] == ["onnxruntime"]


@pytest.mark.parametrize("losses", [(0.009, 0.0), (-0.2, 0.01 - 1e-9), (0.0,)])
def test_what_costs_little_may_be_shipped(losses: tuple[float, ...]) -> None:
    assert cost(*losses).refusal("delta1", 0.01) is None


@pytest.mark.parametrize(
    ("losses", "engine"), [((0.011, 0.0), "engine0"), ((0.0, 0.3), "engine1"), ((math.nan,), "0")]
)
def test_what_costs_much_in_any_engine_is_refused(losses: tuple[float, ...], engine: str) -> None:
    said = cost(*losses).refusal("delta1", 0.01)
    assert said is not None
    assert said.startswith("m.int8.onnx: delta1 falls from 0.7500 to ")
    assert f"{engine}, at most 0.01 may be lost; the file in float32 is shipped" in said
    assert "\n" not in said


def test_rows_tell_all_and_leave_out_what_is_no_number() -> None:
    rows = cost(0.25, math.nan).rows("the command")
    values = {(r["split"], r["measure"]): r["value"] for r in rows}
    assert {r["set"] for r in rows} == {"int8 against float32"}
    assert {r["command"] for r in rows} == {"the command"}
    assert values == {
        ("by engine0", "delta1, float32"): 0.75,
        ("by engine0", "delta1, int8"): 0.5,
        ("by engine0", "y, largest difference"): 0.5,
        ("by engine0", "y, mean difference"): 0.1,
        ("by engine0", "runtime_ms, float32"): 9.0,
        ("by engine0", "runtime_ms, int8"): 6.0,
        ("by engine1", "delta1, float32"): 0.75,
        ("by engine1", "y, largest difference"): 0.5,
        ("by engine1", "y, mean difference"): 0.1,
        ("by engine1", "runtime_ms, float32"): 9.0,
        ("by engine1", "runtime_ms, int8"): 6.0,
        ("the file", "size_mib, float32"): 8.0,
        ("the file", "size_mib, int8"): 2.0,
    }


def test_the_cost_in_words() -> None:
    assert cost(0.25).sentence("delta1") == (
        "m.int8.onnx: 8.0 to 2.0 MiB; by engine0 delta1 0.7500 to 0.5000, 9.0 to 6.0 ms"
    )
