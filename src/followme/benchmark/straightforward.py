"""The chain as it is written first, to hold FollowMe against: one node and process a network.

Same images, same networks, same rules, same engine of speech. What differs is the wiring: default
quality of service (reliable, depth 10) and Fast DDS as it comes; each callback does all its work
in the executor's thread; each network runs on every image, on onnxruntime as it comes, which
takes a thread a core; results travel as whole images; fusion waits for all results of a stamp;
speech says a sentence to its end before it looks again, as ``runAndWait`` of pyttsx3 does.

``python -m followme.benchmark.straightforward all PARAMS`` starts every node; PARAMS is the file of
:func:`followme.benchmark.graph_times.parameters`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import rclpy
import yaml
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node

from followme.benchmark.machine import models
from followme.benchmark.plain_nodes import PlainCamera, PlainNetwork
from followme.benchmark.plain_rules import PlainFusion, PlainSpeech
from followme.perception.card import card_path, load_card
from followme.ros.owner import OWNER, end_with_owner
from followme.settings import CameraNodeSettings


def nodes(camera: dict[str, Any]) -> dict[str, Callable[[], Node]]:
    """Return what makes each node of the chain, by name; who listens comes first.

    Parameters
    ----------
    camera : dict
        Parameters of the camera: rate_hz, width, height.
    """
    s = CameraNodeSettings()
    rate_hz = camera.get("rate_hz", s.rate_hz)
    size = (camera.get("width", s.width), camera.get("height", s.height))
    there = dict(models())
    names = load_card(card_path(there["segmentation"])).classes if "segmentation" in there else ()
    networks: dict[str, Callable[[], Node]] = {
        task: lambda task=task, file=file: PlainNetwork(task, file)  # type: ignore[misc]
        for task, file in there.items()
    }
    return {
        "speech": PlainSpeech,
        "fusion": lambda: PlainFusion(tuple(there), names),
        **networks,
        "camera": lambda: PlainCamera(rate_hz, size),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one node until a signal comes, or all of them."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name, file = words
    end_with_owner(signal.SIGTERM)
    content = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    made = nodes(content["/**/camera"]["ros__parameters"])
    if name != "all":
        return _spin(made[name])
    own = {**os.environ, OWNER: str(os.getpid())}
    command = [sys.executable, "-P", "-m", "followme.benchmark.straightforward"]
    children = [subprocess.Popen([*command, each, file], env=own) for each in made]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return max(child.wait() for child in children)
    except KeyboardInterrupt:
        return 0
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def _spin(make: Callable[[], Node]) -> int:
    rclpy.init(args=[])
    executor = SingleThreadedExecutor()
    node = make()
    executor.add_node(node)
    try:
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
