"""Images of one pixel and of 48 million, through DDS, to every node that looks at images."""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from std_msgs.msg import String

from followme.launching.environment import PROFILES
from followme.values.frame import Frame
from tests.geometry.scene import CAMERA
from tests.real_ros import await_that

from .bad_instants import promised
from .conftest import Graph, Processes
from .instants import IMAGE
from .subjects import network_of
from .walking import Walk

pytestmark = pytest.mark.graph

OURS = Path(__file__).resolve().parents[2] / "config" / "fastdds.xml"
NORMAL, ONE_PIXEL, HUGE = (640, 480), (1, 1), (8000, 6000)
NETWORKS = {
    "face_detector": ("face", "faces"),
    "object_detector": ("objects", "objects"),
    "segmenter": ("segmentation", "segmentation/labels"),
    "depth_estimator": ("depth", "depth/status"),
}
# One that is lost on the way is shown again after this.
_AGAIN_S = {NORMAL: 1.0, ONE_PIXEL: 1.0, HUGE: 20.0}
# The segment is that of who sends, the queue that of who takes: 144 MB are 2200 pieces of 64 kB.
_SEGMENT_MIB, _QUEUE = 384, 8192

_CAMERA = """
import array, time
import rclpy
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from std_msgs.msg import String
from followme.ros.stamps import header

def show(message):
    width, height = map(int, message.data.split())
    # a picture that has something in it: no two rows are alike
    rows = b"".join(bytes([y % 251, 40, 200 - y % 200]) * width for y in range(height))
    image = Image(header=header(time.time_ns(), "camera"), width=width, height=height)
    image.encoding, image.step, image.data = "rgb8", 3 * width, array.array("B", rows)
    try:
        images.publish(image)
    except RuntimeError:  # the end came while it was given
        if rclpy.ok():
            raise
        return
    print("sent", message.data, flush=True)

rclpy.init()
node = Node("camera")
quality = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
images = node.create_publisher(Image, "camera/image_raw", quality)
node.create_subscription(String, "show", show, 1)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
    pass
"""


