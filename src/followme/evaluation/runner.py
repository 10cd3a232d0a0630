"""Many runs, side by side, each kept as soon as it has ended, so that a grid can go on later."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

from followme.evaluation.grid import Run
from followme.evaluation.one_run import Finished, run_one
from followme.evaluation.onset_log import LogError, RunResult, read_log, write_log
from followme.outputs.files import output_error

Progress = Callable[[int, int], None]


def run_all(
    runs: Sequence[Run],
    *,
    jobs: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> list[Finished]:
    """Run them all and return what they say, in the order given.

    Parameters
    ----------
    runs : sequence of Run
        Their keys differ.
    jobs : int
        Processes at a time; 1: this one.
    folder : Path or None
        Where their logs are kept; a run whose log is there already is not run again, unless its
        pictures are wanted.
    progress : callable or None
        Told how many have ended and how many there are.

    Raises
    ------
    ValueError
        When a walk, a log or the folder cannot be used.
    """
    done: dict[str, Finished] = {}
    if folder is not None:
        _make(folder)
        done = {run.key: old for run in runs if (old := _kept(folder, run)) is not None}
    ahead = [run for run in runs if run.key not in done]
    for finished in _finished(ahead, jobs):
        if folder is not None:
            write_log(_log_path(folder, finished.run), finished.result)
        done[finished.run.key] = finished
        if progress is not None:
            progress(len(done), len(runs))
    return [done[run.key] for run in runs]


def _finished(runs: Sequence[Run], jobs: int) -> Iterator[Finished]:
    if jobs <= 1 or len(runs) <= 1:
        yield from map(run_one, runs)
        return
    # a fresh interpreter each: threads of OpenCV and of networks do not survive a fork
    context = multiprocessing.get_context("spawn")
    workers = min(jobs, len(runs))
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_parent)
    try:
        waiting: list[Future[Finished]] = [pool.submit(run_one, run) for run in runs]
        for future in as_completed(waiting):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, also when it was killed.

    A worker that waits for its next run would wait for ever: it holds both ends of the pipe.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)  # nothing is lost: what a worker has ended is in the parent's hands


def _kept(folder: Path, run: Run) -> Finished | None:
    path = _log_path(folder, run)
    if run.pictures or not path.exists():
        return None
    result = read_log(path)
    if not _same(result, run):
        raise LogError(
            f"onset log {path}: it is of another run of that name, remove it or give another folder"
        )
    return Finished(run, result, "")


def _same(result: RunResult, run: Run) -> bool:
    wanted = run.as_row()
    if not run.contacts:  # a log that counts them tells all that is asked, and more
        del wanted["contacts"]
    return {key: result.run.get(key) for key in wanted} == wanted


def _log_path(folder: Path, run: Run) -> Path:
    return folder / f"{run.key}.jsonl"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error
