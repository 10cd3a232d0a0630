"""Runs walks and prints what came out: a line a walk, the table, the time of the rules."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import numpy as np

from followme import __version__
from followme.evaluation.catching import catches, catching_table
from followme.evaluation.evidence import Evidence, summed
from followme.evaluation.fingerprint import fingerprint
from followme.evaluation.grid import GridError, Run, chosen, runs_of
from followme.evaluation.metrics import SHORT, Row, table
from followme.evaluation.one_run import Finished
from followme.evaluation.perceiving import settings_for
from followme.evaluation.promises import check_promises
from followme.evaluation.report_html import Chapter, write_page
from followme.evaluation.runner import Progress, run_all
from followme.evaluation.table import markdown_table, text_table
from followme.outputs.files import write_bytes, write_json
from followme.sources.scene_file import walk_paths

#: Of floor, fusion, tracking, zones and scheduling together, milliseconds a frame.
RULES_TARGET_MS = 12.0
_PICTURES = 6
_MOST_JOBS = 256
_MOST_SEEDS = 1000
# Characters of the progress, and of its line: what was longer before is written over.
_BAR, _LINE = 20, 72


def simulate_walks(given: argparse.Namespace) -> int:
    """Run the walks of a command line; return 0 when all keep their promises, else 1."""
    _check(given)
    settings_for(given.perception)
    runs = _runs(given)
    if given.mutations:
        return _mutate(runs, given)
    made_of = {path: fingerprint(path, given.perception) for path in {run.path for run in runs}}
    runs = [replace(run, made_of=made_of[run.path]) for run in runs]
    finished = run_all(runs, jobs=given.jobs, folder=given.out, progress=_progress())
    evidence = summed(f.result.evidence for f in finished)
    rows = table(evidence)
    for f in finished:
        _print_walk(f, many=given.grid == "full")
    short = sum(bool(f.result.shortfalls) for f in finished)
    facts = _facts(given, finished, evidence, short)
    print("\n" + text_table(rows) + "\n\n" + "\n".join(facts))
    if given.json is not None:
        write_json(given.json, _as_json(given, finished, rows, evidence))
    if given.markdown is not None:
        write_bytes(given.markdown, (markdown_table(rows) + "\n").encode())
    if given.html is not None:
        write_page(given.html, "FollowMe: scripted walks", facts, rows, _chapters(finished))
    rates_short = given.grid == "full" and any(row.verdict == SHORT for row in rows)
    return 1 if short or rates_short else 0


def _check(given: argparse.Namespace) -> None:
    if not 1 <= given.jobs <= _MOST_JOBS:
        raise ValueError(f"--jobs: {given.jobs} must be from 1 to {_MOST_JOBS}")
    if not 0 <= given.seed < 2**31:
        raise ValueError(f"--seed: {given.seed} must be from 0 to {2**31 - 1}")
    if not 1 <= given.seeds <= _MOST_SEEDS:
        raise ValueError(f"--seeds: {given.seeds} must be from 1 to {_MOST_SEEDS}")
    if given.grid == "full" and given.html is not None:
        raise ValueError("--html: a page shows each walk once, give it with --grid ci")
    written = (given.html, given.json, given.markdown, given.out)
    if given.mutations and (given.grid == "full" or any(written)):
        raise ValueError(
            "--mutations: it prints a table only; leave out --grid full, --html, --json and --out"
        )


def _runs(given: argparse.Namespace) -> list[Run]:
    wanted = [*given.walks, *given.walk]
    for path in given.scene:
        if not path.is_file():
            raise GridError(f"--scene {str(path)!r}: there is no such file")
    paths: list[Path] = list(given.scene)
    if wanted or not given.scene:
        paths += chosen(walk_paths(), wanted)
    for path in paths:
        check_promises(path)
    return runs_of(
        paths,
        given.grid,
        seed=given.seed,
        seeds=given.seeds,
        perception=given.perception,
        contacts=not (given.no_contacts or given.mutations),
        pictures=_PICTURES if given.html is not None else 0,
    )


def _progress() -> Progress | None:
    return progress_line(sys.stderr, time.monotonic) if sys.stderr.isatty() else None


def progress_line(stream: TextIO, clock_s: Callable[[], float]) -> Progress:
    """Return what keeps one line up to date: a bar, runs done, and how long the rest will take.

    Parameters
    ----------
    stream : text stream
        A terminal.
    clock_s : callable
        Seconds since anything.
    """
    begun_s = clock_s()
    kept: int | None = None

    def show(done: int, of: int) -> None:
        nonlocal kept
        # what lay in the folder already took no time
        kept = done - 1 if kept is None else kept
        left_s = (clock_s() - begun_s) / (done - kept) * (of - done)
        bar = "#" * (_BAR * done // of)
        line = f"[{bar:<{_BAR}}] {done} of {of} runs, {of - done} left, {_duration(left_s)}"
        end = "\n" if done == of else ""
        print(f"\r{line:<{_LINE}}", end=end, file=stream, flush=True)

    return show


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def _print_walk(f: Finished, *, many: bool) -> None:
    name = f.run.key if many else f"{f.result.run['number']:>2}  {f.result.run['name']}"
    if not f.result.shortfalls:
        if not many:
            print(f"{name:<44}  inside its windows")
        return
    print(f"{name:<44}  short")
    for text in f.result.shortfalls:
        print(f"      {text}")


def _facts(
    given: argparse.Namespace, finished: Sequence[Finished], e: Evidence, short: int
) -> list[str]:
    rules_ms = float(np.median(e.values["rules_ms"]))
    verdict = "within" if rules_ms <= RULES_TARGET_MS else "over"
    return [
        f"{len(finished)} runs, {len(finished) - short} inside their windows, {short} short; "
        f"perception {given.perception}, seed {given.seed}, FollowMe {__version__}.",
        f"Rules (depth, floor, fusion, tracking, zones, scheduling): {rules_ms:.1f} ms a frame at "
        f"320x240, p50, {given.jobs} at a time; {verdict} the target of "
        f"{RULES_TARGET_MS:g} ms.",
        "Figures of synthetic walks are not proof of safety.",
    ]


def _as_json(
    given: argparse.Namespace, finished: Sequence[Finished], rows: Sequence[Row], e: Evidence
) -> dict[str, object]:
    return {
        "version": __version__,
        "grid": given.grid,
        "perception": given.perception,
        "seed": given.seed,
        "rules_p50_ms": float(np.median(e.values["rules_ms"])),
        "metrics": [row.as_row() for row in rows],
        "walks": [
            {
                **f.result.run,
                "inside_windows": not f.result.shortfalls,
                "shortfalls": list(f.result.shortfalls),
                "onsets": list(f.result.onsets),
            }
            for f in finished
        ],
    }


def _chapters(finished: Sequence[Finished]) -> list[Chapter]:
    return [
        Chapter(f.text, f.record, f.result.shortfalls) for f in finished if f.record is not None
    ]


def _mutate(runs: Sequence[Run], given: argparse.Namespace) -> int:
    found = catches(runs, jobs=given.jobs, progress=_progress())
    print(catching_table(found))
    return 0 if all(found.values()) else 1
