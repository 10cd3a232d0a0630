from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from followme_training.common.onnx_file import (
    OPSET,
    ExportError,
    OnnxError,
    export_onnx,
    largest_difference,
    median_ms,
    onnxruntime_engine,
    openvino_engine,
    signature,
    torch_engine,
)

OUTPUTS = ("mean", "red")
IMAGE = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)


class Means(nn.Module):
    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = image.permute(0, 3, 1, 2).float()
        return x.mean(1), x[:, 0] * 2.0


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "m.onnx"
    export_onnx(Means(), (6, 8), OUTPUTS, path)
    return path


def test_the_file_is_whole_and_of_an_opset_that_all_engines_read(file: Path) -> None:
    model = onnx.load(str(file), load_external_data=False)
    onnx.checker.check_model(model)
    assert max(o.version for o in model.opset_import if o.domain == "") <= OPSET
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    assert (model.graph.input[0].name, shape) == ("image", [1, 6, 8, 3])
    assert [p.name for p in file.parent.iterdir()] == ["m.onnx"]


def test_a_file_does_not_say_where_it_was_made(file: Path) -> None:
    # the exporter notes the line of this test's file from which each node comes
    assert b"test_onnx_file" not in file.read_bytes()
    assert not any(n.metadata_props or n.doc_string for n in onnx.load(file).graph.node)


def test_a_file_says_what_it_takes_and_gives(file: Path) -> None:
    assert signature(file) == ([("image", "uint8", (1, 6, 8, 3))], list(OUTPUTS))


@pytest.mark.parametrize("read", [signature, onnxruntime_engine])
def test_what_is_no_network_is_said_in_one_sentence(read, tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    with pytest.raises(OnnxError, match=r"m\.onnx: there is no such file; export it"):
        read(file)
    file.write_bytes(b"no model")
    with pytest.raises(
        OnnxError, match=r"m\.onnx: onnxruntime cannot load it \(.*export it again$"
    ):
        read(file)


@pytest.mark.parametrize("engine", [onnxruntime_engine, openvino_engine])
def test_engines_agree_with_the_network(file: Path, engine) -> None:
    made = engine(file)
    assert made is not None
    gaps = largest_difference(torch_engine(Means(), OUTPUTS), made, [IMAGE])
    assert gaps.keys() == set(OUTPUTS)
    assert max(gaps.values()) < 1e-4


def test_a_difference_is_found_where_it_is(file: Path) -> None:
    run = onnxruntime_engine(file)

    def other(image):
        changed = run(image)
        changed["red"] = changed["red"].copy()
        changed["red"][0, 2, 3] += 0.5
        return changed

    assert largest_difference(run, other, [IMAGE]) == pytest.approx({"mean": 0.0, "red": 0.5})


def test_without_images_or_with_other_outputs_nothing_is_claimed(file: Path) -> None:
    run = onnxruntime_engine(file)
    with pytest.raises(ExportError, match="no image"):
        largest_difference(run, run, [])
    with pytest.raises(ExportError, match="outputs"):
        largest_difference(run, lambda image: {"mean": run(image)["mean"]}, [IMAGE])


def test_time_is_measured(file: Path) -> None:
    calls = []
    assert median_ms(lambda image: calls.append(1) or {}, IMAGE, repeats=7) >= 0.0
    assert len(calls) > 7
