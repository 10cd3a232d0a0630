"""An image from node to node inside one process: by reference, or through DDS.

``python -m followme.benchmark.hand_over reference|dds`` measures one way and prints JSON.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode

from followme.benchmark.processes import BenchError, answer_with, environment, started
from followme.benchmark.statistics import latency_summary
from followme.ros.exchange import Exchange
from followme.ros.ports import InPort, OutPort
from followme.values.frame import ColourImage

_TOPIC = "camera/image_raw"
_RATE_HZ = 30.0
_WARM_UP = 10
_MEETING_S = 10.0
_BESIDE_S = 40.0
#: By reference no executor is involved: the value goes over in the thread of who gives it.
WAYS = ("reference", "dds")


def measure(seconds: float) -> dict[str, Any]:
    """Hand images over for so long each way; return hops and processor time.

    Raises
    ------
    BenchError
        When the images do not arrive.
    """
    found = {}
    for way in WAYS:
        words = ["-m", "followme.benchmark.hand_over", way, "--seconds", str(seconds)]
        with started(words, environment()) as program:
            found[way] = program.answer(seconds + _BESIDE_S)
    return found


class _Taker:
    """Notes the hop of each image."""

    def __init__(self) -> None:
        self.hops_ms: list[float] = []

    def __call__(self, image: ColourImage, _frame_id: str) -> None:
        self.hops_ms.append((time.monotonic_ns() - image.stamp_ns) * 1e-6)


def hand_over(way: str, seconds: float) -> dict[str, Any]:
    """Measure one way in this process; rclpy is initialised.

    Parameters
    ----------
    way : str
        Of :data:`WAYS`.
    seconds : float
        How long.
    """
    giver, taker = LifecycleNode("followme_bench_giver"), LifecycleNode("followme_bench_taker")
    taken = _Taker()
    mine = Exchange()
    # a second exchange knows no giver, so that its port goes through DDS
    its = mine if way == "reference" else Exchange()
    out = OutPort(giver, _TOPIC, mine, _refuse)
    port = InPort(taker, _TOPIC, its, taken, _refuse)
    giver.trigger_configure()
    giver.trigger_activate()
    port.open()

    executor = SingleThreadedExecutor()
    for node in (giver, taker):
        executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    deadline_s = time.monotonic() + _MEETING_S
    while way == "dds" and not out.wanted and time.monotonic() < deadline_s:
        time.sleep(0.01)
    count = max(1, round(seconds * _RATE_HZ))
    begin_s = time.monotonic()
    busy_s = _give(out, count)
    lasted_s = time.monotonic() - begin_s
    hops_ms = taken.hops_ms[_WARM_UP:]
    executor.shutdown()
    return {
        "frames_sent": count,
        "frames_lost": count - len(hops_ms),
        "hop": latency_summary(hops_ms),
        "cpu_cores": round(busy_s / lasted_s, 4),
    }


def _give(out: OutPort, count: int) -> float:
    """Give images at the rate; return the processor time of the process meanwhile, seconds."""
    pixels = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    due_s = time.monotonic()
    begin_s = time.process_time()
    for _ in range(_WARM_UP + count):
        time.sleep(max(0.0, due_s - time.monotonic()))
        due_s += 1.0 / _RATE_HZ
        out.publish(ColourImage(time.monotonic_ns(), pixels), "camera")
    time.sleep(0.2)  # the last one may still be on its way
    return time.process_time() - begin_s


def _refuse(sentence: str) -> None:
    raise BenchError(f"hand-over: {sentence}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one way and print it."""
    parser = argparse.ArgumentParser(prog="python -m followme.benchmark.hand_over")
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args(arguments)
    return answer_with(lambda: hand_over(given.way, given.seconds))


if __name__ == "__main__":
    sys.exit(main())
