"""Figures of a classifier's answers: confusion, reliability, classes, sheets of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from followme_training.classification.evaluation import Logits
from followme_training.classification.labelled_images import ClassNames, LabelledImages
from followme_training.classification.metrics import (
    class_accuracy,
    confusion,
    group_accuracy,
    probabilities,
    reliability,
)
from followme_training.common.colours import COLOURS
from followme_training.common.files import write_with
from followme_training.common.samples import evenly

_DPI = 110
# From so many classes on, numbers in the cells could not be read.
_NUMBERED = 20
_COLUMNS, _ROWS = 10, 3


def write_figures(logits: Logits, images: LabelledImages, folder: Path) -> list[Path]:
    """Write ``confusion.png``, ``reliability.png``, ``classes.png`` and ``samples.png``.

    Parameters
    ----------
    logits : (N, K) float
        Answers.
    images : LabelledImages
        What was asked.
    folder : Path
        Made where it is missing.
    """
    labels = images.labels
    counts = confusion(labels, logits.argmax(1).astype(np.int64), len(images.classes))
    p = probabilities(logits)
    drawn = {
        "confusion.png": draw_confusion(counts, images.classes),
        "reliability.png": draw_reliability(p, labels),
        "classes.png": draw_classes(counts, images.classes),
        "samples.png": draw_samples(p, images),
    }
    for name, figure in drawn.items():
        write_with(folder / name, lambda part, f=figure: f.savefig(part, dpi=_DPI))  # type: ignore[misc]
    return [folder / name for name in drawn]


def new_figure(
    width: float, height: float, layout: Literal["constrained"] | None = "constrained"
) -> Any:
    """Return an empty figure of so many inches.

    Many small pictures are placed by hand, ``layout`` None: to weigh all of them takes seconds.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def draw_confusion(counts: NDArray[np.int64], classes: ClassNames) -> Any:
    """Draw which class was taken for which, (K, K), as shares of the true class.

    Classes stand by superclass where there are some, so that confusion inside of one is a block.
    """
    order = np.argsort(classes.group_of, kind="stable") if classes.group_of else None
    order = np.arange(len(classes)) if order is None else order
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    shares = 100.0 * shares[np.ix_(order, order)]
    figure = new_figure(8.6, 7.4)
    axes = figure.add_subplot()
    # the root lets rare mistakes be seen beside the diagonal
    shown = axes.imshow(np.sqrt(shares), cmap="cividis", vmin=0.0, vmax=10.0)
    bar = figure.colorbar(shown, ax=axes, label="images of the true class, %", shrink=0.8)
    ticks = np.array([0, 1, 5, 10, 25, 50, 75, 100])
    bar.set_ticks(np.sqrt(ticks), labels=ticks)
    names = [classes.names[i] for i in order]
    size = 9 if len(classes) <= _NUMBERED else 4
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.set_xlabel("named class")
    axes.set_ylabel("true class")
    if len(classes) <= _NUMBERED:
        for (row, column), share in np.ndenumerate(shares):
            number = int(counts[order[row], order[column]])
            if number:
                colour = "black" if share > 30 else "white"
                axes.text(column, row, number, ha="center", va="center", color=colour, fontsize=8)
    return figure


