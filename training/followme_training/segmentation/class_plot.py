"""How often each class is seen, drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from followme_training.common.files import write_with
from followme_training.segmentation.class_balance import ClassCounts
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.pictures import colours


def class_lines(counts: ClassCounts, classes: ClassList) -> list[str]:
    """Return a table in words: share of labelled pixels and number of images of each class."""
    total = max(1, int(counts.pixels.sum()))
    width = max(len(name) for name in classes.names)
    lines = [f"  {'class':<{width}}  pixels  images"]
    for name, pixels, images in zip(classes.names, counts.pixels, counts.images, strict=True):
        lines.append(f"  {name:<{width}}  {pixels / total:6.2%}  {images:6d}")
    unlabelled = counts.unlabelled / max(1, total + counts.unlabelled)
    return [*lines, f"  {unlabelled:.2%} of all pixels belong to no class"]


def draw_class_counts(counts: ClassCounts, classes: ClassList, images: int, file: Path) -> None:
    """Draw the share of labelled pixels and of images of each class, most frequent first."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    order = np.argsort(-counts.pixels)
    names = [classes.names[i] for i in order]
    table = colours(classes)[order] / 255.0
    figure = Figure(figsize=(9.0, 1.5 + 0.22 * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = (
        ("labelled pixels, %", counts.pixels[order] / max(1, counts.pixels.sum())),
        ("images with the class, %", counts.images[order] / max(1, images)),
    )
    for i, (label, shares) in enumerate(panels):
        axes = figure.add_subplot(1, 2, i + 1)
        axes.barh(range(len(names)), 100.0 * shares, color=table, edgecolor="black", linewidth=0.4)
        axes.set_yticks(range(len(names)), names if i == 0 else [])
        axes.invert_yaxis()
        axes.set_xlabel(label)
        axes.grid(axis="x", alpha=0.3)
    write_with(file, lambda part: figure.savefig(part, dpi=100))
