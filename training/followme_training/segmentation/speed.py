"""How long networks take, ours and torchvision's, at the same size by the same engines.

Time depends on layers and size, not on what was learned: all networks here have random weights.
torchvision's DeepLabV3 and LR-ASPP on MobileNetV3 (Howard et al., "Searching for MobileNetV3", ICCV
2019) are the light segmentation networks that people take when they have none of their own.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
import yaml
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import segmentation as published

from followme_training.backbones.torchvision_mobilenet import TorchvisionMobileNet
from followme_training.common.arguments import verb_parser
from followme_training.common.colours import COLOURS
from followme_training.common.files import write_json, write_text, write_with
from followme_training.common.fitting import TrainingCommand
from followme_training.common.onnx_file import (
    export_onnx,
    median_ms,
    onnxruntime_engine,
    openvino_engine,
)
from followme_training.common.progress import progress
from followme_training.common.provenance import commit, machine, versions
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.exported import OUTPUTS, ExportedSegmentation
from followme_training.segmentation.known_classes import class_list
from followme_training.segmentation.module import SegmentationTask
from followme_training.segmentation.study import STUDIED

_ENGINES = {"onnxruntime": onnxruntime_engine, "openvino": openvino_engine}
_THREADS = (1, 2)
_TORCHVISION = ("deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large")
# of torchvision's where no settings file has one; else that of the first
_SIZE_HW = (240, 320)


class TorchvisionSegmentation(nn.Module):
    """A segmentation network of torchvision as ours are called: RGB of 0 to 255 in, logits out.

    Parameters
    ----------
    name : str
        Of the function that builds it.
    classes : int
        How many.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, name: str, classes: int) -> None:
        super().__init__()
        build = getattr(published, name)
        self.net = build(weights=None, weights_backbone=None, num_classes=classes)
        mean, std = TorchvisionMobileNet.mean, TorchvisionMobileNet.std
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        """Return logits (B, C, H, W) of images (B, 3, H, W)."""
        logits: torch.Tensor = self.net((rgb - self.mean) / self.std)["out"]
        return logits


class Timed(NamedTuple):
    """What a network costs.

    Parameters
    ----------
    name : str
        Of the network.
    size_hw : tuple of two ints
        Of the image.
    parameters, products : float
        Millions of weights, and of multiplications for an image.
    ms : mapping of str to float
        Median time of an image by engine and threads.
    """

    name: str
    size_hw: tuple[int, int]
    parameters: float
    products: float
    ms: Mapping[str, float]


def speed(arguments: Sequence[str]) -> int:
    """Time networks of settings files and torchvision's light ones."""
    parser = verb_parser(
        "segmentation",
        "speed",
        "Times the networks of settings files, and torchvision's light ones, at the same size by "
        "the same engines; writes a table and a plot.",
    )
    parser.add_argument(
        "-c", "--config", type=Path, action="append", default=[], help="settings file; several"
    )
    parser.add_argument("--repeats", type=int, default=40, help="images that are timed; 40")
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    given = parser.parse_args(arguments)
    if given.repeats < 1:
        parser.error(f"--repeats is {given.repeats}; give 1 or more")
    networks = list(_networks(given))
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "network.onnx"
        timed = [
            timed_network(name, net, size, file, given.repeats)
            for name, net, size in progress(networks, "timing")
        ]
    command = "followme-train segmentation speed " + " ".join(arguments)
    write_speed(given.out, timed, command)
    print(table(timed))
    return 0


def _networks(given: argparse.Namespace) -> Iterator[tuple[str, nn.Module, tuple[int, int]]]:
    sizes, classes = [], len(class_list("robot"))
    for config in given.config:
        built = ["--config", str(config), "--model.weights", "null"]
        command = TrainingCommand(
            SegmentationTask, SegmentationData, built, STUDIED.monitor, run=False
        )
        task, data = (
            cast(SegmentationTask, command.model),
            cast(SegmentationData, command.datamodule),
        )
        classes = len(task.classes)
        sizes.append((data.size_hw[0], data.size_hw[1]))
        yield config.stem, task.network, sizes[-1]
    size_hw = sizes[0] if sizes else _SIZE_HW
    for name in _TORCHVISION:
        yield f"torchvision {name}", TorchvisionSegmentation(name, classes), size_hw