def draw_reliability(p: NDArray[np.float64], labels: NDArray[np.int64]) -> Any:
    """Draw how often the network is right where it is how sure."""
    found = reliability(p, labels)
    edges = np.linspace(0.0, 1.0, len(found.counts) + 1)
    middles, width = (edges[:-1] + edges[1:]) / 2, edges[1]
    figure = new_figure(5.4, 5.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    filled = found.counts > 0
    places = middles[filled]
    upper.bar(
        places, found.accuracy[filled], width, color=COLOURS[0], edgecolor="white", label="accuracy"
    )
    upper.plot([0, 1], [0, 1], color=COLOURS[1], linestyle="--", label="as sure as right")
    upper.plot(
        found.confidence[filled],
        found.accuracy[filled],
        color=COLOURS[6],
        marker="o",
        markersize=4,
        linestyle="none",
        label="mean confidence of a bin",
    )
    upper.set_ylabel("accuracy (share of images)")
    upper.set_title(f"expected calibration error {100 * found.expected_error:.2f} %", fontsize=10)
    upper.legend(fontsize=8, loc="upper left")
    lower.bar(places, found.counts[filled], width, color=COLOURS[5], edgecolor="white")
    lower.set_yscale("log")
    lower.set_ylabel("images")
    lower.set_xlabel("confidence (largest probability)")
    for axes in (upper, lower):
        axes.grid(alpha=0.3)
        axes.set_axisbelow(True)
    return figure


def draw_classes(counts: NDArray[np.int64], classes: ClassNames) -> Any:
    """Draw the accuracy of each class; of superclasses a bar, with a dot for each of its own."""
    each = 100.0 * np.nan_to_num(class_accuracy(counts))
    grouped = bool(classes.group_of)
    names = classes.group_names if grouped else classes.names
    bars = 100.0 * np.nan_to_num(group_accuracy(counts, classes)) if grouped else each
    group_of = np.asarray(classes.group_of if grouped else range(len(classes)))
    order = np.argsort(-bars, kind="stable")
    figure = new_figure(8.0, 1.6 + 0.26 * len(names))
    axes = figure.add_subplot()
    axes.barh(range(len(names)), bars[order], color=COLOURS[5], edgecolor="white", label="together")
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    if grouped:
        axes.plot(
            each,
            place[group_of],
            color=COLOURS[1],
            marker="o",
            markersize=5,
            linestyle="none",
            label="each class, named exactly",
        )
        axes.legend(fontsize=8, loc="lower left")
    axes.set_yticks(range(len(names)), [names[i] for i in order], fontsize=8)
    axes.invert_yaxis()
    low = min(float(bars.min()), float(each.min()))
    axes.set_xlim(max(0.0, 5.0 * np.floor(low / 5.0) - 5.0), 100.0)
    axes.set_xlabel("accuracy (% of the images of the class)")
    axes.set_ylabel("superclass" if grouped else "class")
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    return figure


def draw_samples(p: NDArray[np.float64], images: LabelledImages) -> Any:
    """Draw predictions: above evenly chosen images, below the surest mistakes."""
    guesses, sure = p.argmax(1), p.max(1)
    half = _COLUMNS * _ROWS
    chosen = np.array(evenly(len(images), half))
    wrong = np.flatnonzero(guesses != images.labels)
    mistakes = wrong[np.argsort(-sure[wrong], kind="stable")][:half]
    rows = [chosen[i : i + _COLUMNS] for i in range(0, len(chosen), _COLUMNS)]
    rows += [mistakes[i : i + _COLUMNS] for i in range(0, len(mistakes), _COLUMNS)]
    height = 0.5 + 1.5 * len(rows)
    figure = new_figure(1.15 * _COLUMNS, height, layout=None)
    figure.subplots_adjust(0.01, 0.1 / height, 0.99, 1 - 0.7 / height, 0.1, 0.35)
    figure.suptitle(
        "evenly chosen images, then the surest mistakes: named class and its probability; "
        "in vermilion, with the true class, where it is wrong",
        fontsize=9,
    )
    grid = figure.subplots(len(rows), _COLUMNS, squeeze=False)
    for axes_row, row in zip(grid, rows, strict=True):
        for axes in axes_row:
            axes.axis("off")
        for axes, place in zip(axes_row, row, strict=False):
            guess, true = int(guesses[place]), int(images.labels[place])
            picture = images.images[place]
            axes.imshow(picture.squeeze(), cmap="gray", vmin=0, vmax=255)
            said = f"{images.classes.names[guess][:14]} {100 * sure[place]:.0f} %"
            if guess != true:
                said += f"\n(true: {images.classes.names[true][:14]})"
            axes.set_title(said, fontsize=6, color=COLOURS[0 if guess == true else 1], pad=2)
    return figure
