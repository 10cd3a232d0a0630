"""Drills: a part is made to fail; it is heard and told within a second, and comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from followme.graph import NODES
from followme.ros.qos import profile
from followme.ros.wire import WIRES
from followme.values.frame import Frame
from followme.values.obstacle import Sight
from tests.real_ros import await_that

from .conformance.subject import held
from .conftest import Graph, Processes
from .diagnostics import LIMIT_S, REPORTED_S, Diagnostics
from .test_safety import lost_after, sounds
from .test_up import all_there, lives, nodes_of
from .walking import PERIOD_S, Walk, walking

pytestmark = [pytest.mark.graph, pytest.mark.usefixtures("no_networks")]

# A clock that is behind is told from a camera that stalls by so many images.
_LATE_IMAGES_S = 10 * PERIOD_S


@pytest.fixture
def walk(graph: Graph, tmp_path: Path) -> Iterator[Walk]:
    with walking(graph, tmp_path) as made:
        yield made


def test_camera_and_depth_fail_in_every_way_and_come_back(walk: Walk) -> None:
    # on one walk, with one and the same graph: that is what coming back means
    for drill in (nothing_comes, frozen, all_invalid, depth_stalls):
        drill(walk)
        walk.back()
    walk.diagnostics.over("depth_estimator", _HANGS)


def nothing_comes(walk: Walk) -> None:
    """No image comes any more, and nobody knows why."""
    walk.spoil, moment_s = lambda _: None, time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.lost_within("stale", moment_s)
    walk.spoil = lambda frame: frame


def frozen(walk: Walk) -> None:
    """The camera repeats its last image under new stamps."""
    kept: list[Frame] = []

    def repeat(frame: Frame) -> Frame:
        kept[:] = kept or [frame]
        return replace(kept[0], stamp_ns=frame.stamp_ns)

    walk.spoil, moment_s = repeat, time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.lost_within("frozen", moment_s)
    walk.spoil = lambda frame: frame


def all_invalid(walk: Walk) -> None:
    """The depth sensor goes on and measures nothing."""

    def blank(frame: Frame) -> Frame:
        return replace(frame, depth_m=np.full((240, 320), np.nan, np.float32))

    walk.spoil, moment_s = blank, time.monotonic()
    walk.heard_within("Cannot judge distance", moment_s)
    walk.lost_within("no_depth", moment_s)
    walk.spoil = lambda frame: frame


def depth_stalls(walk: Walk) -> None:
    """Images go on, but depth hangs over one of them."""
    with held(walk.nodes["depth_estimator"]) as hold:
        await_that(hold.entered.is_set, why="depth begins with an image")
        moment_s = time.monotonic()
        walk.heard_within("Vision lost", moment_s)
        walk.lost_within("stale", moment_s)
        walk.diagnostics.within("depth_estimator", _HANGS, moment_s, REPORTED_S)


_HANGS = "its work on one item has not ended for "


def test_a_camera_whose_clock_is_ahead_hides_nothing_when_it_dies(walk: Walk) -> None:
    def ahead(frame: Frame) -> Frame:
        return replace(frame, stamp_ns=frame.stamp_ns + 5_000_000_000)

    words = "s ahead of the clock here"
    walk.spoil, moment_s = ahead, time.monotonic()
    walk.diagnostics.within("obstacle_fusion", words, moment_s, REPORTED_S)
    # by now fusion has come over the leap; what follows is judged by stamps of the future alone
    await_that(lambda: walk.obstacles[-1].stamp_ns > time.time_ns() + 4_000_000_000)
    await_that(lambda: walk.sight is Sight.SEEING, 10, "it sees")
    walk.spoil, moment_s = lambda _: None, time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.lost_within("stale", moment_s)
    walk.spoil = ahead
    walk.back()
    walk.spoil = lambda frame: frame
    await_that(lambda: walk.obstacles[-1].stamp_ns < time.time_ns(), 10, "its clock is right")
    walk.diagnostics.over("obstacle_fusion", words)


def test_a_camera_whose_clock_is_behind_is_told_apart_from_one_that_stalls(walk: Walk) -> None:
    def behind(frame: Frame) -> Frame:
        return replace(frame, stamp_ns=frame.stamp_ns - 5_000_000_000)

    words = " s behind the clock here"
    walk.spoil, moment_s = behind, time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.lost_within("stale", moment_s)
    walk.diagnostics.within("obstacle_fusion", words, moment_s, _LATE_IMAGES_S + REPORTED_S)
    assert not any(o.sight is Sight.SEEING for o in walk.obstacles[-10:]), "it is still old"
    walk.spoil = lambda frame: frame
    walk.back()
    walk.spoil, moment_s = lambda _: None, time.monotonic()
    walk.heard_within("Vision lost", moment_s)
    walk.lost_within("stale", moment_s)
    assert not walk.diagnostics.since("obstacle_fusion", words, moment_s)
    walk.spoil = lambda frame: frame
    walk.back()


def test_depth_that_is_killed_is_heard_told_and_started_again(
    graph: Graph, processes: Processes, tmp_path: Path
) -> None:
    log = tmp_path / "speech.wav.jsonl"
    file = tmp_path / "small.yaml"
    file.write_text(
        "/**/camera:\n  ros__parameters: {width: 320, height: 240, rate_hz: 10.0}\n"
        f"/**/speech:\n  ros__parameters: {{voice: {{track: {str(log)[:-6]}}}}}\n"
    )
    obstacles = graph.collect(WIRES["obstacles"].type, "obstacles", profile("RESULT"))
    diagnostics = Diagnostics(graph)
    graph.start()
    up = processes.followme("up", "--speech", "wav", "--params-file", str(file), "at_end:=loop")
    await_that(lambda: any(o.sight == o.SIGHT_SEEING for o in obstacles), 90, "it sees")
    await_that(lambda: sounds(log), 30, "it speaks")
    await_that(lambda: diagnostics.of("obstacle_fusion"), 30, "it reports")
    before = nodes_of(up.pid)
    (victim,) = (p for p in before if b"depth_estimator" in Path(f"/proc/{p}/cmdline").read_bytes())
    moment_s = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    await_that(lambda: lost_after(log, moment_s) is not None, 10, '"Vision lost" is heard')
    delay_s = lost_after(log, moment_s)
    assert delay_s is not None and delay_s <= LIMIT_S
    diagnostics.within("obstacle_fusion", "sight is lost: stale", moment_s)
    await_that(lambda: not lives(victim) and len(nodes_of(up.pid)) == len(NODES), 30, "it is back")
    await_that(lambda: back_after(log, moment_s + delay_s), 40, '"Vision back"')
    diagnostics.over("obstacle_fusion", "sight is lost")
    assert set(before) - set(nodes_of(up.pid)) == {victim}, "no other node was started again"
    assert all_there(graph)


def back_after(log: Path, lost_s: float) -> bool:
    """Return whether "Vision back" was heard after sight was lost."""
    return any("back" in str(r.get("text", "")) for r in sounds(log) if r["monotonic_s"] > lost_s)
