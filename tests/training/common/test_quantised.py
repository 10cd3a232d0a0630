"""8 bits: which images, which layers, and that both engines run the file."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from followme_training.common import quantised
from followme_training.common.onnx_file import (
    OPSET,
    export_onnx,
    largest_difference,
    onnxruntime_engine,
    openvino_engine,
)
from followme_training.common.quantised import (
    Int8Request,
    QuantisationError,
    add_int8,
    check_nncf,
    decoding,
    int8_request,
    quantise,
)

needs_nncf = pytest.mark.skipif(
    importlib.util.find_spec("nncf") is None, reason="the extra int8 is not installed"
)
SIZE_HW = (16, 24)


@given(images=st.integers(1, 40), available=st.integers(1, 40), seed=st.integers(0, 9))
def test_calibration_draws_each_image_once(images: int, available: int, seed: int) -> None:
    drawn = Int8Request(images, seed).drawn(available)
    assert len(drawn) == min(images, available)
    assert len(set(drawn)) == len(drawn)
    assert drawn == sorted(drawn)
    assert set(drawn) <= set(range(available))
    assert drawn == Int8Request(images, seed).drawn(available)


def test_another_seed_draws_other_images() -> None:
    assert Int8Request(10, 0).drawn(500) != Int8Request(10, 1).drawn(500)


@pytest.mark.parametrize(("images", "available"), [(0, 5), (-3, 5), (5, 0)])
def test_no_image_is_no_calibration(images: int, available: int) -> None:
    with pytest.raises(QuantisationError, match=f"int8: {images} of {available} training images"):
        Int8Request(images).drawn(available)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], None),
        (["--int8-images", "9"], None),
        (["--int8"], Int8Request(200, 0, False)),
        (["--ship-int8", "--int8-seed", "4"], Int8Request(200, 4, True)),
        (["--int8", "--ship-int8", "--int8-images", "9"], Int8Request(9, 0, True)),
    ],
)
def test_options(words: list[str], wanted: Int8Request | None) -> None:
    parser = argparse.ArgumentParser()
    add_int8(parser, "0.01 of delta1")
    assert int8_request(parser.parse_args(words)) == wanted
    assert "more than 0.01 of delta1" in " ".join(parser.format_help().split())


def test_without_nncf_one_sentence_says_what_to_install(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(quantised.importlib.util, "find_spec", lambda name: None)
    words = "int8 needs NNCF, which is not installed; 'pip install nncf'"
    with pytest.raises(QuantisationError, match=words):
        check_nncf()
    with pytest.raises(QuantisationError, match=words):
        quantise(tmp_path / "m.onnx", tmp_path / "q.onnx", [np.zeros((2, 2, 3), np.uint8)])


def test_what_follows_the_last_weights_is_decoding() -> None:
    model = onnx.parser.parse_model("""<ir_version: 9, opset_import: ["": 18]>
    net (float[1, 3, 4, 4] x, float[3, 3, 1, 1] w) => (float[N] a, float[N] b, float[N] c) {
        [first] h = Conv(x, w)
        [between] r = Relu(h)
        [exponential] a = Exp(r)
        [last] s = Conv(r, w)
        [enlarged] t = Sigmoid(s)
        [doubled] b = Add(t, t)
        [beside] c = Abs(x)
    }""")
    assert decoding(model) == ["exponential", "enlarged", "doubled", "beside"]


class Small(nn.Module):
    """Has what the networks of this house have: depthwise layers, skips, decoding in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.depthwise = nn.Conv2d(8, 8, 3, 1, 1, groups=8)
        self.pointwise = nn.Conv2d(8, 8, 1)
        self.last = nn.Conv2d(8, 2, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = (image.permute(0, 3, 1, 2).float() - 120.0) / 60.0
        x = nn.functional.relu6(self.stem(x))
        x = x + self.pointwise(nn.functional.relu6(self.depthwise(x)))
        maps = nn.functional.interpolate(self.last(x), SIZE_HW, mode="bilinear")
        return torch.exp(maps[:, 0]), maps.argmax(1).to(torch.uint8)


def images(count: int, seed: int) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return list(random.integers(0, 256, (count, *SIZE_HW, 3), np.uint8))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("int8")
    file, target = folder / "m.onnx", folder / "m.int8.onnx"
    export_onnx(Small(), SIZE_HW, ("depth", "labels"), file)
    quantise(file, target, images(12, 0))
    return file, target


@needs_nncf
def test_the_file_keeps_the_contract_and_has_integers_inside(files: tuple[Path, Path]) -> None:
    whole, small = (onnx.load(str(f)) for f in files)
    onnx.checker.check_model(small)
    assert max(o.version for o in small.opset_import if o.domain == "") == OPSET
    assert small.graph.input == whole.graph.input
    assert small.graph.output == whole.graph.output
    made_by = {output: node for node in small.graph.node for output in node.output}
    layers = [node for node in small.graph.node if node.op_type == "Conv"]
    assert len(layers) == 4
    for node in layers:
        assert {made_by[name].op_type for name in node.input[:2]} == {"DequantizeLinear"}
    # decoding stays in float: 8 bits of a logarithm are steps in metres
    (enlarged,) = (node for node in small.graph.node if node.op_type == "Resize")
    assert made_by[enlarged.input[0]].op_type == "Conv"
    assert sorted(p.name for p in files[0].parent.iterdir()) == ["m.int8.onnx", "m.onnx"]


@needs_nncf
@pytest.mark.parametrize("make", [onnxruntime_engine, openvino_engine])
def test_both_engines_run_the_file_near_to_the_original(files: tuple[Path, Path], make) -> None:
    whole, small = (make(f) for f in files)
    seen = images(4, 1)
    depth = np.stack([whole(image)["depth"] for image in seen])
    error = np.stack([small(image)["depth"] for image in seen]) - depth
    assert 0.0 < np.abs(error).mean() < 0.05 * depth.std()
    same = np.mean([(whole(i)["labels"] == small(i)["labels"]).mean() for i in seen])
    assert same > 0.97
    assert small(seen[0])["labels"].dtype == np.uint8


@needs_nncf
def test_the_same_images_give_the_same_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    file, target = files
    quantise(file, tmp_path / "again.onnx", images(12, 0))
    engines = (onnxruntime_engine(f) for f in (target, tmp_path / "again.onnx"))
    assert largest_difference(*engines, images(2, 1)) == {"depth": 0.0, "labels": 0.0}
    # ranges come from the images: dark ones give others
    quantise(file, tmp_path / "dark.onnx", [image // 8 for image in images(12, 0)])
    engines = (onnxruntime_engine(f) for f in (target, tmp_path / "dark.onnx"))
    assert largest_difference(*engines, images(2, 1))["depth"] > 0.0


@needs_nncf
def test_without_images_nothing_is_written(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(QuantisationError, match=r"m\.onnx: int8 needs images to calibrate with"):
        quantise(files[0], tmp_path / "q.onnx", [])
    assert list(tmp_path.iterdir()) == []
