"""A bench as a person sees it: checked words, progress, tables, files."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from followme.benchmark import graph_times, plots, soak, suite, tables
from followme.benchmark.targets import growth_target
from followme.drawing.palette import Picture
from followme.outputs.files import output_error, write_bytes, write_json, write_png
from followme.settings import SettingsError

_FORMS = {form.name: form for form in (graph_times.ONE_PROCESS, graph_times.PROCESSES)}
_SHORTEST_PX, _LONGEST_PX = 16, 4096


def run_bench(given: argparse.Namespace) -> int:
    """Measure what was asked for, print it and write it; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used, or what cannot be measured here.
    """
    size = _size(given.size)
    parts = suite.parts_of(given.only)
    if not 0.0 < given.seconds < math.inf:
        raise SettingsError(f"--seconds: {given.seconds:g} measures nothing; give more than 0")
    if given.soak is not None:
        soak.check_seconds(given.soak)
        if given.only is not None:
            raise SettingsError(f"--only: {given.only!r} does not go with --soak; give one of them")
    if given.json is not None and not given.json.absolute().parent.is_dir():
        # told now, not after minutes of measuring
        raise SettingsError(
            f"--json {given.json}: cannot be written; name a file in a folder that exists"
        )
    if given.out is not None:
        _make(given.out)
    if given.soak is not None:
        report = _soaked(given, size)
        return _tell(given, report, tables.soak_text(report), plots.soak_picture)
    plan = suite.Plan(parts, given.seconds, size)
    # quiet in a pipe
    with tqdm(total=len(suite.steps_of(plan)), unit="step", leave=False, disable=None) as bar:

        def progress(name: str, done: int) -> None:
            bar.set_description(name)
            bar.update(done - bar.n)

        report = suite.run(plan, progress)
    return _tell(given, report, tables.text(report), plots.bench_picture)


def _soaked(given: argparse.Namespace, size: tuple[int, int] | None) -> dict[str, Any]:
    with tqdm(total=round(given.soak), desc="soak", unit="s", leave=False, disable=None) as bar:

        def progress(gone_s: float) -> None:
            bar.update(int(gone_s) - bar.n)

        found = soak.soak(given.soak, _FORMS[given.form], size, progress)
    report = soak.with_growth(found)
    report["targets"] = [growth_target(report).row()]
    return report


def _tell(
    given: argparse.Namespace,
    report: Mapping[str, Any],
    text: str,
    picture: Callable[[Mapping[str, Any]], Picture],
) -> int:
    print(text)
    name = "bench" if given.soak is None else "soak"
    if given.json is not None:
        write_json(given.json, report)
    if given.out is not None:
        write_json(given.out / f"{name}.json", report)
        write_bytes(given.out / f"{name}.md", f"{text}\n".encode())
        write_png(given.out / f"{name}.png", picture(report))
        print(f"\nWritten to {given.out}: {name}.json, {name}.md, {name}.png")
    # what could not be measured stands in the text; a figure that is short is no failure
    return 1 if report.get("failed") else 0


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(_SHORTEST_PX <= side <= _LONGEST_PX for side in size):
        raise SettingsError(
            f"--size: {text!r} is no WIDTHxHEIGHT of {_SHORTEST_PX} to {_LONGEST_PX} pixels; "
            "write it as 640x480"
        )
    return size


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error
