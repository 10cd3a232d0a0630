"""The suite against nodes that are not FollowMe's: a good one, and ones that do not keep it."""

from __future__ import annotations

import mmap
import threading
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image

from followme.alerts.scheduler import Scheduler
from followme.nodes.composition import node_class
from followme.ros import node_clock, self_report
from followme.ros.images import colour_from_msg
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import stamped

from .conformance.__main__ import main, parser, subject_of, verdicts
from .conformance.bench import Bench, NotConformingError
from .conformance.checks import CHECKS
from .conftest import Graph, Processes
from .subjects import made

pytestmark = pytest.mark.graph


class Mirror(Node):
    """A plain node of somebody else, which gives each image back, as faulty as a test wants.

    With ``names`` it says on /diagnostics which image it cannot use, with ``names_first`` only the
    first one.
    """

    def __init__(self, **faults: bool) -> None:
        super().__init__("mirror", namespace="/theirs")
        self._faults = faults
        self._out = self.create_publisher(Image, "out", profile("RESULT"))
        self.create_subscription(Image, "image", self._came, profile("IMAGE"))
        self._trouble, self._named = "", 0
        self._reports = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        if self._names:
            self.create_timer(0.05, self._report)
        self.active = True

    @property
    def _names(self) -> int:
        """How many bad images it names at most."""
        return 1000 if self._faults.get("names") else int(self._faults.get("names_first", False))

    def _report(self) -> None:
        told, self._trouble = self._trouble, ""
        level = DiagnosticStatus.WARN if told else DiagnosticStatus.OK
        status = DiagnosticStatus(level=level, name=self.get_fully_qualified_name(), message=told)
        self._reports.publish(DiagnosticArray(status=[status]))

    def _look_at(self, image: Any) -> None:
        try:
            stamped(colour_from_msg)(image)
        except ValueError as error:
            self._named += 1
            if self._named <= self._names:
                self._trouble = f"/theirs/image: {error}"

    def _came(self, image: Any) -> None:
        self._look_at(image)
        if self._faults.get("restamps"):
            image.header.stamp.nanosec = 0
        if self._faults.get("renames"):
            image.header.frame_id = "camera"
        if self._faults.get("crops"):
            image.width -= 1
        if self._faults.get("queues"):
            # a model behind a queue: each image is answered, however old
            threading.Event().wait(0.15)
        self._out.publish(image)


WORDS = ["/theirs/mirror", "--image", "image", "--answer", "out", "--image-sized", "out"]


def said_of(graph: Graph, monkeypatch: pytest.MonkeyPatch, only: str, **faults: bool) -> Any:
    slow = {"queues", "names", "names_first"}
    for module in ("bench", "checks"):
        name = f"tests.graph.conformance.{module}.WITHIN_S"
        monkeypatch.setattr(name, 5.0 if slow & set(faults) else 1.0)
    monkeypatch.setattr("tests.graph.conformance.__main__.CHECKS", {only: CHECKS[only]})
    graph.start(Mirror(**faults))
    subject = subject_of(parser().parse_args(WORDS))
    (verdict,) = verdicts(Bench(graph.driver, graph.call, subject))
    return verdict


@pytest.mark.parametrize(
    ("fault", "check", "words"),
    [
        ("restamps", "header", "out has the stamp"),
        ("renames", "header", "its frame is 'camera', expected 'camera_optical_frame'"),
        ("crops", "pixels", "its image is (64, 48)"),
        ("queues", "age", "its second answer is about an old image"),
        ("names_first", "bad_images", "names /theirs/image after an image with 12 bits"),
    ],
)
def test_a_fault_of_somebody_elses_node_is_one_sentence(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, fault: str, check: str, words: str
) -> None:
    verdict = said_of(graph, monkeypatch, check, **{fault: True})
    assert verdict.kept is False and words in verdict.why and "\n" not in verdict.why


def test_a_node_that_names_each_bad_image_is_let_pass(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = said_of(graph, monkeypatch, "bad_images", names=True)
    assert verdict.kept is True, verdict.why


def test_a_node_that_keeps_some_memory_of_each_life_is_found(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[mmap.mmap] = []
    overlay = node_class("overlay")
    configure = overlay.on_configure

    def leaky(node: Any, state: Any) -> Any:
        # in pages of its own: from the heap it would take the room of images, which then need more
        kept.append(mmap.mmap(-1, 6 << 20))
        for page in range(0, 6 << 20, mmap.PAGESIZE):
            kept[-1][page] = 1
        return configure(node, state)

    monkeypatch.setattr(overlay, "on_configure", leaky)
    both = made("overlay", tmp_path)
    graph.start(*both.nodes)
    with pytest.raises(NotConformingError, match=r"memory still grows by 1\d\.\d MiB"):
        CHECKS["lifecycle"](Bench(graph.driver, graph.call, both.subject))


def test_a_speech_node_that_remembers_after_time_jumped_is_found(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_report, "_PERIOD_S", 0.1)
    monkeypatch.setattr(node_clock, "_STANDS_S", 0.3)
    monkeypatch.setattr("tests.graph.subjects.WITHIN_S", 3.0)
    both = made("speech", tmp_path)
    graph.start(*both.nodes)
    monkeypatch.setattr(Scheduler, "reset", lambda _: None)
    with pytest.raises(pytest.fail.Exception, match="told of before the jump is told again"):
        CHECKS["simulated_time"](Bench(graph.driver, graph.call, both.subject))


@pytest.mark.parametrize(
    ("check", "kept", "why"),
    [
        ("header", True, ""),
        ("lifecycle", None, "no managed"),
        ("age", None, "make its model slower"),
        ("namespaces", None, "no second instance"),
    ],
)
def test_what_a_check_cannot_tell_of_a_node_is_said(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, check: str, kept: bool | None, why: str
) -> None:
    verdict = said_of(graph, monkeypatch, check)
    assert verdict.kept is kept and why in verdict.why


def test_a_node_that_is_not_there_is_named(
    domain_id: int, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", str(domain_id))
    monkeypatch.setattr("tests.graph.conformance.__main__._FOUND_S", 0.1)
    assert main(["/nobody", "--answer", "out"]) == 2
    assert "/nobody: there is no such node; start it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("topic", "kind"), [("image", Image), ("image/compressed", CompressedImage)]
)
def test_images_are_shown_as_the_name_of_their_topic_tells(topic: str, kind: type) -> None:
    subject = subject_of(parser().parse_args(["/a", "--image", topic]))
    assert subject.instant is not None
    (message,) = subject.instant(7, "eye", (64, 48)).values()
    assert isinstance(message, kind) and stamp_ns(message.header) == 7


def test_the_command_holds_a_node_in_another_process(
    processes: Processes, domain_id: int, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    overlay = processes.node("overlay", "-r", "__ns:=/robot1")
    monkeypatch.setenv("ROS_DOMAIN_ID", str(domain_id))
    monkeypatch.setattr("tests.graph.conformance.__main__._FOUND_S", 30.0)
    words = ["/robot1/overlay", "--image", "camera/image_raw", "--answer", "overlay/image"]
    code = main([*words, "--image-sized", "overlay/image", "--pid", str(overlay.pid)])
    said = capsys.readouterr().out.splitlines()
    assert code == 0, said
    kept = [line[5:].strip() for line in said if line.startswith("ok  ")]
    assert set(CHECKS) - set(kept) <= {"namespaces", "age"}, said
