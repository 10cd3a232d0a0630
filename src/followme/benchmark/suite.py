"""The parts of a bench one after the other, and what they come to together."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from followme.benchmark import graph_times, hand_over, model_times, transport
from followme.benchmark.graph_times import ONE_PROCESS, PROCESSES, STRAIGHTFORWARD
from followme.benchmark.machine import machine, missing_models
from followme.benchmark.processes import BenchError
from followme.benchmark.targets import over_stages_alone, targets
from followme.benchmark.walk_frames import walk_frames
from followme.settings import SettingsError, did_you_mean

#: In the order in which they run.
PARTS = ("transport", "models", "graph", "chain")
RATE_HZ = 10.0
_ALONE_FRAMES = 100
# of each network with each engine and number of threads
_MODEL_SHARE = 0.1
_TRANSPORT_S = 10.0
_STAGES = ("depth", "obstacles", "stop_sound", "stop_word")
_PERCENTILES = ("p50", "p95", "p99", "max")


@dataclass(frozen=True)
class Plan:
    """What a bench measures.

    Parameters
    ----------
    parts : tuple of str
        Some of :data:`PARTS`.
    seconds : float
        Of each form of the graph; shorter parts take their share of it.
    size : tuple of int or None
        Of the images of the graphs; None: the camera's own.
    """

    parts: tuple[str, ...] = PARTS
    seconds: float = 60.0
    size: tuple[int, int] | None = None


def parts_of(text: str | None) -> tuple[str, ...]:
    """Return the parts that a text names, in their order.

    Parameters
    ----------
    text : str or None
        With commas between; None for all.

    Raises
    ------
    SettingsError
        When it names no part, or one that there is not.
    """
    if text is None:
        return PARTS
    asked = [word.strip() for word in text.split(",") if word.strip()]
    for word in asked:
        if word not in PARTS:
            raise SettingsError(
                f"--only: {word!r} is none of {', '.join(PARTS)}{did_you_mean(word, PARTS)}"
            )
    if not asked:
        raise SettingsError(f"--only: it names no part; give some of {', '.join(PARTS)}")
    return tuple(part for part in PARTS if part in asked)


Step = tuple[str, Callable[[dict[str, Any]], None]]


def steps_of(plan: Plan) -> list[Step]:
    """Return the steps of a plan with their names; each puts its figures into a report."""
    makers: Mapping[str, Callable[[Plan], list[Step]]] = {
        "transport": _transport,
        "models": _models,
        "graph": _graph,
        "chain": _chain,
    }
    return [step for part in plan.parts for step in makers[part](plan)]


def run(plan: Plan, progress: Callable[[str, int], None] = lambda *_: None) -> dict[str, Any]:
    """Measure what a plan asks for and return the report.

    Parameters
    ----------
    plan : Plan
        What to measure.
    progress : callable
        Told the name of each step before it begins, and how many are done.

    Returns
    -------
    dict
        What could not be measured stands in ``failed`` with a sentence; all else is there.
    """
    report: dict[str, Any] = {
        "bench_version": 1,
        "began_unix_s": round(time.time(), 1),
        "seconds": plan.seconds,
        "machine": machine(),
        "networks_missing": missing_models(),
        "failed": {},
    }
    for done, (name, act) in enumerate(steps_of(plan)):
        progress(name, done)
        try:
            act(report)
        except BenchError as error:
            # minutes of other figures are worth keeping
            report["failed"][name] = str(error)
    graph = report.get("graph", {})
    one = graph.get("one_process")
    if one is not None and "stages_alone" in graph:
        graph["one_process_over_stages_alone"] = over_stages_alone(graph)
    if one is not None and "chain" in report:
        report["ratio"] = ratio(report["chain"]["stages"], one["stages"])
    report["targets"] = [t.row() for t in targets(report)]
    return report


def ratio(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """Return how many times as long the other one takes, by stage and percentile."""
    found: dict[str, dict[str, float | None]] = {}
    for stage in _STAGES:
        key = f"stamp_to_{stage}"
        found[key] = {}
        for p in _PERCENTILES:
            a, b = theirs[key][f"{p}_ms"], ours[key][f"{p}_ms"]
            found[key][p] = round(a / b, 2) if a is not None and b else None
    return found


def _transport(plan: Plan) -> list[Step]:
    seconds = min(plan.seconds, _TRANSPORT_S)

    def between(report: dict[str, Any]) -> None:
        report["transport"] = transport.measure(seconds)

    def inside(report: dict[str, Any]) -> None:
        report["hand_over"] = hand_over.measure(seconds)

    return [("images between processes", between), ("images inside a process", inside)]


def _models(plan: Plan) -> list[Step]:
    def measure(report: dict[str, Any]) -> None:
        frames = walk_frames(_count(plan))
        report["models"] = model_times.measure(frames, plan.seconds * _MODEL_SHARE)

    return [("each network alone", measure)]


def _graph(plan: Plan) -> list[Step]:
    def alone(report: dict[str, Any]) -> None:
        frames = walk_frames(_count(plan), plan.size or (640, 480))
        report.setdefault("graph", {})["stages_alone"] = model_times.stages_alone(frames)

    def whole(form: graph_times.Form) -> Callable[[dict[str, Any]], None]:
        def measure(report: dict[str, Any]) -> None:
            row = graph_times.measure(form, plan.seconds, RATE_HZ, plan.size)
            report.setdefault("graph", {})[form.name] = row

        return measure

    def top(form: graph_times.Form) -> Callable[[dict[str, Any]], None]:
        def measure(report: dict[str, Any]) -> None:
            row = report.get("graph", {}).get(form.name)
            if row is None:
                raise BenchError("it did not run at the rate of a walk either")
            row["top_rate"] = graph_times.top_rate(form, plan.seconds, row, plan.size)

        return measure

    steps: list[Step] = [("each stage alone", alone)]
    for form, words in ((ONE_PROCESS, "graph in one process"), (PROCESSES, "graph as processes")):
        steps += [(words, whole(form)), (f"{words}, top rate", top(form))]
    return steps


def _chain(plan: Plan) -> list[Step]:
    def measure(report: dict[str, Any]) -> None:
        report["chain"] = graph_times.measure(STRAIGHTFORWARD, plan.seconds, RATE_HZ, plan.size)
        report["chain"]["networks_run_on"] = (
            "onnxruntime with its default settings, because the shipped networks are ONNX files"
        )

    return [("straightforward chain", measure)]


def _count(plan: Plan) -> int:
    return max(2, min(_ALONE_FRAMES, round(plan.seconds * RATE_HZ)))


def sentences(report: Mapping[str, Any]) -> Collection[str]:
    """Return what a reader has to know beside the figures, a sentence each."""
    m = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in m["versions"].items())
    networks = ", ".join(f"{t} {x['sha256'][:12]}" for t, x in m["models"].items()) or "none"
    said = [
        f"{m['processor']}, {m['cores']} cores, {m['memory_gb']} GB, load {m['load_1min']} at the "
        f"start; {report['seconds']:g} s a graph; {versions}.",
        f"Networks (sha256): {networks}.",
    ]
    said += [f"Could not be measured: {name}: {why}." for name, why in report["failed"].items()]
    if report["networks_missing"]:
        said.append(f"Not there, so that nobody ran them: {', '.join(report['networks_missing'])}.")
    if "chain" in report:
        said.append(
            f"The straightforward chain runs its networks on {report['chain']['networks_run_on']}."
        )
    return said
