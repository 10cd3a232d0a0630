"""A graph for a long time: whether it grows, slows down or loses images.

What grows is told by the slope of a line through what was seen after a warm-up, as growth in eight
hours with the half width of its 95 % interval. A slope says little until it is several times larger
than its error, and a run of an hour says more about eight than one of a minute.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme.benchmark.graph_times import ONE_PROCESS, Form, running
from followme.benchmark.machine import machine, missing_models
from followme.benchmark.statistics import latency_summary, trend
from followme.benchmark.usage import Sampler, Usage
from followme.settings import SettingsError

RATE_HZ = 10.0
_HOURS_8_S = 8 * 3600.0
_SAMPLES = 720  # about so many looks, however long it runs
_LEAST_S = 3.0
# The first fifth, at most two minutes: caches fill, the walk is played a few times.
_WARM_UP_SHARE, _WARM_UP_S = 0.2, 120.0

#: What is followed, with its unit.
FOLLOWED = {
    "memory_mb": "MB",
    "own_mb": "MB",
    "threads": "",
    "files": "",
    "latency_p50_ms": "ms",
    "lost_share": "",
}


def soak(
    seconds: float,
    form: Form = ONE_PROCESS,
    size: tuple[int, int] | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> dict[str, Any]:
    """Run a graph for so long and return what it took over time.

    Parameters
    ----------
    seconds : float
        How long, after its first obstacles.
    form : Form
        Which way to run it.
    size : tuple of int, optional
        Width and height of the images.
    progress : callable
        Told the seconds that have gone by.

    Raises
    ------
    SettingsError
        When the time is too short to see anything.
    BenchError
        When the graph cannot be started, or ends by itself.
    """
    check_seconds(seconds)
    every_s = max(0.5, seconds / _SAMPLES)
    with running(form, RATE_HZ, size) as graph:
        sampler = Sampler(graph.program.pid, every_s)
        begin_s = time.monotonic()
        while (gone_s := time.monotonic() - begin_s) < seconds:
            progress(gone_s)
            graph.wait(min(1.0, seconds - gone_s))
        taken = sampler.stop()
        end_s = time.monotonic()
        graph.wait(1.0)
        ages = graph.watch.ages_ms("obstacles", begin_s, end_s)
        images = graph.watch.images(begin_s, end_s)
    edges = np.linspace(begin_s, end_s, max(2, min(len(taken), round(seconds)) + 1))
    return {
        "form": form.name,
        "seconds": round(end_s - begin_s, 1),
        "rate_hz": RATE_HZ,
        "machine": machine(),
        "networks_missing": missing_models(),
        "frames": len(images),
        "frames_lost": sum(1 for _, through in images if not through),
        "stamp_to_obstacles": latency_summary([ms for _, ms in ages]),
        "warm_up_s": round(min(_WARM_UP_S, _WARM_UP_SHARE * seconds), 1),
        "series": {
            "taken": _taken(taken, begin_s),
            "came": {
                "at_s": [round(float(t - begin_s), 2) for t in (edges[:-1] + edges[1:]) / 2],
                "latency_p50_ms": by_piece(edges, ages, np.median),
                "lost_share": by_piece(edges, [(s, not ok) for s, ok in images], np.mean),
            },
        },
    }


def check_seconds(seconds: float) -> None:
    """Refuse a time in which nothing can be seen, or that never ends.

    Raises
    ------
    SettingsError
        Naming the time.
    """
    if not _LEAST_S <= seconds < math.inf:
        raise SettingsError(f"--soak: {seconds:g} s shows nothing; give {_LEAST_S:g} or more")


def with_growth(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report of :func:`soak` with the growth in eight hours of all that is followed."""
    growth: dict[str, dict[str, float]] = {}
    for name in FOLLOWED:
        series = next(s for s in report["series"].values() if name in s)
        at_s = np.asarray(series["at_s"])
        late = at_s >= report["warm_up_s"]
        values = np.asarray(series[name], np.float64)
        grown, error = trend(at_s[late].tolist(), values[late].tolist()).after(_HOURS_8_S)
        growth[name] = {"growth": grown, "error_95": error}
    return {**report, "growth_8h": growth}


def by_piece(
    edges: NDArray[np.float64],
    samples: Sequence[tuple[float, float]],
    value: Callable[[NDArray[np.float64]], Any],
) -> list[float]:
    """Return a value of the samples of each piece of time; NaN where there is none.

    Parameters
    ----------
    edges : (N + 1,) float64
        Where pieces begin and end, rising.
    samples : sequence of (moment, sample)
        Not before the first edge.
    value : callable
        From the samples (M,) of a piece to its value.
    """
    if not samples:
        return [math.nan] * (len(edges) - 1)
    at_s, what = np.asarray(samples, np.float64).T
    places = np.searchsorted(edges, at_s, side="right") - 1
    pieces = [what[places == i] for i in range(len(edges) - 1)]
    return [float(value(piece)) if len(piece) else math.nan for piece in pieces]


def _taken(taken: Sequence[Usage], begin_s: float) -> dict[str, list[float]]:
    return {
        "at_s": [round(u.at_s - begin_s, 2) for u in taken],
        "memory_mb": [round(u.memory_mb, 2) for u in taken],
        "own_mb": [round(u.own_mb, 2) for u in taken],
        "threads": [u.threads for u in taken],
        "files": [u.files for u in taken],
        "cpu_s": [round(u.cpu_s, 2) for u in taken],
    }
