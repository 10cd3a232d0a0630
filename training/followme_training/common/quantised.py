"""An ONNX file in integers of 8 bits.

NNCF puts pairs of QuantizeLinear and DequantizeLinear into the file, with ranges that it sees on
real images (Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018), and corrects the biases (Nagel et al., "Data-Free
Quantization Through Weight Equalization and Bias Correction", ICCV 2019). Both engines then
calculate in integers. What it costs is measured by :mod:`followme_training.common.int8_cost`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme_training.common.files import write_with

_HAS_WEIGHTS = ("Conv", "ConvTranspose", "Gemm", "MatMul")


class QuantisationError(ValueError):
    """A file of 8 bits that cannot be made or must not be shipped; one sentence."""


@dataclass(frozen=True)
class Int8Request:
    """What is wanted of a file of 8 bits.

    Parameters
    ----------
    images : int
        Training images that ranges are taken from.
    seed : int
        Another one draws other images.
    ship : bool
        Whether it takes the place of the file in float32.

    Raises
    ------
    QuantisationError
        When no image is asked for.
    """

    images: int = 200
    seed: int = 0
    ship: bool = False

    def __post_init__(self) -> None:
        if self.images < 1:
            raise QuantisationError(
                f"int8: {self.images} training images are no calibration; give at least one"
            )

    def drawn(self, available: int) -> list[int]:
        """Return which of the training images are used, in their order; all where few are there."""
        random = np.random.default_rng(self.seed)
        return sorted(random.permutation(available)[: self.images].tolist())


def add_int8(parser: argparse.ArgumentParser, bound: str) -> None:
    """Give a command the options of :class:`Int8Request`.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command.
    bound : str
        What 8 bits may cost at most, in words.
    """
    group = parser.add_argument_group("8 bits, by NNCF")
    group.add_argument(
        "--int8",
        action="store_true",
        help="also write NAME.int8.onnx and report what it costs",
    )
    group.add_argument(
        "--ship-int8",
        action="store_true",
        help=f"write it in the place of the file in float32; refused if it costs more than {bound}",
    )
    group.add_argument(
        "--int8-images", type=int, default=200, help="training images for its ranges; 200"
    )
    group.add_argument("--int8-seed", type=int, default=0, help="of their choice; 0")


def int8_request(given: argparse.Namespace) -> Int8Request | None:
    """Return what was asked for by the options of :func:`add_int8`."""
    if not (given.int8 or given.ship_int8):
        return None
    return Int8Request(given.int8_images, given.int8_seed, given.ship_int8)


def beside(onnx: Path) -> Path:
    """Return where the file of 8 bits of another one lies."""
    return onnx.with_name(f"{onnx.stem}.int8.onnx")


def check_nncf() -> None:
    """Raise :class:`QuantisationError` where NNCF is not installed, before hours are spent."""
    if importlib.util.find_spec("nncf") is None:
        raise QuantisationError(
            "int8 needs NNCF, which is not installed; 'pip install nncf', or export without int8"
        )


def quantise(file: Path, target: Path, images: Sequence[NDArray[np.uint8]]) -> None:
    """Write a file of 8 bits with the inputs and outputs of another one.

    Parameters
    ----------
    file : Path
        ONNX in float32 that takes ``image`` uint8 [1, H, W, 3].
    target : Path
        ONNX with QuantizeLinear and DequantizeLinear, of the same opset.
    images : sequence of (H, W, 3) uint8
        Training images of the input size; ranges come from all of them, in their order.

    Raises
    ------
    QuantisationError
        When NNCF is not installed, or there is no image.
    """
    check_nncf()
    if not images:
        raise QuantisationError(f"{file.name}: int8 needs images to calibrate with; give some")
    # NNCF reports its use to its maker over the net unless this is set before it is imported
    os.environ.setdefault("NNCF_DEV", "1")
    import nncf
    import onnx
    from nncf.quantization.advanced_parameters import (
        AdvancedQuantizationParameters,
        OverflowFix,
        QuantizationParameters,
    )

    nncf.set_log_level("ERROR")
    model = onnx.load(file)
    advanced = AdvancedQuantizationParameters(
        # onnxruntime has one zero point for a whole map; NNCF would give one to each channel of a
        # depthwise convolution
        activations_quantization_params=QuantizationParameters(per_channel=False),
        # without VNNI two products are added in 16 bits, which overflow unless weights have 7 bits
        overflow_fix=OverflowFix.ENABLE,
    )
    # its progress bars are for a person who watches
    watched = sys.stdout.isatty()
    with contextlib.nullcontext() if watched else contextlib.redirect_stdout(io.StringIO()):
        smaller = nncf.quantize(
            model,
            nncf.Dataset(list(images), lambda rgb: {"image": rgb[None]}),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(images),
            ignored_scope=nncf.IgnoredScope(names=decoding(model), validate=False),
            advanced_parameters=advanced,
        )
    write_with(target, lambda part: onnx.save(smaller, part))


def decoding(model: Any) -> list[str]:
    """Return the names of the nodes behind the last layers with weights.

    What they do, as enlarging logits, exponentials, boxes from offsets, costs little time, and 8
    bits of its inputs are 8 bits of the result: metres would come in steps of a percent.
    """
    leads_to_weights: set[str] = set()
    names = []
    # nodes of an ONNX graph are sorted: each comes after those that it reads
    for node in reversed(model.graph.node):
        if node.op_type in _HAS_WEIGHTS or leads_to_weights.intersection(node.output):
            leads_to_weights.update(node.input)
        else:
            names.append(str(node.name))
    return names[::-1]
