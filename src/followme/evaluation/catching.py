"""Which walk notices which fault that was put in on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from followme.evaluation.grid import Run
from followme.evaluation.mutations import MUTATIONS
from followme.evaluation.runner import Progress, run_all

Catches = dict[str, list[str]]


def catches(runs: Sequence[Run], *, jobs: int = 1, progress: Progress | None = None) -> Catches:
    """Return for each mutation the walks that it turns from inside their windows to short.

    Parameters
    ----------
    runs : sequence of Run
        Walks without a mutation.
    jobs : int
        Processes at a time.
    progress : callable or None
        Told how many of all runs have ended.
    """
    every = [*runs, *(replace(run, mutation=m.name) for m in MUTATIONS for run in runs)]
    finished = run_all(every, jobs=jobs, progress=progress)
    plain, mutated = finished[: len(runs)], finished[len(runs) :]
    well = {f.run.path for f in plain if not f.result.shortfalls}
    found: Catches = {m.name: [] for m in MUTATIONS}
    for f in mutated:
        if f.result.shortfalls and f.run.path in well:
            found[f.run.mutation].append(f.run.path.stem)
    return found


def catching_table(found: Mapping[str, Sequence[str]]) -> str:
    """Return a table for Markdown, which reads well on a terminal too."""
    texts = {m.name: m.text for m in MUTATIONS}
    lines = ["| fault | caught by |", "| --- | --- |"]
    for name, walks in found.items():
        lines.append(f"| {texts[name]} | {', '.join(walks) or 'no walk'} |")
    return "\n".join(lines)
