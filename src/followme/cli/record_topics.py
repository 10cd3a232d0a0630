"""The recorder in this process, with a line of progress and a table at the end."""

from __future__ import annotations

import argparse
import sys
import threading
from typing import Any

import rclpy
from tqdm import tqdm

from followme.launching.arguments import check_namespace
from followme.nodes.bag_recorder import BagRecorder
from followme.ros.parameter_file import check_parameter_file
from followme.ros.process import Spinner, begin, stop_on_signals
from followme.settings import did_you_mean

_LOOK_S = 0.2


def record_topics(given: argparse.Namespace) -> int:
    """Record until a signal, the end of the time or a fault; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used, or when nothing came.
    """
    # threads cannot wait for longer than TIMEOUT_MAX
    if given.seconds is not None and not 0 < given.seconds <= threading.TIMEOUT_MAX:
        raise ValueError(
            f"--seconds: {given.seconds:g} is no time to record; give more than 0, or leave it out"
        )
    check_namespace("--namespace", given.namespace)
    if given.params_file is not None:
        check_parameter_file(given.params_file)
    begin(_ros_arguments(given))
    stop = stop_on_signals()
    try:
        node = BagRecorder(overrides=_overrides(given))
        spinner = Spinner([node], stop.set)
        _watch(node, stop, given.seconds)
        known = {name for name, _ in node.get_topic_names_and_types()}
        spinner.stop()
        if spinner.error is not None:
            raise spinner.error
    finally:
        rclpy.try_shutdown()
    return _told(node, known)


def _ros_arguments(given: argparse.Namespace) -> list[str]:
    words = []
    if given.namespace.strip("/"):
        words += ["-r", f"__ns:=/{given.namespace.strip('/')}"]
    if given.params_file is not None:
        words += ["--params-file", str(given.params_file)]
    return ["--ros-args", *words] if words else []


def _overrides(given: argparse.Namespace) -> dict[str, Any]:
    asked = {
        "bag": given.out,
        "topics": given.topics,
        "split_mib": given.split_mib,
        "compression": given.compression,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _watch(node: BagRecorder, stop: Any, seconds: float | None) -> None:
    """Wait for the end, with a line that grows on a terminal; a fault is an end, too."""
    with tqdm(unit=" messages", leave=False, disable=None, total=None) as bar:
        waited_s, told = 0.0, False
        while not stop.wait(_LOOK_S):
            waited_s += _LOOK_S
            if node.active and not told:
                told = True
                bar.write("Ctrl-C ends it")  # where to, the node has said
                sys.stdout.flush()
            bar.set_postfix_str(
                f"{node.bytes_written / 2**20:.0f} MiB, {sum(node.lost.values())} lost",
                refresh=False,
            )
            bar.update(sum(node.counts.values()) - bar.n)
            if (seconds is not None and waited_s >= seconds) or node.broken:
                return


def _told(node: BagRecorder, known: set[str]) -> int:
    if node.broken and not node.files:
        raise ValueError(node.broken)
    counts, lost = node.counts, node.lost
    if not any(counts.values()):
        raise ValueError(
            f"nothing came on {', '.join(counts)}; start what publishes them, in the same "
            "namespace and with the same ROS_DOMAIN_ID"
            f"{_nearest(counts, known)}"
        )
    for name, count in counts.items():
        gone = f", {lost[name]} lost" if lost.get(name) else ""
        print(f"{count:8d}  {name}{gone}{'' if count else '  (nothing came)'}")
    print(f"{node.bytes_written / 2**20:.1f} MiB in {node.folder}")
    if node.broken:
        print(f"followme record: {node.broken}", file=sys.stderr)
        return 1
    return 0


def _nearest(counts: dict[str, int], known: set[str]) -> str:
    """Return a hint where a topic of another name is there."""
    missing = next((name for name in counts if name not in known), "")
    others = known - set(counts) - {"/rosout", "/parameter_events", "/diagnostics"}
    return did_you_mean(missing, others) if missing else ""
