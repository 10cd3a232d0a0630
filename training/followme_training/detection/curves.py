"""Precision over recall, drawn."""

from __future__ import annotations

from pathlib import Path

from followme_training.common.files import write_with
from followme_training.detection.figures import Figures


def draw_curves(figures: Figures, file: Path) -> None:
    """Draw precision over recall of each class at overlap .5, with its average precision."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.5, 5.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    precisions = figures.precision.result()[0]
    for number, name in enumerate(figures.classes):
        curve = figures.precision.curve(number)
        if curve is not None:
            axes.plot(curve[0], curve[1], label=f"{name} {precisions[number]:.2f}")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(fontsize=7, loc="lower left", ncols=2)
    write_with(file, lambda part: figure.savefig(part, dpi=100))
