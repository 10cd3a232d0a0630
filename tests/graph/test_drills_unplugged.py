"""Drill: a webcam is unplugged and plugged in again; FollowMe's own source finds both out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from followme.sources.webcam import Patience, WebcamSource
from followme.values.frame import Frame
from tests.geometry.scene import CAMERA, render
from tests.real_ros import await_that
from tests.sources.stand_in_camera import Camera, picture, silent

from .conftest import Graph
from .diagnostics import REPORTED_S
from .walking import Walk, walking

pytestmark = [pytest.mark.graph, pytest.mark.usefixtures("no_networks")]


class WebcamWithDepth(WebcamSource):
    """FollowMe's webcam on a stand-in for its device, and the metres that a sensor beside it has.

    Parameters
    ----------
    device : Path
        Its file, which is there as long as it is plugged in.
    """

    def __init__(self, device: Path) -> None:
        self.file = device
        self.stand_in = Camera()
        self._depth_m = render()
        self.plug_in()
        self.stand_in.shoot(picture(1, CAMERA.width, CAMERA.height))
        size_wh = CAMERA.width, CAMERA.height
        super().__init__(str(device), 30.0, *size_wh, time.time_ns, silent, self.stand_in.open)
        super().newest(10.0)  # from before the walk

    def plug_in(self) -> None:
        self.file.touch()
        self.stand_in.there = True

    def unplug(self) -> None:
        self.stand_in.there = False
        self.file.unlink()

    def capture(self, frame: Frame) -> None:
        self._depth_m = frame.depth_m
        self.stand_in.shoot(frame.bgr)

    def newest(self, timeout_s: float) -> Frame | None:
        frame = super().newest(timeout_s)
        return frame and replace(frame, camera=CAMERA, depth_m=self._depth_m)


@pytest.fixture
def webcam(tmp_path: Path) -> Iterator[WebcamWithDepth]:
    made = WebcamWithDepth(tmp_path / "video0")
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def walk(graph: Graph, tmp_path: Path, webcam: WebcamWithDepth) -> Iterator[Walk]:
    with walking(graph, tmp_path, camera=webcam) as made:
        yield made


def test_a_webcam_that_is_unplugged_is_lost_named_and_opened_again(
    walk: Walk, webcam: WebcamWithDepth
) -> None:
    device = webcam.stand_in
    walk.spoil = lambda _: None
    webcam.unplug()
    moment_s = time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.lost_within("stale", moment_s)
    # it may be silent for so long before it is called a fault
    limit_s = Patience().silent_s + REPORTED_S
    walk.diagnostics.within("camera", f"webcam {webcam.file}: ", moment_s, limit_s)
    gone = f"webcam {webcam.file}: there is no such device; plug it in"
    await_that(lambda: walk.diagnostics.since("camera", gone, moment_s), 10, "why it is so")
    webcam.plug_in()
    walk.spoil = lambda frame: frame
    walk.back()
    walk.diagnostics.over("camera", f"webcam {webcam.file}: ")
    assert device.openings[-1] > moment_s and device.released == len(device.openings) - 1
