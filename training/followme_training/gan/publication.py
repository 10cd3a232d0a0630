"""From a trained run to what is shown of it: ONNX file, card, pictures, report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch

from followme_training.common.card import write_card
from followme_training.common.onnx_file import (
    median_ms,
    onnxruntime_engine,
    torch_engine,
    write_onnx,
)
from followme_training.common.parity import Limit, check_parity
from followme_training.common.report import write_report
from followme_training.common.run_folder import Run
from followme_training.common.training_facts import report_facts, training_facts
from followme_training.gan.data import GanData
from followme_training.gan.evaluation import Compared, compared
from followme_training.gan.features import feature_network
from followme_training.gan.figures import COLUMNS, ROWS, write_rows_over_time, write_samples
from followme_training.gan.fixed_noise import read_rows
from followme_training.gan.module import GanTask
from followme_training.gan.sampling import (
    LATENT,
    OUTPUTS,
    ExportedGenerator,
    Sampler,
    file_sampler,
    latents,
    network_sampler,
)
from followme_training.gan.stability import Trained, draw_over_time
from followme_training.gan.walk import write_walk

#: Of the file, raised when what it gives changes.
VERSION = "0.1.0"
LICENCE = "Apache-2.0; see the page of the data for the terms of what it was trained on"
LIMITS = (
    "It makes small images like those it was shown, with their blind spots; nobody is shown.",
    "FID and KID are by the features that the report names, and no others are comparable.",
)
#: Sides where the engines round to neighbouring bytes.
_LIMITS = {"image": Limit(1.0)}
_PARITY, _MEASURED, _SEED = 8, 2048, 0
CURVES = (
    ("train/discriminator_loss", "train/generator_loss"),
    ("val/accuracy_real", "val/accuracy_held_out", "val/accuracy_fake"),
    ("train/discriminator_gradient", "train/generator_gradient"),
    ("val/fid",),
    ("val/coverage", "val/sharpness", "val/spread"),
)
UNITS = ("loss (of its kind)", "right (share)", "gradient (norm)", "FID", "share; real images: 1")


class Loaded(NamedTuple):
    """A run with the weights of a checkpoint, and by whose features its images are compared."""

    run: Run
    task: GanTask
    data: GanData
    weights: Path | None

    @property
    def sampler(self) -> Sampler:
        """Makes images with the mean of the generator's weights."""
        return network_sampler(self.task.network.eval())


def loaded(folder: Path, checkpoint: str) -> Loaded:
    """Take up a run.

    Raises
    ------
    RunError
        When the folder holds none.
    """
    run = Run(folder)
    model, module = run.load(GanTask, GanData, checkpoint)
    weights = run.config["model"].get("weights")
    return Loaded(
        run, cast(GanTask, model), cast(GanData, module), Path(weights) if weights else None
    )


def measured(
    sample: Sampler, latent: int, data: GanData, weights: Path | None, most: int = _MEASURED
) -> Compared:
    """Return the figures of a generator on data, and those of real images among each other."""
    network = feature_network(weights)
    return compared(sample, latent, data.held_out_images, data.training_images, network, most)


def write_pictures(sample: Sampler, latent: int, folder: Path, seed: int, words: str) -> list[Path]:
    """Write ``samples.png`` and ``walk.gif``."""
    images = sample(latents(COLUMNS * ROWS, latent, seed))
    files = [folder / "samples.png", folder / "walk.gif"]
    write_samples(images, files[0], words)
    write_walk(sample, latent, files[1], seed)
    return files


def write_progress(run: Run, folder: Path) -> list[Path]:
    """Write ``stability.png`` of a run, and ``over_time.png`` where it kept fixed vectors."""
    stability = folder / "stability.png"
    draw_over_time([Trained(run.folder.name, (run,))], {}, stability)
    rows = read_rows(run.folder)
    file = folder / "over_time.png"
    write_rows_over_time([("the same vectors over time", rows)], file)
    return [stability, file] if rows else [stability]