def with_numbers(folder: Path, segment_mib: int, queue: int) -> dict[str, str]:
    """Return the environment for our profile with other numbers, as docs/performance.md has it."""
    text = OURS.read_text()
    for old, new in (
        ("<segment_size>16777216<", f"<segment_size>{segment_mib * 2**20}<"),
        ("<port_queue_capacity>512<", f"<port_queue_capacity>{queue}<"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = folder / f"fastdds{segment_mib}.xml"
    file.write_text(text)
    return dict.fromkeys(PROFILES, str(file))


class Stand:
    """A camera and one node, each in a process of its own, and what the node says of itself."""

    def __init__(self, graph: Graph, processes: Processes, folder: Path) -> None:
        self._graph, self._processes, self._folder = graph, processes, folder
        self._reports: list[DiagnosticStatus] = []
        graph.driver.create_subscription(DiagnosticArray, "/diagnostics", self._told, 50)
        self._show = graph.driver.create_publisher(String, "show", 1)
        graph.spin()

    def begin(self, name: str, camera_env: dict[str, str], node_env: dict[str, str]) -> None:
        """Start both."""
        self._name, (task, self._result) = name, NETWORKS[name]
        words = [f"model.file:={network_of(task, self._folder)['model.file']}"]
        # without a height the depth network is not asked
        words += ["walker.camera_height_m:=1.3"] if task == "depth" else []
        words += ["every:=1"] if task == "segmentation" else []
        args = [part for word in words for part in ("-p", word)]
        self.node = self._processes.node(name, *args, **node_env)
        self.camera = self._processes.python("-c", _CAMERA, **camera_env)
        count = self._graph.driver.count_subscribers
        await_that(lambda: count("/show") and count(f"/{IMAGE}"), 60, "camera and node listen")

    def end(self) -> None:
        """End both so that neither leaves its segment in /dev/shm, as who is killed does."""
        for process in (self.camera, self.node):
            process.send_signal(signal.SIGINT)
        for process in (self.camera, self.node):
            assert process.wait(30) == 0, self._processes.output(process)

    def looks_at(self, size: tuple[int, int]) -> dict[str, str]:
        """Hold that the node takes an image of a size and gives its result; return its facts."""
        self._rests()
        return facts_of(self._shown(size, self._works, _AGAIN_S[size], f"its result of {size}"))

    def is_lost(self, size: tuple[int, int]) -> DiagnosticStatus:
        """Return what the node says when all images of a size are lost on the way.

        The node stands still while each is given: a quick machine takes the pieces of 144 MB out
        of a segment of 16 as fast as they are put in, and nothing is lost.
        """
        self._rests()
        return self._shown(
            size, lambda status: "lost on the way" in status.message, 1.0, "it says so", still=True
        )

    def _works(self, status: DiagnosticStatus) -> bool:
        facts = facts_of(status)
        return min(float(facts[f"in_hz /{IMAGE}"]), float(facts[f"out_hz /{self._result}"])) > 0.0

    def _rests(self) -> None:
        """Wait until nothing is counted any more of what was shown before."""
        self._reports.clear()
        await_that(lambda: self._reports and not self._works(self._reports[-1]), 60, "it rests")

    def _shown(
        self,
        size: tuple[int, int],
        holds: Callable[[DiagnosticStatus], bool],
        again_s: float,
        why: str,
        still: bool = False,
    ) -> DiagnosticStatus:
        """Show images of a size until the node's report is as it should be; return that."""
        self._reports.clear()
        next_s = 0.0

        def told() -> DiagnosticStatus | None:
            nonlocal next_s
            if time.monotonic() >= next_s:
                next_s = time.monotonic() + again_s
                self._give(size, still)
            assert self.node.poll() is None, self._processes.output(self.node)
            return next((s for s in list(self._reports) if holds(s)), None)

        return await_that(told, 120, why)

    def _give(self, size: tuple[int, int], still: bool) -> None:
        """Let the camera give an image; with ``still``, all of it while the node is stopped."""
        asked = String(data=f"{size[0]} {size[1]}")
        if not still:
            self._show.publish(asked)
            return
        before = self._given()
        self.node.send_signal(signal.SIGSTOP)
        try:
            self._show.publish(asked)
            await_that(lambda: self._given() > before, 30, "the camera gives it")
        finally:
            self.node.send_signal(signal.SIGCONT)

    def _given(self) -> int:
        return self._processes.output(self.camera).count("sent")

    def _told(self, array: DiagnosticArray) -> None:
        self._reports += [s for s in array.status if s.hardware_id == f"/{self._name}"]


def facts_of(status: DiagnosticStatus) -> dict[str, str]:
    return {v.key: v.value for v in status.values}


@pytest.fixture
def stand(graph: Graph, processes: Processes, tmp_path: Path) -> Stand:
    return Stand(graph, processes, tmp_path)


def test_what_our_profile_cannot_carry_is_said_and_the_next_image_works(stand: Stand) -> None:
    as_shipped = dict.fromkeys(PROFILES, str(OURS))
    stand.begin("face_detector", as_shipped, as_shipped)
    stand.looks_at(NORMAL)
    status = stand.is_lost(HUGE)
    assert status.level == DiagnosticStatus.WARN
    assert "\n" not in status.message
    assert "larger than 15 MB" in status.message and "segment_size" in status.message
    facts = stand.looks_at(NORMAL)
    assert int(facts["lost_on_the_way"]) >= 3 and facts["troubles"] == "0"
    stand.end()


@pytest.mark.parametrize("name", NETWORKS)
def test_one_pixel_and_48_million_are_looked_at(stand: Stand, tmp_path: Path, name: str) -> None:
    free = shutil.disk_usage("/dev/shm").free
    if free < 1.5 * _SEGMENT_MIB * 2**20:
        pytest.skip(f"/dev/shm has {free / 2**20:.0f} MiB, an image of 144 MB takes {_SEGMENT_MIB}")
    stand.begin(
        name, with_numbers(tmp_path, _SEGMENT_MIB, _QUEUE), with_numbers(tmp_path, 16, _QUEUE)
    )
    for size in (NORMAL, ONE_PIXEL, HUGE, NORMAL):
        facts = stand.looks_at(size)
        assert facts["troubles"] == "0", (size, facts["last_trouble"])
    stand.end()


@pytest.mark.usefixtures("no_networks")
def test_that_an_image_of_one_pixel_shows_nothing_is_heard(graph: Graph, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)

    def one_pixel(frame: Frame) -> Frame:
        bgr = rng.integers(60, 190, (1, 1, 3), np.uint8)
        return Frame(frame.stamp_ns, bgr, CAMERA.scaled(1, 1), np.ones((1, 1), np.float32))

    words = tuple(re.findall('"(.+?)"', promised()["an image of 1x1 pixels"]))
    assert len(words) == 2
    walk = Walk(graph, tmp_path)
    try:
        walk.begin()
        walk.spoil, moment_s = one_pixel, time.monotonic()
        walk.heard_within(words, moment_s)
        walk.spoil = lambda frame: frame
        walk.back()
    finally:
        walk.end()
