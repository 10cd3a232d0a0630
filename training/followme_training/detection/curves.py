"""Precision over recall, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from followme_training.common.files import write_with
from followme_training.detection.figures import Figures
from followme_training.detection.wider_protocol import LevelResult


def draw_curves(figures: Figures, file: Path) -> None:
    """Draw precision over recall of each class at overlap .5, with its average precision."""
    precisions = figures.precision.result()[0]
    curves = {}
    for number, name in enumerate(figures.classes):
        curve = figures.precision.curve(number)
        if curve is not None:
            curves[f"{name} {precisions[number]:.2f}"] = (curve[0], curve[1])
    _draw(curves, file)


def draw_levels(results: Mapping[str, LevelResult], file: Path) -> None:
    """Draw precision over recall of WIDER FACE's levels, with their average precision."""
    _draw(
        {f"{n} {r.average_precision:.3f}": (r.recall, r.precision) for n, r in results.items()},
        file,
    )


def _draw(curves: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], file: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.5, 5.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name, (recall, precision) in curves.items():
        axes.plot(recall, precision, label=name)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(fontsize=7, loc="lower left", ncols=2)
    write_with(file, lambda part: figure.savefig(part, dpi=100))
