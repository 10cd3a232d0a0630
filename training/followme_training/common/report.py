"""The report of a run: settings, log, figures, curves, a page for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from followme_training.common.colours import COLOURS, LINES
from followme_training.common.files import write_json, write_text, write_with
from followme_training.common.run_folder import Run


def write_report(
    folder: Path,
    run: Run,
    title: str,
    facts: Mapping[str, str],
    metrics: Sequence[Mapping[str, Any]],
    curves: Sequence[Sequence[str]],
    words: str,
    units: Sequence[str] = (),
) -> None:
    """Write ``config.yaml``, ``log.csv``, ``metrics.json``, ``curves.png`` and ``report.md``.

    Parameters
    ----------
    folder : Path
        ``training/reports/<task>/<run>``.
    run : Run
        The training.
    title : str
        Of the page.
    facts : mapping of str to str
        Command, commit, seed, data, hours, machine.
    metrics : sequence of mappings
        Rows with ``set``, ``split``, ``measure``, ``value``.
    curves : sequence of sequences of str
        Names of what is drawn: one panel each.
    words : str
        What a reader should know beside the numbers.
    units : sequence of str
        What the vertical axis of each panel is, with its unit.
    """
    write_text(folder / "config.yaml", yaml.safe_dump(run.config, sort_keys=False))
    write_text(folder / "log.csv", log_table(run))
    write_json(folder / "metrics.json", {"facts": dict(facts), "metrics": list(metrics)})
    write_with(folder / "curves.png", lambda part: draw_curves(run, curves, part, units))
    write_text(folder / "report.md", page(title, facts, metrics, words, folder))


def log_table(run: Run) -> str:
    """Return what was logged as CSV: a row an epoch, a column a name, empty where there is none."""
    logged = {name: dict(points) for name, points in run.curves().items()}
    names = sorted(logged)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *names])
    for epoch in sorted({e for points in logged.values() for e in points}):
        row = (logged[name].get(epoch) for name in names)
        writer.writerow([f"{epoch:g}", *("" if v is None else f"{v:.6g}" for v in row)])
    return text.getvalue()


def page(
    title: str,
    facts: Mapping[str, str],
    metrics: Sequence[Mapping[str, Any]],
    words: str,
    folder: Path,
) -> str:
    """Return the page in Markdown: facts, one table of figures a set, pictures."""
    lines = [f"# {title}", "", words, ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    sets = dict.fromkeys((str(m["set"]), str(m["split"])) for m in metrics)
    for name, split in sets:
        rows = [m for m in metrics if (m["set"], m["split"]) == (name, split)]
        lines += ["", f"## {name}, {split}", "", "| measure | value |", "| --- | --- |"]
        lines += [f"| {m['measure']} | {m['value']:.4g} |" for m in rows]
    first = ("curves.png", "samples.png")
    further = sorted(f.name for f in folder.glob("*.png") if f.name not in first)
    pictures = [p for p in (*first, *further) if (folder / p).is_file()]
    for picture in pictures:
        lines += ["", f"![{picture.partition('.')[0]}]({picture})"]
    return "\n".join(lines) + "\n"


def draw_curves(
    run: Run, panels: Sequence[Sequence[str]], file: Path, units: Sequence[str] = ()
) -> None:
    """Draw what was logged over epochs, a panel for each group of names of which one was logged."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    logged = run.curves()
    shown = [i for i, names in enumerate(panels) if any(logged.get(name) for name in names)]
    figure = Figure(figsize=(4.2 * max(len(shown), 1), 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    for place, i in enumerate(shown, 1):
        axes = figure.add_subplot(1, len(shown), place)
        for number, name in enumerate(panels[i]):
            points = logged.get(name, [])
            if points:
                colour = COLOURS[number % len(COLOURS)]
                style = LINES[number % len(LINES)]
                axes.plot(*zip(*points, strict=True), label=name, color=colour, linestyle=style)
        axes.set_xlabel("epoch")
        axes.set_ylabel(units[i] if i < len(units) else "")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.savefig(file, dpi=100)