def publish(
    folder: Path, checkpoint: str, onnx: Path | None, reports: Path, command: str
) -> Iterator[str]:
    """Write everything; yield a sentence for each thing done.

    Parameters
    ----------
    folder : Path
        Of the training.
    checkpoint : str
        best or last.
    onnx : Path, optional
        Target; ``model.onnx`` in the folder of the run without it, as a generator carries what it
        saw and is not for every report. The card lies beside it.
    reports : Path
        Folder of this task's reports.
    command : str
        For the record.

    Raises
    ------
    ExportError
        When an engine disagrees with the network.
    """
    given = loaded(folder, checkpoint)
    net, run = given.task.network, given.run
    onnx, report = onnx or folder / "model.onnx", reports / folder.name
    exported = ExportedGenerator(net)
    write_onnx(exported, torch.zeros(2, net.latent), LATENT, OUTPUTS, onnx, any_count=True)
    few = list(latents(_PARITY, net.latent, _SEED))
    yield check_parity(torch_engine(exported, OUTPUTS), onnx, few, _LIMITS)
    runtime_ms = median_ms(onnxruntime_engine(onnx), few[0])
    sample, _ = file_sampler(onnx)
    found = measured(sample, net.latent, given.data, given.weights)
    name = given.data.path.name
    metrics = rows_of(found, name, command)
    words = f"{name}: {len(given.data.training_images)} images of {net.side}x{net.side} pixels, "
    words += f"{len(given.data.held_out_images)} held out"
    facts = training_facts(run, checkpoint, "gan", words)
    facts |= {
        "parameters": sum(p.numel() for p in net.parameters()),
        "features": feature_network(given.weights).words,
    }
    card = write_card(onnx, card_facts(net.side, net.latent, facts, metrics, runtime_ms))
    yield f"{onnx} and {card.name}: {onnx.stat().st_size / 2**20:.2f} MiB, {runtime_ms:.2f} ms"
    write_pictures(sample, net.latent, report, _SEED, "made images, not chosen")
    write_progress(run, report)
    texts = report_facts(facts, command, runtime_ms)
    write_report(report, run, f"GAN: {folder.name}", texts, metrics, CURVES, _WORDS, UNITS)
    yield (
        f"{report}: report, FID {found.made['fid']:.4g}, of real images {found.floor['fid']:.4g} "
        f"({found.images} each)"
    )


def rows_of(found: Compared, name: str, command: str) -> list[dict[str, Any]]:
    """Return the figures as rows of card and report."""
    parts = {"made against held-out images": found.made, "learnt against held-out": found.floor}
    return [
        {"set": name, "split": split, "measure": measure}
        | {"value": round(value, 5), "n": found.images, "command": command}
        for split, figures in parts.items()
        for measure, value in figures.items()
    ]


def card_facts(
    side: int,
    latent: int,
    facts: dict[str, Any],
    metrics: list[dict[str, Any]],
    runtime_ms: float,
) -> dict[str, Any]:
    """Return the card but for its sha256."""
    return {
        "name": "followme-gan",
        "version": VERSION,
        "task": "gan",
        "input_size": [side, side],
        "latent": latent,
        "runtime_ms": round(runtime_ms, 2),
        "training": facts,
        "metrics": metrics,
        "licence": LICENCE,
        "known_limits": list(LIMITS),
    }


_WORDS = (
    "Figures are those of the exported file, made with the mean of the generator's weights. FID "
    "and KID are by the features named below, in units of the real images, and must not be held "
    "against published ones, which are by Inception. The second table has the same figures of real "
    "images that were learnt from: no generator can be better. `coverage` is the share of held-out "
    "images that have a made one nearby; `sharpness` and `spread` are 1 where they are those of "
    "real images. The walk through the latent space is [walk.gif](walk.gif)."
)
