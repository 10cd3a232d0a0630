"""One end of a stream of images between two processes: gives them, or notes when they come.

``python -m followme.benchmark.images_between give|take`` prints one JSON object at its end.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from followme.benchmark.processes import answer_with
from followme.ros.images import colour_from_msg, colour_to_msg
from followme.ros.qos import profile
from followme.values.frame import ColourImage

_TOPIC = "followme_bench/image_raw"
_QUALITY = "IMAGE"
_TIMER_HZ = 20.0
EXECUTORS = {"default": SingleThreadedExecutor, "events": EventsExecutor}
# Both ends know of each other after a fraction of this, on a busy machine after one more round.
_MEETING_S = 15.0
# The first images find caches cold and discovery half done: they are not counted.
_WARM_UP = 10
# The last image comes so long after its time at the latest.
_LATE_S = 2.0


def give(count: int, rate_hz: float, width: int, height: int) -> dict[str, Any]:
    """Publish images, each with its number as frame id, stamped by the monotonic clock.

    Of each image that counts it notes when it began, had a message, and was done with publish():
    that moment is too late to travel in the message.
    """
    node = Node("followme_bench_giver")
    publisher = node.create_publisher(Image, _TOPIC, profile(_QUALITY))
    deadline_s = time.monotonic() + _MEETING_S
    while publisher.get_subscription_count() == 0:
        if time.monotonic() > deadline_s:
            raise ValueError(f"nobody took the images within {_MEETING_S:g} s")
        time.sleep(0.02)
    time.sleep(0.5)  # who takes them has to find the giver, too
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    moments_ns: list[list[int]] = []
    due_s = time.monotonic()
    for number in range(-_WARM_UP, count):
        time.sleep(max(0.0, due_s - time.monotonic()))
        due_s += 1.0 / rate_hz
        # from the value on: what packs it is part of the hop
        stamp_ns = time.monotonic_ns()
        message = colour_to_msg(ColourImage(stamp_ns, pixels), str(number))
        packed_ns = time.monotonic_ns()
        publisher.publish(message)
        if number >= 0:
            moments_ns.append([stamp_ns, packed_ns, time.monotonic_ns()])
    time.sleep(0.5)  # the last one may still be on its way
    node.destroy_node()
    return {"sent": count, "moments_ns": moments_ns}


def take(count: int, rate_hz: float, executor: Executor) -> dict[str, Any]:
    """Note the hop of each image until the last one came, or its time is over.

    Parameters
    ----------
    count, rate_hz
        Of the images.
    executor : Executor
        Who calls the callbacks.
    """
    node = Node("followme_bench_taker")
    hops_ms: dict[int, float] = {}
    moments_ns: dict[int, list[int]] = {}
    ticks = 0
    end_s = time.monotonic() + _MEETING_S

    def came(message: Image, about: Mapping[str, int]) -> None:
        nonlocal end_s
        called_ns = time.monotonic_ns()
        # to the value: what unpacks it is part of the hop
        image = colour_from_msg(message)
        now_ns = time.monotonic_ns()
        number = int(message.header.frame_id)
        end_s = now_ns * 1e-9 + (count - number) / rate_hz + _LATE_S
        if number >= 0:
            hops_ms[number] = (now_ns - image.stamp_ns) * 1e-6
            # DDS has the time of the day; where it is not told, all of it counts as on the way
            day_ns = about.get("received_timestamp", 0)
            received_ns = day_ns - time.time_ns() + time.monotonic_ns() if day_ns else called_ns
            moments_ns[number] = [received_ns, called_ns, now_ns]

    def came_unknown(message: Image) -> None:
        came(message, {})

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    # the events executor of rclpy 7.1.6 ends in a SystemError where a callback wants to know more
    knows = isinstance(executor, SingleThreadedExecutor)
    node.create_subscription(Image, _TOPIC, came if knows else came_unknown, profile(_QUALITY))
    # as the nodes of FollowMe have them, for their reports and their clocks
    node.create_timer(1.0 / _TIMER_HZ, tick)
    executor.add_node(node)
    begin_s, busy_s = time.monotonic(), time.process_time()
    while count - 1 not in hops_ms and time.monotonic() < end_s:
        executor.spin_once(timeout_sec=0.1)
    lasted_s = time.monotonic() - begin_s
    return {
        "hops_ms": [hops_ms[n] for n in sorted(hops_ms)],
        "moments_ns": moments_ns,
        "cpu_cores": round((time.process_time() - busy_s) / lasted_s, 4),
        "timer_share": round(ticks / (lasted_s * _TIMER_HZ), 3),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Be one end; 0 when all was given or taken."""
    parser = argparse.ArgumentParser(prog="python -m followme.benchmark.images_between")
    parser.add_argument("end", choices=("give", "take"))
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--rate", type=float, default=30.0)
    parser.add_argument("--executor", choices=tuple(EXECUTORS), default="default")
    parser.add_argument("--size", type=int, nargs=2, default=(640, 480))
    given = parser.parse_args(arguments)
    if given.end == "give":
        return answer_with(lambda: give(given.count, given.rate, *given.size))
    executor = EXECUTORS[given.executor]
    return answer_with(lambda: take(given.count, given.rate, executor()))


if __name__ == "__main__":
    sys.exit(main())
