"""Node camera: whose stamps stay, whose calibration holds, and what it says when nothing comes."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray

from followme.nodes.camera import CameraNode
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import WIRES
from followme.values.camera import Camera
from followme.values.frame import Frame
from tests.sources.build_recordings import an_image, write_camera_info, write_image

from .conftest import Graph, await_that

pytestmark = pytest.mark.graph


class Live:
    """A stand-in for a webcam: gives what a test captures."""

    rate_hz, length, dropped = 10.0, None, 0

    def __init__(self) -> None:
        self.fault = ""
        self.closed = False
        self.captured: queue.Queue[Frame] = queue.Queue()

    def capture(self, frame: Frame) -> None:
        self.captured.put(frame)

    def newest(self, timeout_s: float) -> Frame | None:
        try:
            return self.captured.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def frames(self) -> Iterator[Frame]:
        while True:
            yield self.captured.get(timeout=10.0)

    def close(self) -> None:
        self.closed = True


class Recorded:
    """Frames at the times of a recording of long ago."""

    rate_hz, length = 20.0, 6

    def __init__(self, camera: Camera | None = None) -> None:
        self._camera = camera

    def frames(self) -> Iterator[Frame]:
        for i in range(self.length):
            yield Frame(i * 50_000_000, an_image(blue=i), self._camera)

    def close(self) -> None:
        pass


class Listener:
    """What the node publishes."""

    def __init__(self, graph: Graph) -> None:
        self.images = self._of(graph, "camera/image_raw")
        self.infos = self._of(graph, "camera/camera_info")
        self.reports: list[Any] = graph.collect(DiagnosticArray, "/diagnostics", 50)

    def fact(self, key: str) -> str:
        """Return the newest value of a fact in the diagnostics."""
        for report in reversed(self.reports):
            for status in report.status:
                if status.name.endswith("/camera"):
                    return next((v.value for v in status.values if v.key == key), "")
        return ""

    @staticmethod
    def _of(graph: Graph, topic: str) -> list[Any]:
        return graph.collect(WIRES[topic].type, topic, profile("IMAGE"))


def started(graph: Graph, source: Any, **parameters: Any) -> tuple[CameraNode, Listener]:
    listener = Listener(graph)
    node = CameraNode(source, overrides=parameters)
    graph.start(node)
    return node, listener


def test_the_stamp_of_capture_survives(graph: Graph) -> None:
    live = Live()
    node, heard = started(graph, live)
    await_that(lambda: node.wanted("camera/image_raw"), why="discovery")
    stamps = [time.time_ns() - 70_000_000 + i for i in range(3)]
    for stamp in stamps:
        live.captured.put(Frame(stamp, an_image()))
    await_that(lambda: len(heard.images) == 3, why="images")
    assert [stamp_ns(m.header) for m in heard.images] == stamps
    assert heard.infos == []
    await_that(lambda: heard.fact("calibration") == "unknown", why="the fact")
    assert float(heard.fact("age_p50_ms")) >= 70.0


def test_a_recorded_frame_gets_the_stamp_of_its_giving(graph: Graph) -> None:
    before_ns = time.time_ns()
    _, heard = started(graph, Recorded(), loop=True)
    await_that(lambda: len(heard.images) >= 3, why="images")
    stamps = [stamp_ns(m.header) for m in heard.images[:3]]
    assert before_ns < stamps[0] < stamps[1] < stamps[2] <= time.time_ns()


def test_what_is_wrong_with_a_live_source_is_in_the_diagnostics(graph: Graph) -> None:
    live = Live()
    live.fault = "webcam /dev/video0: there is no such device; plug it in"
    node, heard = started(graph, live)
    await_that(lambda: heard.fact("last_trouble") == live.fault, why="the trouble")
    assert heard.fact("source_fault") == live.fault
    assert node.active


def test_a_live_source_that_is_given_stays_open_and_the_node_stops_at_once(graph: Graph) -> None:
    live = Live()
    node, _ = started(graph, live)
    worker = node._worker
    graph.call(node.trigger_deactivate)
    assert worker is not None and not worker.is_alive()
    graph.call(node.trigger_cleanup)
    assert not live.closed


def test_a_field_of_view_makes_a_nominal_calibration_that_says_so(graph: Graph) -> None:
    _, heard = started(graph, Recorded(), loop=True, field_of_view_deg=90.0)
    await_that(lambda: heard.infos, why="a calibration")
    info = heard.infos[0]
    assert info.distortion_model == "" and len(info.d) == 0
    assert (info.width, info.height, info.k[0]) == (8, 6, pytest.approx(4.0))
    await_that(lambda: heard.fact("calibration") == "nominal, 90 deg wide", why="the fact")


def test_a_calibration_file_holds_for_every_image(graph: Graph, tmp_path: Path) -> None:
    path = write_camera_info(tmp_path / "a.yaml")
    source = Recorded(Camera(8, 6, 99.0, 99.0, 3.5, 2.5))
    _, heard = started(graph, source, loop=True, calibration=str(path))
    await_that(lambda: heard.infos, why="a calibration")
    assert heard.infos[0].k[0] == 7.0 and heard.infos[0].distortion_model == "plumb_bob"
    await_that(lambda: heard.fact("calibration") == f"from {path}", why="the fact")


def test_a_calibration_of_another_size_keeps_the_node_from_starting(
    graph: Graph, tmp_path: Path
) -> None:
    path = write_camera_info(tmp_path / "a.yaml", 640, 480)
    node = CameraNode(Recorded(), overrides={"calibration": str(path)})
    graph.spin(node)
    await_that(lambda: "640x480, these are 8x6" in node.troubles.last, why="the refusal")
    assert not node.active and "\n" not in node.troubles.last


def test_an_image_of_another_size_on_the_way_is_left_out_and_said(
    graph: Graph, tmp_path: Path
) -> None:
    live = Live()
    live.captured.put(Frame(1, an_image()))
    node, heard = started(graph, live, calibration=str(write_camera_info(tmp_path / "a.yaml")))
    live.captured.put(Frame(2, an_image(12, 16)))
    await_that(lambda: "these are 16x12" in node.troubles.last, why="the trouble")
    live.captured.put(Frame(3, an_image(blue=77)))
    await_that(lambda: node.frames_out == 1, why="the next image")
    assert all(m.width == 8 for m in heard.images)


def test_a_recording_that_breaks_off_is_said_and_ends(graph: Graph, tmp_path: Path) -> None:
    write_camera_info(tmp_path / "camera_info.yaml")
    write_image(tmp_path / "0.png", an_image())
    write_image(tmp_path / "1.png", np.zeros((12, 16, 3), np.uint8))
    ended: list[bool] = []
    node = CameraNode(ended=lambda: ended.append(True), overrides={"source": str(tmp_path)})
    graph.start(node)
    await_that(lambda: ended, why="the end")
    assert "1.png: it is for images of 8x6, these are 16x12" in node.troubles.last
