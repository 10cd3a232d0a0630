"""The weights of an exported file, put back into the network that it was exported from.

Export folds each batch norm into the convolution before it (Jacob et al., CVPR 2018, section 3.2),
so an ONNX file knows neither means nor variances, and a network could not go on learning from it.
Here they are measured anew: the convolution keeps the folded weight w, its outputs over some
training images give mean m and variance v, and the norm gets gamma = sqrt(v + eps) and
beta = bias + m. Then gamma (x - m) / sqrt(v + eps) + beta = x + bias, whatever m and v are: the
network answers as the file does, and its norms know what they are to expect while it learns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

#: Names of a file's tensors with their values.
Tensors = dict[str, NDArray[np.generic]]
# inputs of a convolution: image, weight and bias
_WITH_BIAS = 3


class ExportedWeightsError(ValueError):
    """A file whose weights do not fit a network; one sentence without the file's name."""


class _Pair(NamedTuple):
    """The name of a convolution and the norm that took its output."""

    conv: str
    norm: nn.BatchNorm2d


def read_tensors(file: Path) -> Tensors:
    """Return the tensors of an ONNX file by name.

    What a convolution with ``X.weight`` adds is ``X.bias``, of whatever name in the file: the
    exporter names what a norm added otherwise, and keeps equal tensors once.

    Raises
    ------
    ExportedWeightsError
        When it is no ONNX file, or is truncated.
    """
    import onnx

    try:
        model = onnx.load(file)
    except Exception as error:
        # protobuf's errors share no base with those of onnx
        words = (str(error).splitlines() or [type(error).__name__])[0]
        raise ExportedWeightsError(f"it is no whole ONNX file: {words}") from error
    # copies, as onnx gives views of memory that cannot be written
    tensors = {t.name: onnx.numpy_helper.to_array(t).copy() for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv" and len(node.input) == _WITH_BIAS:
            layer, _, part = node.input[1].rpartition(".")
            if part == "weight" and node.input[2] in tensors:
                tensors[f"{layer}.bias"] = tensors[node.input[2]]
    return tensors


def alike(module: nn.Module, tensors: Tensors) -> Tensors:
    """Return the tensors of a file but those of layers that a network has not, or of other shape.

    Parameters
    ----------
    module : Module
        The network.
    tensors : dict
        From :func:`read_tensors`.
    """
    own = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    other = {
        name.rpartition(".")[0]
        for name, value in tensors.items()
        if name.endswith(".weight") and own.get(name) != value.shape
    }
    return {name: value for name, value in tensors.items() if name.rpartition(".")[0] not in other}


def fill(
    module: nn.Module, tensors: Tensors, images: Iterable[torch.Tensor], partly: bool = False
) -> None:
    """Give a network the weights of the file that was exported from it.

    Layers that only training uses, as an auxiliary head, are in no file and stay as they are.

    Parameters
    ----------
    module : Module
        Takes images; its names are those of the file. Statistics of its norms are measured.
    tensors : dict
        From :func:`read_tensors`.
    images : iterable of tensors
        Batches as in training, at least one.
    partly : bool
        Whether what the file does not have stays as it is.

    Raises
    ------
    ExportedWeightsError
        When a weight is missing or of another shape, or there is no image; the network may then
        hold a part of the weights.
    """
    batches = list(images)
    if not batches:
        raise ExportedWeightsError("there is no image to measure the norms on")
    was_training = module.training
    module.eval()
    try:
        pairs = [p for p in _pairs(module, batches[0]) if f"{p.conv}.bias" in tensors]
        kept = _idle(module, batches[0])
        if partly:
            kept |= _absent(module, tensors)
        _copy(module, tensors, pairs, kept)
        _measure(module, pairs, batches)
    finally:
        module.train(was_training)


def _pairs(module: nn.Module, images: torch.Tensor) -> list[_Pair]:
    """Return the convolutions without bias and the norms that take their outputs.

    Who takes what is seen by sending images through.
    """
    names = {layer: name for name, layer in module.named_modules()}
    # the outputs are kept, else another tensor could get the identity of one that is gone
    made: dict[int, tuple[nn.Module, torch.Tensor]] = {}
    pairs: dict[nn.BatchNorm2d, _Pair] = {}

    def after_conv(conv: nn.Module, _: object, out: torch.Tensor) -> None:
        made[id(out)] = (conv, out)

    def before_norm(norm: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        if id(given[0]) in made:
            pairs[norm] = _Pair(names[made[id(given[0])][0]], norm)

    handles = [
        layer.register_forward_hook(after_conv)
        if isinstance(layer, nn.Conv2d)
        else layer.register_forward_pre_hook(before_norm)
        for layer in names
        if isinstance(layer, nn.BatchNorm2d)
        or (isinstance(layer, nn.Conv2d) and layer.bias is None)
    ]
    with _removed(handles), torch.no_grad():
        module(images)
    return list(pairs.values())


def _idle(module: nn.Module, images: torch.Tensor) -> set[nn.Module]:
    """Return the layers that images do not go through."""
    idle = set(module.modules())
    handles = [
        layer.register_forward_hook(lambda ran, *_: idle.discard(ran)) for layer in list(idle)
    ]
    with _removed(handles), torch.no_grad():
        module(images)
    return idle


def _absent(module: nn.Module, tensors: Tensors) -> set[nn.Module]:
    """Return the layers of whose parameters a file has none."""
    return {
        layer
        for name, layer in module.named_modules()
        if not any(f"{name}.{part}" in tensors for part, _ in layer.named_parameters(recurse=False))
    }


def _copy(module: nn.Module, tensors: Tensors, pairs: list[_Pair], kept: set[nn.Module]) -> None:
    """Fill in the weights but of kept layers; norms of pairs add the bias and else do nothing."""
    state = dict(module.named_parameters()) | dict(module.named_buffers())
    left = kept | {p.norm for p in pairs}
    done = {
        f"{name}.{part}"
        for name, layer in module.named_modules()
        if layer in left
        for part in (*dict(layer.named_parameters(recurse=False)), "running_mean", "running_var")
    }
    parameters = {name for name, _ in module.named_parameters()}
    with torch.no_grad():
        for name, value in state.items():
            if name in done or (name not in tensors and name not in parameters):
                # constants of the network's kind, as the colours' mean, are its own
                continue
            value.copy_(_fitting(tensors, name, value))
        for conv, norm in pairs:
            norm.reset_running_stats()
            # the running variance is 1, and eps is added to it
            norm.weight.fill_((1.0 + norm.eps) ** 0.5)
            norm.bias.copy_(_fitting(tensors, f"{conv}.bias", norm.bias))


def _fitting(tensors: Tensors, name: str, ours: torch.Tensor) -> torch.Tensor:
    if name not in tensors:
        raise ExportedWeightsError(f"it has no {name}")
    theirs = torch.from_numpy(tensors[name])
    if theirs.shape != ours.shape:
        raise ExportedWeightsError(
            f"{name} is of shape {list(theirs.shape)}, the network's is of {list(ours.shape)}"
        )
    return theirs


def _measure(module: nn.Module, pairs: list[_Pair], batches: list[torch.Tensor]) -> None:
    """Put mean and variance of the convolutions' outputs into the norms that follow them."""
    sums = {p.norm: torch.zeros(3, p.norm.num_features, dtype=torch.float64) for p in pairs}

    def before_norm(norm: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        x = given[0].double()
        count = torch.full((norm.num_features,), x.numel() / x.shape[1], dtype=torch.float64)
        sums[norm] += torch.stack((count, x.sum((0, 2, 3)), x.square().sum((0, 2, 3)))).cpu()

    handles = [p.norm.register_forward_pre_hook(before_norm) for p in pairs]
    with _removed(handles), torch.no_grad():
        for images in batches:
            module(images)
    with torch.no_grad():
        for _, norm in pairs:
            count, total, squares = sums[norm]
            mean = total / count
            variance = (squares / count - mean.square()).clamp(min=0.0)
            assert norm.running_mean is not None and norm.running_var is not None
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.add_(norm.running_mean)


@contextmanager
def _removed(handles: list[torch.utils.hooks.RemovableHandle]) -> Iterator[None]:
    """Take hooks away in the end, whatever happens."""
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
