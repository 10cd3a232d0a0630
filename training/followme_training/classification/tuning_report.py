"""What a search found: a table of its trials, the best settings, and which of them matter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from followme_training.classification.figures import new_figure
from followme_training.common.colours import COLOURS
from followme_training.common.files import write_json, write_text, write_with

# Of fewer trials a forest of trees tells nothing.
_FEWEST = 4


def write_tuning(
    folder: Path,
    title: str,
    study: Any,
    facts: Mapping[str, str],
    base: Mapping[str, Any],
    seed: int,
) -> Iterator[str]:
    """Write ``trials.csv``, ``metrics.json``, ``config.yaml``, plots and ``report.md``.

    Yield a sentence for each thing to be said.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    title : str
        Of the page.
    study : Study
        Of Optuna; more is better.
    facts : mapping of str to str
        Command, commit, data, epochs, seed, machine.
    base : mapping
        Settings that all trials share.
    seed : int
        Of the estimate of importance.
    """
    trials = [t for t in study.trials if t.state.name in ("COMPLETE", "PRUNED")]
    complete = [t for t in trials if t.state.name == "COMPLETE"]
    keys = list(dict.fromkeys(key for t in trials for key in t.params))
    matter = importances(study, complete, seed)
    write_text(folder / "config.yaml", yaml.safe_dump(dict(base), sort_keys=False))
    write_text(folder / "trials.csv", table(trials, keys))
    write_with(folder / "trials.png", lambda part: draw_trials(trials, part))
    if matter:
        write_with(folder / "importance.png", lambda part: draw_importances(matter, part))
    best = max(complete, key=lambda t: t.value) if complete else None
    found: dict[str, Any] = {"facts": dict(facts), "trials": len(trials), "importance": matter}
    if best is not None:
        found["best"] = {"trial": best.number, "accuracy": best.value, "settings": best.params}
    write_json(folder / "metrics.json", found)
    write_text(folder / "report.md", page(title, facts, trials, keys, best, matter))
    if best is not None:
        yield f"best accuracy {best.value:.4f}: {options(best)}"
    yield f"{folder}: {len(trials)} trials, of which {len(complete)} to the end"


def importances(study: Any, complete: list[Any], seed: int) -> dict[str, float]:
    """Return the share of the variance of accuracy that each key explains, the largest first.

    By a forest of trees (Hutter et al., "An Efficient Approach for Assessing Hyperparameter
    Importance", ICML 2014). Nothing where trials are too few or all equal.
    """
    if len(complete) < _FEWEST or len({t.value for t in complete}) < 2:
        return {}
    import optuna

    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {key: float(value) for key, value in found.items()}


def options(trial: Any) -> str:
    """Return the settings of a trial as options of ``fit``."""
    return " ".join(f"--{key} {value}" for key, value in trial.params.items())


def table(trials: list[Any], keys: list[str]) -> str:
    """Return the trials as CSV, in their order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", "state", "accuracy", "epochs", "seconds", *keys])
    for t in trials:
        writer.writerow(
            [
                t.number,
                t.state.name.lower(),
                "" if t.value is None else f"{t.value:.5f}",
                len(t.intermediate_values),
                f"{t.duration.total_seconds():.0f}",
                *(t.params.get(key, "") for key in keys),
            ]
        )
    return text.getvalue()


def page(
    title: str,
    facts: Mapping[str, str],
    trials: list[Any],
    keys: list[str],
    best: Any,
    matter: Mapping[str, float],
) -> str:
    """Return the report in Markdown: the best trial first."""
    lines = [f"# Search: {title}", "", _WORDS, ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    if best is not None:
        lines += ["", f"Best, with accuracy {best.value:.4f}: `{options(best)}`"]
    short = [key.removeprefix("model.").removeprefix("data.") for key in keys]
    lines += ["", "| trial | accuracy | epochs | " + " | ".join(short) + " |"]
    lines.append("| ---: " * (3 + len(keys)) + "|")
    order = sorted(trials, key=lambda t: -1.0 if t.value is None else -t.value)
    for t in sorted(order, key=lambda t: t.state.name != "COMPLETE"):
        value = f"{t.value:.4f}" if t.state.name == "COMPLETE" else "given up"
        shown = (_short(t.params.get(key, "")) for key in keys)
        cells = (t.number, value, len(t.intermediate_values), *shown)
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", "![trials](trials.png)"]
    if matter:
        lines += ["", "![importance](importance.png)"]
    return "\n".join(lines) + "\n"


def draw_trials(trials: list[Any], file: Path) -> None:
    """Draw the accuracy of each trial and the best so far."""
    figure = new_figure(7.0, 3.8)
    axes = figure.add_subplot()
    best, line = 0.0, []
    for state, colour, marker in (("COMPLETE", COLOURS[0], "o"), ("PRUNED", COLOURS[3], "X")):
        some = [t for t in trials if t.state.name == state and t.value is not None]
        words = "to the end" if state == "COMPLETE" else "given up early"
        if some:
            places = [t.number for t in some]
            values = [t.value for t in some]
            axes.plot(places, values, marker, color=colour, linestyle="none", label=words)
    for t in trials:
        best = max(best, t.value or 0.0) if t.state.name == "COMPLETE" else best
        line.append((t.number, best))
    known = [(number, value) for number, value in line if value > 0]
    if known:
        axes.step(*zip(*known, strict=True), where="post", color=COLOURS[6], label="best so far")
    axes.set_xlabel("trial")
    # a trial has no half
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel("accuracy on held-out images (share)")
    axes.grid(alpha=0.3)
    if known or axes.lines:
        axes.legend(fontsize=8)
    figure.savefig(file, dpi=110)


def draw_importances(matter: Mapping[str, float], file: Path) -> None:
    """Draw how much of the variance each key explains."""
    figure = new_figure(7.0, 1.4 + 0.32 * len(matter))
    axes = figure.add_subplot()
    axes.barh(range(len(matter)), list(matter.values()), color=COLOURS[0])
    axes.set_yticks(range(len(matter)), list(matter), fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("importance (share of the variance of accuracy)")
    axes.set_ylabel("setting")
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    figure.savefig(file, dpi=110)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


_WORDS = (
    "Each trial is a training with settings drawn by a tree-structured Parzen estimator; one that "
    "is behind the median of the others after as many epochs is given up. Accuracy is the best on "
    "held-out images of any epoch. One seed each: what differs little may be chance."
)
