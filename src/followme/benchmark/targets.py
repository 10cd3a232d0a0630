"""What is aimed for, and whether a run reached it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

#: Of the stages alone: what the target asks for, and with the own motion, which a graph estimates.
SUMS_ALONE = ("sum_of_p50_ms", "sum_of_p50_with_ego_motion_ms")
_JUDGED_FROM_S = 1800.0
_FORMS = (("one_process", "one process"), ("processes", "processes"))


@dataclass(frozen=True)
class Target:
    """One figure against its limit.

    Parameters
    ----------
    name : str
        What was measured, for a person.
    value : float or None
        None: it was not measured.
    limit : float
        What is aimed for.
    unit : str
        Of both; may be empty.
    most : bool
        Whether the limit is the most that is allowed; else it is the least.
    error : float
        Half width of the 95 % interval of the value, where it is an estimate.
    """

    name: str
    value: float | None
    limit: float
    unit: str
    most: bool = True
    error: float = 0.0

    @property
    def verdict(self) -> str:
        """pass, short, not measured, or cannot tell: the limit lies within the error."""
        if self.value is None or math.isnan(self.value):
            return "not measured"
        room = self.limit - self.value if self.most else self.value - self.limit
        if abs(room) < self.error:
            return "cannot tell"
        return "pass" if room >= 0.0 else "short"

    def row(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "verdict": self.verdict}


def targets(report: Mapping[str, Any]) -> list[Target]:
    """Return the targets of those parts of a report that were measured.

    Parameters
    ----------
    report : mapping
        As :mod:`followme.benchmark.suite` makes it.
    """
    return [
        *_of_transport(report.get("transport") or {}),
        *_of_hand_over(report.get("hand_over") or {}),
        *_of_graph(report.get("graph") or {}),
        *_of_chain(report.get("ratio") or {}),
    ]


def growth_target(soak: Mapping[str, Any]) -> Target:
    """Return the target of a soak: growth of memory in eight hours, by its slope.

    Half an hour is the least that is judged: in less there are steps and no slope.
    """
    row = soak["growth_8h"]["memory_mb"]
    error = row["error_95"] if soak["seconds"] >= _JUDGED_FROM_S else math.inf
    return Target("memory, growth in 8 h", row["growth"], 50.0, "MB", error=error)


def _of_transport(transport: Mapping[str, Any]) -> Iterator[Target]:
    ours = transport.get("followme_profile")
    if ours is not None:
        yield Target("images lost between processes", ours["frames_lost"], 0.0, "")
        hop_ms = ours["hop"]["p50_ms"]
        yield Target("hop between processes, p50", hop_ms, 4.0, "ms")
        yield Target("hop between processes, p50 (aim)", hop_ms, 2.5, "ms")


def _of_hand_over(hand_over: Mapping[str, Any]) -> Iterator[Target]:
    if "reference" in hand_over:
        yield Target(
            "hand-over in a process, p50", hand_over["reference"]["hop"]["p50_ms"], 0.3, "ms"
        )


def _of_graph(graph: Mapping[str, Any]) -> Iterator[Target]:
    for form, words in _FORMS:
        row = graph.get(form)
        if row is None:
            continue
        obstacles, stop = (row["stages"][f"stamp_to_{s}"] for s in ("obstacles", "stop_sound"))
        yield Target(f"{words}: images lost", row["frames_lost"], 0.0, "")
        yield Target(f"{words}: stamp to obstacles, p50", obstacles["p50_ms"], 60.0, "ms")
        yield Target(f"{words}: stamp to obstacles, p99", obstacles["p99_ms"], 120.0, "ms")
        yield Target(f"{words}: stamp to sound of a STOP, p50", stop["p50_ms"], 200.0, "ms")
        yield Target(f"{words}: stamp to sound of a STOP, p99", stop["p99_ms"], 300.0, "ms")
        start_s = 5.0 if form == "one_process" else 15.0
        yield Target(f"{words}: first obstacles", row["start_to_first_obstacles_s"], start_s, "s")
    alone, one = graph.get("stages_alone"), graph.get("one_process")
    if one is not None:
        yield Target("one process: memory", one["memory_mb"], 700.0, "MB")
    if alone is not None and one is not None:
        name = "one process over depth, metres and fusion, each alone"
        yield Target(name, over_stages_alone(graph)["sum_of_p50_ms"], 1.3, "times")


def over_stages_alone(graph: Mapping[str, Any]) -> dict[str, float | None]:
    """Return how many times as long one process takes as its stages do, each alone.

    Parameters
    ----------
    graph : mapping
        The part of a report, with ``stages_alone`` and ``one_process``.

    Returns
    -------
    dict
        By the sum that it is held against: ``sum_of_p50_ms`` is that of the target,
        ``sum_of_p50_with_ego_motion_ms`` has what the graph does besides. None: not measured.
    """
    whole_ms = graph["one_process"]["stages"]["stamp_to_obstacles"]["p50_ms"]
    sums_ms = {name: graph["stages_alone"].get(name) for name in SUMS_ALONE}
    return {name: whole_ms / ms if whole_ms and ms else None for name, ms in sums_ms.items()}


def _of_chain(ratio: Mapping[str, Any]) -> Iterator[Target]:
    if "stamp_to_obstacles" in ratio:
        yield Target(
            "straightforward chain over one process, stamp to obstacles, p50",
            ratio["stamp_to_obstacles"]["p50"],
            4.0,
            "times",
            most=False,
        )
