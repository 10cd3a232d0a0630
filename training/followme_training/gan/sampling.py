"""Images from random vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from followme_training.common.onnx_file import onnxruntime_batch_engine, signature
from followme_training.datasets.errors import DataError
from followme_training.gan.generator import Generator
from followme_training.gan.sources import Images

#: Name of the input and of the output of an exported file.
LATENT, OUTPUTS = "latent", ("image",)
_AT_ONCE = 256

Latents = NDArray[np.float32]
#: From vectors (N, latent) to images (N, H, W, 3) uint8.
Sampler = Callable[[Latents], Images]


def latents(count: int, length: int, seed: int) -> Latents:
    """Return random vectors (count, length), always the same ones for a seed."""
    return np.random.default_rng(seed).standard_normal((count, length), np.float32)


class ExportedGenerator(nn.Module):
    """The generator as a file has it: vectors in, images as bytes out.

    Parameters
    ----------
    network : Generator
        Trained.
    """

    def __init__(self, network: Generator) -> None:
        super().__init__()
        self.network = network

    def forward(self, latent: torch.Tensor) -> tuple[torch.Tensor]:
        """Return images (N, side, side, 3) uint8 of vectors (N, latent)."""
        x = (self.network(latent) + 1.0) * 127.5
        return (x.round().clamp(0.0, 255.0).to(torch.uint8).permute(0, 2, 3, 1),)


def network_sampler(network: Generator) -> Sampler:
    """Return a function that asks the network itself, as it is: put it in ``eval`` before."""
    exported = ExportedGenerator(network)
    device = next(network.parameters()).device

    def sample(z: Latents) -> Images:
        parts = [z[begin : begin + _AT_ONCE] for begin in range(0, len(z), _AT_ONCE)]
        with torch.no_grad():
            made = [exported(torch.from_numpy(part).to(device))[0].cpu().numpy() for part in parts]
        return np.ascontiguousarray(np.concatenate(made))

    return sample


def file_sampler(onnx: Path) -> tuple[Sampler, int]:
    """Return a function that asks an ONNX file, and the length of its vectors.

    Raises
    ------
    OnnxError
        When it is missing or is no ONNX file.
    DataError
        When it makes no images from vectors.
    """
    engine = onnxruntime_batch_engine(onnx)
    inputs, outputs = signature(onnx)
    if inputs[0][0] != LATENT or tuple(outputs) != OUTPUTS:
        raise DataError(f"{onnx}: makes no images from vectors; give a file of a generator")
    length = inputs[0][2][1]
    assert isinstance(length, int)

    def sample(z: Latents) -> Images:
        return np.asarray(engine(z)["image"], np.uint8)

    return sample, length
