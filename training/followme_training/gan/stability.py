"""How steadily variants learn: their figures over time and seeds, as a table and as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from followme_training.common.colours import COLOURS, LINES, MARKERS
from followme_training.common.files import write_with
from followme_training.common.hours_spent import HOURS
from followme_training.common.run_folder import Run

_DPI = 110
_COLUMNS = 3


class Panel(NamedTuple):
    """What is drawn over time.

    Parameters
    ----------
    name : str
        Under which it is logged.
    words : str
        For the axis, with unit.
    log : bool
        Whether the axis is logarithmic.
    """

    name: str
    words: str
    log: bool = False


PANELS = (
    Panel("val/fid", "FID (this page's features)", log=True),
    Panel("val/coverage", "coverage (share of real images)"),
    Panel("val/sharpness", "sharpness (real images: 1)"),
    Panel("val/accuracy_real", "right on learnt images (share)"),
    Panel("val/accuracy_held_out", "right on held-out images (share)"),
    Panel("val/accuracy_fake", "right on made images (share)"),
    Panel("val/overfitting", "logit, learnt less held out\n(deviations)"),
    Panel("train/discriminator_gradient", "discriminator gradient (norm)", log=True),
    Panel("train/generator_gradient", "generator gradient (norm)", log=True),
    Panel("train/discriminator_loss", "discriminator loss (of its kind)"),
    Panel("train/generator_loss", "generator loss (of its kind)"),
    Panel("val/spread", "spread of a pixel (real images: 1)"),
)
#: Figures of the table: logged name, words, and whether less is better (None for neither).
ROWS: tuple[tuple[str, str, bool | None], ...] = (
    ("val/fid", "FID", True),
    ("val/kid", "KID", True),
    ("val/coverage", "coverage", False),
    ("val/sharpness", "sharpness", None),
    ("val/spread", "spread", None),
    ("val/accuracy_real", "right on learnt images", None),
    ("val/accuracy_held_out", "right on held-out images", None),
    ("val/accuracy_fake", "right on made images", None),
    ("val/overfitting", "overfitting", None),
    ("train/discriminator_gradient", "discriminator gradient", None),
    ("train/generator_gradient", "generator gradient", None),
)


@dataclass(frozen=True)
class Trained:
    """A variant with its runs, one a seed.

    Parameters
    ----------
    name : str
        For people.
    runs : tuple of Run
        In the order of their seeds.
    """

    name: str
    runs: tuple[Run, ...]

    def over_time(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return steps (T,) and a figure (seeds, T); of runs of several lengths the common part."""
        logged = [run.curves() for run in self.runs]
        epochs = sorted(set.intersection(*({e for e, _ in one.get(name, [])} for one in logged)))
        values = [[dict(one[name])[epoch] for epoch in epochs] for one in logged if epochs]
        steps = dict(logged[0].get("val/steps", []))
        at = [steps[epoch] for epoch in epochs]
        return np.array(at), np.array(values, np.float64).reshape(len(self.runs), len(epochs))

    def last(self, name: str) -> NDArray[np.float64]:
        """Return a figure (seeds,) at the end of training; NaN where it was not logged."""
        values = self.over_time(name)[1]
        return values[:, -1] if values.shape[1] else np.full(len(self.runs), np.nan)

    def best(self, name: str) -> NDArray[np.float64]:
        """Return the least value (seeds,) of a figure over time; NaN where it was not logged."""
        values = self.over_time(name)[1]
        return values.min(1) if values.shape[1] else np.full(len(self.runs), np.nan)


def table(variants: Sequence[Trained], floor: Mapping[str, float]) -> str:
    """Return the table in Markdown: a row a figure, a column a variant, each mean and seeds.

    Parameters
    ----------
    variants : sequence of Trained
        In the order of the columns.
    floor : mapping of str to float
        Figures of real images that were learnt from, by their name without ``val/``.
    """
    head = ["at the end: mean (each seed)", *(v.name for v in variants), "real images"]
    rows = [head, ["---", *("---:" for _ in head[1:])]]
    for name, words, less in ROWS:
        given = floor.get(name.partition("/")[2])
        rows.append(_row(words, [v.last(name) for v in variants], less, given))
    rows.append(_row("best FID", [v.best("val/fid") for v in variants], True, None))
    rises = [v.last("val/fid") / v.best("val/fid") for v in variants]
    rows.append(_row("last FID over best", rises, None, None))
    minutes = [60.0 * v.last(HOURS) for v in variants]
    rows.append(_row("minutes", minutes, None, None))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(
    words: str, values: Sequence[NDArray[np.float64]], less: bool | None, floor: float | None
) -> list[str]:
    means = [float(v.mean()) for v in values]
    texts = [
        f"{mean:.3g} ({', '.join(f'{v:.3g}' for v in each)})" if np.isfinite(mean) else "-"
        for mean, each in zip(means, values, strict=True)
    ]
    if less is not None and len(values) > 1 and np.isfinite(means).any():
        best = int(np.nanargmin(means) if less else np.nanargmax(means))
        texts[best] = f"**{texts[best]}**"
    return [words, *texts, "" if floor is None else f"{floor:.3g}"]


def draw_over_time(variants: Sequence[Trained], floor: Mapping[str, float], file: Path) -> None:
    """Draw all panels: a line is the mean over seeds, the band about it holds all of them."""
    rows = -(-len(PANELS) // _COLUMNS)
    figure = Figure(figsize=(3.9 * _COLUMNS, 2.7 * rows + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    cells = figure.subplots(rows, _COLUMNS, sharex=True)
    for axes, panel in zip(cells.ravel(), PANELS, strict=True):
        _draw_panel(axes, panel, variants, floor.get(panel.name.removeprefix("val/")))
    for axes in cells[-1]:
        axes.set_xlabel("training steps")
    handles, labels = cells[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=9)
    write_with(file, lambda part: figure.savefig(part, dpi=_DPI))


def _draw_panel(axes: Any, panel: Panel, variants: Sequence[Trained], floor: float | None) -> None:
    for number, variant in enumerate(variants):
        steps, values = variant.over_time(panel.name)
        if not len(steps):
            continue
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(
            steps,
            values.mean(0),
            label=variant.name,
            color=colour,
            linestyle=LINES[number % len(LINES)],
            marker=MARKERS[number % len(MARKERS)],
            markersize=3.5,
        )
        axes.fill_between(steps, values.min(0), values.max(0), color=colour, alpha=0.15, lw=0)
    if floor is not None:
        axes.axhline(floor, color="0.4", lw=1.0, linestyle=(0, (1, 2)), label="real images")
    if panel.log:
        axes.set_yscale("log")
    axes.set_ylabel(panel.words, fontsize=9)
    axes.grid(alpha=0.3, which="both")
