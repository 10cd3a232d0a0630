"""How long each network takes: every engine, one thread and two, and the stages of depth alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from followme.benchmark.machine import digest, models
from followme.benchmark.statistics import latency_summary
from followme.benchmark.targets import SUMS_ALONE
from followme.perception.depth import DepthNetwork
from followme.perception.network import Network
from followme.settings import DepthEstimatorSettings, ModelSettings, ObstacleFusionSettings
from followme.stages.depth import DepthStage
from followme.stages.obstacles import ObstacleStage
from followme.values.depth_map import DepthMap, MonocularDepth
from followme.values.frame import Frame

RUNTIMES = ("onnxruntime", "openvino")
THREADS = (1, 2)
#: What is timed alone. A graph is held against the first three; it estimates motion too, of which
#: its target says nothing.
ALONE = ("depth_network", "metric_depth", "obstacle_fusion", "ego_motion")
_HELD_AGAINST = ALONE[:3]
_WARM_UP = 5

T = TypeVar("T")


def measure(
    frames: Sequence[Frame], seconds: float, files: Iterable[tuple[str, Path]] | None = None
) -> list[dict[str, Any]]:
    """Show images to each network, with each engine and number of threads.

    Parameters
    ----------
    frames : sequence of Frame
        In turn; resizing to the network's size is part of the time.
    seconds : float
        For each combination.
    files : iterable of (task, file), optional
        The networks that come along when absent.

    Raises
    ------
    ModelError
        When a network or its card cannot be used.
    """
    return [
        _timed(task, file, runtime, threads, frames, seconds)
        for task, file in (models() if files is None else files)
        for runtime in RUNTIMES
        for threads in THREADS
    ]


def _timed(
    task: str, file: Path, runtime: str, threads: int, frames: Sequence[Frame], seconds: float
) -> dict[str, Any]:
    network = Network(file, task, ModelSettings(runtime=runtime, threads=threads))
    try:
        for i in range(_WARM_UP):
            network.run(frames[i % len(frames)].bgr)
        times_ms: list[float] = []
        begin_s, busy_s = time.monotonic(), time.process_time()
        while time.monotonic() < begin_s + seconds or not times_ms:
            _, ms = _clocked(network.run, frames[len(times_ms) % len(frames)].bgr)
            times_ms.append(ms)
        busy_s = time.process_time() - busy_s
    finally:
        network.close()
    return {
        "task": task,
        "file": file.name,
        "sha256": digest(file),
        "runtime": runtime,
        "threads": threads,
        "image": latency_summary(times_ms),
        # of all threads: what an image costs, however many cores it is spread over
        "cpu_ms_per_image": round(busy_s / len(times_ms) * 1e3, 3),
    }


def stages_alone(frames: Sequence[Frame]) -> dict[str, Any]:
    """Time depth network, metres, fusion and own motion one after the other, in one thread.

    Nothing else of the graph runs, so that a graph can be held against it. The network is asked
    for every image, as the graphs of a bench are told to.

    Parameters
    ----------
    frames : sequence of Frame
        In the order of the walk.

    Returns
    -------
    dict
        A latency summary for each of :data:`ALONE`, and in milliseconds ``sum_of_p50_ms`` of depth
        network, metres and fusion, and ``sum_of_p50_with_ego_motion_ms``.
    """
    s = DepthEstimatorSettings()
    depth = DepthStage(replace(s, fusion=replace(s.fusion, fill_below=1.0)))
    network = None
    if depth.network is not None:
        file = depth.network.file
        depth.close()
        network = depth.network = _ClockedNetwork(file, s.model)
    fusion = ObstacleStage(ObstacleFusionSettings())
    parts_ms: dict[str, list[float]] = {name: [] for name in ALONE}
    try:
        for frame in frames:
            asked = 0 if network is None else len(network.times_ms)
            result, whole_ms = _clocked(depth.estimate, frame)
            network_ms = 0.0 if network is None else sum(network.times_ms[asked:])
            parts_ms["metric_depth"].append(whole_ms - network_ms)
            motion, ms = _clocked(lambda f=frame, r=result: depth.motion(f, r))
            parts_ms["ego_motion"].append(ms)
            if motion is not None:
                fusion.estimated(motion)
            if isinstance(result, DepthMap):
                _, ms = _clocked(lambda r=result: fusion.see(r, r.stamp_ns))
                parts_ms["obstacle_fusion"].append(ms)
    finally:
        depth.close()
    if network is not None:
        parts_ms["depth_network"] = network.times_ms
    rows = {name: latency_summary(times) for name, times in parts_ms.items()}

    def sum_ms(names: Sequence[str]) -> float:
        return round(sum(float(rows[name]["p50_ms"] or 0.0) for name in names), 3)

    return rows | dict(zip(SUMS_ALONE, (sum_ms(_HELD_AGAINST), sum_ms(ALONE)), strict=True))


class _ClockedNetwork(DepthNetwork):
    """Notes how long it takes, so that what is around it can be told apart."""

    def __init__(self, model: Path, s: ModelSettings) -> None:
        super().__init__(model, s)
        self.times_ms: list[float] = []

    def infer(self, frame: Frame) -> MonocularDepth:
        result, ms = _clocked(super().infer, frame)
        self.times_ms.append(ms)
        return result


def _clocked(act: Callable[..., T], *given: Any) -> tuple[T, float]:
    begin = time.perf_counter()
    result = act(*given)
    return result, (time.perf_counter() - begin) * 1e3
