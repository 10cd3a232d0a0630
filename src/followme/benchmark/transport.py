"""Images from one process to another: how many come, and how late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from followme.benchmark.hop_stages import by_stage
from followme.benchmark.processes import environment, started
from followme.benchmark.statistics import latency_summary

#: As the source and the graph have it.
RATE_HZ = 30.0
SIZE = (640, 480)
_BESIDE_S = 40.0


@dataclass(frozen=True)
class Way:
    """How images go over.

    Parameters
    ----------
    profile : str or None
        Fast DDS as it comes (empty), or with config/fastdds.xml (None).
    executor : str
        Of who takes them.
    """

    profile: str | None
    executor: str = "default"


#: By name; the last one is what rclpy offers beside the executor that FollowMe uses. It is shown
#: between processes, because beside its publisher in one process it stands still for ever (7.1.6).
WAYS = {
    "default_profile": Way(""),
    "followme_profile": Way(None),
    "followme_profile_events_executor": Way(None, "events"),
}


def measure(seconds: float) -> dict[str, Any]:
    """Send images for so long with each profile; return frames lost and the hop of the others.

    A hop is from the array in one process to the array in the other: message, DDS, executor; its
    stages are those of :mod:`followme.benchmark.hop_stages`.

    Raises
    ------
    BenchError
        When the processes cannot find each other.
    """
    return {name: _hop(seconds, way) for name, way in WAYS.items()}


def _hop(seconds: float, way: Way) -> dict[str, Any]:
    count = max(1, round(seconds * RATE_HZ))
    words = ["-m", "followme.benchmark.images_between"]
    more = ["--count", str(count), "--rate", str(RATE_HZ), "--size", *map(str, SIZE)]
    environ = environment(way.profile)
    with (
        started([*words, "take", *more, "--executor", way.executor], environ) as taker,
        started([*words, "give", *more], environ) as giver,
    ):
        given = giver.answer(seconds + _BESIDE_S)
        taken = taker.answer(_BESIDE_S)
        hops_ms = taken["hops_ms"]
    return {
        "rate_hz": RATE_HZ,
        "width_px": SIZE[0],
        "height_px": SIZE[1],
        "frames_sent": count,
        "frames_lost": count - len(hops_ms),
        "hop": latency_summary(hops_ms),
        "hop_by_stage": by_stage(given["moments_ns"], taken["moments_ns"]),
        "taker_cpu_cores": taken["cpu_cores"],
        "taker_timer_share": taken["timer_share"],
    }
