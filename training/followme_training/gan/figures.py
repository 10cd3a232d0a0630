"""Figures of made images: sheets, and what fixed vectors become while training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from followme_training.common.files import write_with
from followme_training.gan.sources import Images
from followme_training.gan.walk import sheet

_DPI = 110
#: Of a sheet of samples.
COLUMNS, ROWS = 12, 5
#: At most so many epochs of a run are drawn.
_EPOCHS = 6


def write_samples(images: Images, file: Path, words: str) -> None:
    """Write a sheet of images (N, H, W, 3) under a line of words."""
    figure = _figure(8.0, 0.35 + 8.0 * ROWS / COLUMNS)
    axes = figure.add_subplot()
    axes.imshow(sheet(images, COLUMNS), interpolation="nearest")
    axes.set_title(words, fontsize=9)
    axes.axis("off")
    write_with(file, lambda part: figure.savefig(part, dpi=_DPI))


def write_rows_over_time(variants: Sequence[tuple[str, Mapping[int, Images]]], file: Path) -> None:
    """Write what the same vectors became after some of the epochs, a block for each variant.

    Parameters
    ----------
    variants : sequence of (str, mapping of int to (H, W, 3) uint8)
        Name, and rows of images by epoch from 1; a variant without rows is left out.
    file : Path
        Target.
    """
    shown = [(name, rows) for name, rows in variants if rows]
    if not shown:
        return
    picked = [{e: rows[e] for e in _some(sorted(rows))} for _, rows in shown]
    heights = [sum(row.shape[0] / row.shape[1] for row in rows.values()) for rows in picked]
    figure = _figure(7.2, sum(6.2 * height + 0.35 for height in heights))
    cells = figure.subplots(len(shown), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (name, _), rows in zip(cells, shown, picked, strict=True):
        axes.imshow(np.concatenate(list(rows.values())), interpolation="nearest")
        side = next(iter(rows.values())).shape[0]
        axes.set_yticks([side * (n + 0.5) for n in range(len(rows))], list(rows), fontsize=8)
        axes.set_xticks([])
        axes.set_ylabel("epochs", fontsize=8)
        axes.set_title(name, fontsize=9)
    write_with(file, lambda part: figure.savefig(part, dpi=_DPI))


def _some(epochs: Sequence[int]) -> list[int]:
    """Return at most six epochs, evenly spread, the first and the last among them."""
    places = np.linspace(0, len(epochs) - 1, min(_EPOCHS, len(epochs))).round().astype(int)
    return [epochs[place] for place in dict.fromkeys(places.tolist())]


def _figure(width: float, height: float) -> Any:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
