"""A network whose inference does not return: heard and named in time, and over when it is over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus

from followme.perception.session import Session
from followme.values.frame import Frame
from followme.values.obstacle import Sight
from tests.build import spot_onnx, tiny_depth_onnx
from tests.geometry.scene import render
from tests.real_ros import await_that

from .conformance.subject import Hold
from .conftest import Graph
from .diagnostics import REPORTED_S
from .walking import Walk, walking

pytestmark = [pytest.mark.graph, pytest.mark.usefixtures("no_networks")]

# Longer than any drill: it is released, or the test has failed.
_FOREVER_S = 60.0
_WORDS = "its work on one item has not ended for "


class Engines:
    """All engines of this process; the next inference of one file can be made to hang.

    Parameters
    ----------
    monkeypatch : MonkeyPatch
        Of the test.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._run = Session.run
        self._holds: dict[str, Hold] = {}
        self._all: list[Hold] = []
        self.asked: list[str] = []
        monkeypatch.setattr(Session, "run", lambda session, rgb: self._inferred(session, rgb))

    def hang(self, file: str) -> Hold:
        """Make the next inference of a file wait until it is released."""
        hold = self._holds[file] = Hold()
        self._all.append(hold)
        return hold

    def release(self) -> None:
        """Let all go on."""
        for hold in self._all:
            hold.go.set()

    def _inferred(self, session: Session, rgb: np.ndarray) -> Any:
        self.asked.append(session._file)
        hold = self._holds.pop(session._file, None)
        if hold is not None:
            hold.entered.set()
            hold.go.wait(_FOREVER_S)
        return self._run(session, rgb)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engines]:
    made = Engines(monkeypatch)
    try:
        yield made
    finally:
        made.release()


def with_holes(frame: Frame) -> Frame:
    """Return a frame whose sensor lacks so much that the network is asked."""
    assert frame.depth_m is not None
    depth_m = frame.depth_m.copy()
    depth_m[:80] = np.nan
    return replace(frame, depth_m=depth_m)


@pytest.fixture
def walk(graph: Graph, tmp_path: Path, engines: Engines) -> Iterator[Walk]:
    files = {
        "depth_estimator": tiny_depth_onnx(tmp_path / "depth.onnx", 24, 32),
        "object_detector": spot_onnx(tmp_path / "objects.onnx", "objects", 24, 32),
    }
    overrides = {node: {"model.file": str(file)} for node, file in files.items()}
    try:
        with walking(graph, tmp_path, overrides=overrides, spoil=with_holes) as made:
            yield made
    finally:
        engines.release()


def hanging(walk: Walk, engines: Engines) -> tuple[Hold, float]:
    """Let the depth network hang over the next image; return what releases it, and since when."""
    hold = engines.hang("depth.onnx")
    await_that(hold.entered.is_set, why="the depth network is asked")
    return hold, time.monotonic()


def test_it_is_heard_and_named_in_time_and_what_comes_late_warns_of_nothing(
    walk: Walk, engines: Engines
) -> None:
    await_that(lambda: engines.asked.count("objects.onnx") > 3, 20, "objects are looked for")
    hold, moment_s = hanging(walk, engines)
    walk.heard_within("Vision lost", moment_s)
    walk.lost_within("stale", moment_s)
    walk.diagnostics.within("depth_estimator", _WORDS, moment_s, REPORTED_S)
    worst = [s.level for _, s in walk.diagnostics.reports if _WORDS in s.message]
    assert set(worst) == {DiagnosticStatus.ERROR}
    before = engines.asked.count("objects.onnx")
    await_that(lambda: engines.asked.count("objects.onnx") > before + 1, 20, "names go on")
    # long after, nobody has taken it for over
    walk.diagnostics.within("depth_estimator", f"{_WORDS}3.", moment_s, 3.0 + REPORTED_S)
    assert walk.sight is Sight.BLIND
    # what stood there has gone meanwhile, and the image that waits for the depth network shows it
    walk.scene = render([])
    before = engines.asked.count("objects.onnx")
    await_that(lambda: engines.asked.count("objects.onnx") > before + 1, 20, "newer images")
    over_s = time.monotonic()
    hold.go.set()
    walk.back()
    assert not [words for words in walk.said(over_s) if "top" in words]
    walk.diagnostics.within("depth_estimator", "working", over_s, REPORTED_S)
    assert engines.asked[-20:].count("depth.onnx") > 0


def test_a_new_life_sees_again_though_the_old_one_never_returns(
    walk: Walk, engines: Engines, graph: Graph
) -> None:
    hold, moment_s = hanging(walk, engines)
    walk.heard_within("Vision lost", moment_s)
    node = walk.nodes["depth_estimator"]
    for act in ("deactivate", "cleanup", "configure", "activate"):
        graph.call(getattr(node, f"trigger_{act}"))
    walk.back()
    stamps = [o.stamp_ns for o in walk.obstacles]
    over_s = time.monotonic()
    hold.go.set()
    await_that(lambda: len(walk.obstacles) > len(stamps) + 10, why="it sees on")
    assert walk.quiet_since(over_s)
    # the result of the old life is nobody's any more
    news = [o.stamp_ns for o in walk.obstacles[len(stamps) :]]
    assert min(news) >= stamps[-1]


def test_it_begins_a_new_life_by_itself_when_it_never_returns(walk: Walk, engines: Engines) -> None:
    revival = walk.nodes["depth_estimator"].revival
    assert revival is not None
    revival.patience_s = 4.0
    hold, moment_s = hanging(walk, engines)
    walk.heard_within("Vision lost", moment_s)
    words = "after 4 s it begins a new life"
    walk.diagnostics.within("depth_estimator", words, moment_s, REPORTED_S)
    walk.back()
    assert time.monotonic() - moment_s > 4.0
    assert not hold.go.is_set()
    walk.diagnostics.within("depth_estimator", "working", time.monotonic(), REPORTED_S)
    assert revival.patience_s == 8.0, "a life that ends the same way lasts longer"


def test_a_node_that_somebody_else_starts_is_left_to_him(walk: Walk) -> None:
    assert walk.nodes["overlay"].revival is None
