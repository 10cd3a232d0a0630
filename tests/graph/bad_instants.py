"""A depth estimator that is shown what is wrong, and what the page of bad input promises of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CompressedImage

from followme.nodes.depth_estimator import DepthEstimator
from followme.ros import self_report
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import WIRES
from followme.values.frame import DepthImage
from tests.geometry.scene import box_at, render
from tests.real_ros import a_domain_id, await_that, initialised

from .conformance.pictures import packed_image
from .conformance.subject import Messages
from .conftest import Graph
from .instants import DEPTH, IMAGE, INFO, packed, rgbd_instant

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
SIZE = (320, 240)
SENSOR = render([box_at(2.0)])
PACKED = f"{IMAGE}/compressed"


def promised() -> dict[str, str]:
    """Return the rows of the table of bad input: what it is, and what is said about it."""
    section = PAGE.read_text().partition("\n## Bad input\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", section, re.MULTILINE)
    return {what: said for what, said in rows if what not in ("bad input", "---")}


def holds(what: str, sentence: str) -> bool:
    """Return whether a sentence is the one of the page, where dots stand for what differs."""
    parts = promised()[what].split("...")
    return re.search(".*".join(re.escape(p.strip()) for p in parts), sentence) is not None


def with_depth(depth_m: np.ndarray) -> Callable[[Messages], Messages]:
    def spoil(good: Messages) -> Messages:
        stamp = stamp_ns(good[IMAGE].header)
        return {**good, DEPTH: packed(DEPTH, DepthImage(stamp, depth_m), "camera")}

    return spoil


def depth_with(**fields: Any) -> Callable[[Messages], Messages]:
    def spoil(good: Messages) -> Messages:
        for name, value in fields.items():
            setattr(good[DEPTH], name, value)
        return good

    return spoil


class Driver:
    """Shows instants to a depth estimator; by radio: with images as JPEG."""

    def __init__(self, graph: Graph, node: DepthEstimator, *, by_radio: bool = False) -> None:
        self.node = node
        self._by_radio = by_radio
        self._stamp = 10**9
        self._out = {
            t: graph.driver.create_publisher(WIRES[t].type, t, profile("IMAGE"))
            for t in (INFO, DEPTH, IMAGE)
        }
        if by_radio:
            self._out[IMAGE] = graph.driver.create_publisher(
                CompressedImage, PACKED, profile("IMAGE")
            )
        self.statuses = graph.collect(WIRES["depth/status"].type, "depth/status", profile("RESULT"))
        self.reports = graph.collect(DiagnosticArray, "/diagnostics", 50)
        graph.start(node)
        matched = [p.get_subscription_count for p in self._out.values()]
        await_that(
            lambda: all(m() for m in matched) and node.wanted("depth/status"), why="discovery"
        )

    def show(self, spoil: Callable[[Messages], Messages] = lambda good: good) -> int:
        self._stamp += 10**8
        for topic, message in spoil(rgbd_instant(self._stamp, "camera", SIZE)).items():
            if topic == IMAGE and self._by_radio and not isinstance(message, CompressedImage):
                message = packed_image(message, ".jpg")
            self._out[topic].publish(message)
        return self._stamp

    def status_of(self, stamp: int) -> Any:
        return await_that(
            lambda: next((m for m in self.statuses if stamp_ns(m.header) == stamp), None),
            why="a status of this stamp",
        )

    def said_since(self, count: int) -> list[str]:
        """Return what diagnostics said: the words of each report, and what depth notes."""
        return [
            text
            for array in self.reports[count:]
            for status in array.status
            for text in (status.message, *(v.value for v in status.values if "note" in v.key))
        ]


@contextmanager
def driving(*, by_radio: bool = False) -> Iterator[Driver]:
    """Hold a driver of a depth estimator that has no network, on a domain of its own."""

    def absent(*parts: str) -> Path:
        raise FileNotFoundError("/".join(parts))

    with pytest.MonkeyPatch.context() as patch, initialised(a_domain_id()):
        patch.setattr(self_report, "_PERIOD_S", 0.1)
        patch.setattr("followme.perception.model_file.share_path", absent)
        graph = Graph()
        try:
            transport = {"image_transport": "compressed" if by_radio else "raw"}
            yield Driver(graph, DepthEstimator(overrides=transport), by_radio=by_radio)
        finally:
            graph.stop()