def timed_network(
    name: str, net: nn.Module, size_hw: tuple[int, int], file: Path, repeats: int
) -> Timed:
    """Export a network with random weights and time it by every engine that is installed.

    Parameters
    ----------
    name : str
        For the table.
    net : Module
        From RGB (B, 3, H, W) of 0 to 255 to logits (B, C, H, W).
    size_hw : tuple of two ints
        Of the image.
    file : Path
        Where the ONNX file may lie.
    repeats : int
        Images that are timed.
    """
    net.eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.zeros(1, 3, *size_hw))
    export_onnx(ExportedSegmentation(net), size_hw, OUTPUTS, file)
    image = np.random.default_rng(0).integers(0, 256, (*size_hw, 3), np.uint8)
    ms = {}
    for engine_name, make in _ENGINES.items():
        for threads in _THREADS:
            engine = make(file, threads)
            if engine is not None:
                ms[f"{engine_name}, {_threads(threads)}"] = median_ms(engine, image, repeats)
    weights = sum(p.numel() for p in net.parameters())
    # the counter has a product and a sum for each
    return Timed(name, size_hw, weights / 1e6, counter.get_total_flops() / 2e6, ms)


def _threads(count: int) -> str:
    return f"{count} thread" + "s" * (count > 1)


def table(timed: Sequence[Timed]) -> str:
    """Return the networks as a table in Markdown, milliseconds an image."""
    engines = list(timed[0].ms)
    lines = [
        "| " + " | ".join(["network", "size", "weights, 10^6", "products, 10^6", *engines]) + " |",
        "| " + " | ".join(["---"] * (4 + len(engines))) + " |",
    ]
    for t in timed:
        times = [f"{t.ms[e]:.1f}" for e in engines]
        size = f"{t.size_hw[1]}x{t.size_hw[0]}"
        cells = [t.name, size, f"{t.parameters:.2f}", f"{t.products:.0f}", *times]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_speed(folder: Path, timed: Sequence[Timed], command: str) -> None:
    """Write ``config.yaml``, ``metrics.json``, ``speed.png`` and ``report.md``.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    timed : sequence of Timed
        The networks.
    command : str
        For the record.
    """
    facts = {
        "command": command,
        "commit": commit(),
        "machine": machine(),
        "versions": ", ".join(f"{k} {v}" for k, v in versions().items()),
    }
    rows = [
        {"set": "one image", "split": "random weights", "network": t.name, "measure": engine}
        | {"value": round(ms, 2), "unit": "ms"}
        for t in timed
        for engine, ms in t.ms.items()
    ]
    sizes = {t.name: list(t.size_hw) for t in timed}
    write_text(folder / "config.yaml", yaml.safe_dump({"size_hw": sizes}, sort_keys=False))
    write_json(folder / "metrics.json", {"facts": facts, "metrics": rows})
    write_with(folder / "speed.png", lambda part: draw(timed, part))
    lines = ["# Segmentation: how long networks take", "", _WORDS, ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", table(timed), "", "![milliseconds an image](speed.png)"]
    write_text(folder / "report.md", "\n".join(lines) + "\n")


def draw(timed: Sequence[Timed], file: Path) -> None:
    """Draw the times as bars, a group a network."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    engines = list(timed[0].ms)
    figure = Figure(figsize=(8.0, 1.2 + 0.8 * len(timed)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    thick = 0.8 / len(engines)
    for i, engine in enumerate(engines):
        places = [n + i * thick for n in range(len(timed))]
        axes.barh(places, [t.ms[engine] for t in timed], thick, label=engine, color=COLOURS[i])
    names = [f"{t.name}\n{t.size_hw[1]}x{t.size_hw[0]}" for t in timed]
    axes.set_yticks([n + 0.4 - thick / 2 for n in range(len(timed))], names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("median time of an image (ms)")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(fontsize=8)
    figure.savefig(file, dpi=100)


_WORDS = (
    "Each network has random weights, as time does not depend on what was learned, and gives the "
    "class of each pixel at the size of the image. Products are multiplications of convolutions. "
    "Accuracy is that of the reports beside this one."
)
