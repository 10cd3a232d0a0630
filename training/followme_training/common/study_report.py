"""The comparison of a study: one table, its figures, one plot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from followme_training.common.colours import COLOURS, MARKERS
from followme_training.common.files import write_json, write_text, write_with

_HATCHES = ("", "///", "...", "xxx")
_DPI = 110
# A legend inside would cover what it explains.
_BESIDE: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "fontsize": 8}


@dataclass(frozen=True)
class Shown:
    """What of all that was logged is compared.

    Parameters
    ----------
    curve : tuple of (str, str)
        Logged name and words, with unit, of the figure that is drawn by epoch.
    rows : mapping of str to str
        Logged names and words of further figures.
    bars : str
        Beginning of the logged names of figures that are drawn as bars, one for each class or the
        like; empty for none.
    bars_words : str
        What the bars are, with unit.
    prefix : str
        Beginning of the logged names of all figures that were measured, not trained with.
    larger : bool
        Whether larger figures are better, of the curve and of the bars.
    """

    curve: tuple[str, str]
    rows: Mapping[str, str] = field(default_factory=dict)
    bars: str = ""
    bars_words: str = ""
    prefix: str = "val/"
    larger: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one variant.

    Parameters
    ----------
    name : str
        Of the variant.
    best : int
        Epoch, from 1, after which the figure of the curve was best.
    figures : mapping of str to float
        All that was measured after that epoch, by its logged name; NaN where there is none.
    curve : sequence of (int, float)
        Epoch, from 1, and figure.
    hours : float, optional
        That the training took.
    """

    name: str
    best: int
    figures: Mapping[str, float]
    curve: Sequence[tuple[int, float]]
    hours: float | None


def write_study(
    folder: Path,
    title: str,
    settings: Mapping[str, Any],
    facts: Mapping[str, str],
    shown: Shown,
    outcomes: Sequence[Outcome],
) -> None:
    """Write ``config.yaml``, ``metrics.json``, ``curves.png`` and ``report.md``.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    title : str
        Of the page.
    settings : mapping
        What all variants share.
    facts : mapping of str to str
        Command, commit, data, epochs, seed, machine.
    shown : Shown
        What is compared.
    outcomes : sequence of Outcome
        Of the variants.
    """
    write_text(folder / "config.yaml", yaml.safe_dump(dict(settings), sort_keys=False))
    write_json(folder / "metrics.json", figures_of(facts, outcomes))
    write_with(folder / "curves.png", lambda part: draw(shown, outcomes, part))
    lines = [f"# Study: {title}", "", _words(shown), ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", table(shown, outcomes), "", f"![{shown.curve[1]}](curves.png)"]
    write_text(folder / "report.md", "\n".join(lines) + "\n")


def figures_of(facts: Mapping[str, str], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what ``metrics.json`` holds; a figure that is NaN becomes null."""
    metrics = [
        {"variant": o.name, "set": facts["data"], "split": "validation", "measure": name}
        | {"value": _number(value), "epoch": o.best}
        for o in outcomes
        for name, value in o.figures.items()
    ]
    curves = {o.name: [[epoch, _number(value)] for epoch, value in o.curve] for o in outcomes}
    hours = {o.name: o.hours for o in outcomes}
    return {"facts": dict(facts), "metrics": metrics, "curves": curves, "hours": hours}


def table(shown: Shown, outcomes: Sequence[Outcome]) -> str:
    """Return the table in Markdown: a row a figure, a column a variant, the best in bold."""
    name, words = shown.curve
    rows = [["", *(o.name for o in outcomes)]]
    rows.append([words, *_texts([o.figures[name] for o in outcomes], shown.larger)])
    rows.append(["best after epoch", *(str(o.best) for o in outcomes)])
    for logged, heading in shown.rows.items():
        rows.append([heading, *_texts([_figure(o, logged) for o in outcomes])])
    for logged in bar_names(shown, outcomes):
        heading = f"{shown.bars_words}: {logged.removeprefix(shown.bars)}"
        rows.append([heading, *_texts([_figure(o, logged) for o in outcomes], shown.larger)])
    rows.append(["hours", *("-" if o.hours is None else f"{o.hours:.2f}" for o in outcomes)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rule = ["-" * max(3, width) for width in widths]
    rows.insert(1, [rule[0], *(dashes[:-1] + ":" for dashes in rule[1:])])
    widths = [max(3, width) for width in widths]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def bar_names(shown: Shown, outcomes: Sequence[Outcome]) -> list[str]:
    """Return the logged names of the bars, in the order in which they were logged."""
    if not shown.bars:
        return []
    found = (name for o in outcomes for name in o.figures if name.startswith(shown.bars))
    return list(dict.fromkeys(found))


def draw(shown: Shown, outcomes: Sequence[Outcome], file: Path) -> None:
    """Draw the curves of all variants and, below, their bars."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = bar_names(shown, outcomes)
    panels = 2 if names else 1
    figure = Figure(figsize=(10.0, 4.2 * panels), layout="constrained")
    FigureCanvasAgg(figure)
    _draw_curves(figure.add_subplot(panels, 1, 1), shown, outcomes)
    if names:
        _draw_bars(figure.add_subplot(panels, 1, 2), shown, outcomes, names)
    figure.savefig(file, dpi=_DPI)


def _draw_curves(axes: Any, shown: Shown, outcomes: Sequence[Outcome]) -> None:
    for i, o in enumerate(outcomes):
        axes.plot(
            *zip(*o.curve, strict=True),
            label=o.name,
            color=COLOURS[i % len(COLOURS)],
            marker=MARKERS[i % len(MARKERS)],
            markersize=5,
        )
    axes.set_xlabel("epochs trained")
    axes.set_ylabel(shown.curve[1])
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.legend(**_BESIDE)


def _draw_bars(axes: Any, shown: Shown, outcomes: Sequence[Outcome], names: Sequence[str]) -> None:
    width = 0.8 / len(outcomes)
    for i, o in enumerate(outcomes):
        left = [n - 0.4 + (i + 0.5) * width for n in range(len(names))]
        axes.bar(
            left,
            # a bar of NaN has no height, but would take away the axis
            [0.0 if math.isnan(v) else v for v in (_figure(o, name) for name in names)],
            width,
            label=o.name,
            color=COLOURS[i % len(COLOURS)],
            hatch=_HATCHES[i // len(COLOURS) % len(_HATCHES)],
            edgecolor="white",
            linewidth=0.4,
        )
    labels = [name.removeprefix(shown.bars) for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=30, ha="right")
    axes.set_ylabel(shown.bars_words)
    axes.grid(alpha=0.3, axis="y")
    axes.set_axisbelow(True)
    axes.legend(**_BESIDE)


def _figure(o: Outcome, name: str) -> float:
    return o.figures.get(name, math.nan)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 5)


def _texts(values: Sequence[float], larger: bool | None = None) -> list[str]:
    """Return figures as they stand in a row; with ``larger`` given, the best ones in bold."""
    texts = ["-" if math.isnan(value) else f"{value:.3f}" for value in values]
    known = [value for value in values if not math.isnan(value)]
    if larger is None or not known or len(values) < 2:
        return texts
    best = f"{(max if larger else min)(known):.3f}"
    return [f"**{text}**" if text == best else text for text in texts]


def _words(shown: Shown) -> str:
    return (
        "The same network, data, order, augmentation and seed; only what the columns name differs. "
        "Figures are those on the images of validation, which are held out unless "
        f"`hold_out_every` is 0, after the epoch with the best {shown.curve[1]}, as "
        "`followme-train TASK fit` would keep it. One seed each: what differs little may be chance."
    )
