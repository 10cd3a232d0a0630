"""What was recorded and is played again gives the obstacles of the run that was recorded."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from followme.nodes.bag_recorder import BagRecorder
from followme.nodes.composition import Composition
from followme.sources.bag_plan import plan_bag
from followme.sources.rgbd import SevenScenesFolder
from followme.values.frame import Frame
from followme.values.obstacle import Obstacles

from .conftest import Graph, await_that

pytestmark = pytest.mark.graph

_FRAMES = 5
_PLAIN = {
    "speech": {"voice.engine": "silent"},
    "overlay": {"autostart": False},
}


class OneByOne:
    """Frames of a recording, the next one only when the obstacles of the last one came."""

    length = _FRAMES

    def __init__(self, folder: Path) -> None:
        self._folder = SevenScenesFolder(folder, 5.0, report=lambda _: None)
        self.rate_hz = self._folder.rate_hz
        self.may_begin = threading.Event()
        self.count = 0
        self.seen: Callable[[], int] = lambda: 0

    def frames(self) -> Iterator[Frame]:
        self.may_begin.wait(60.0)
        for frame in self._folder.frames():
            yield frame
            self.count += 1
            await_that(lambda: self.seen() >= self.count, 60.0, "obstacles of the frame")

    def close(self) -> None:
        self._folder.close()


class Seen:
    """The obstacles of each image."""

    def __init__(self, graph: Composition) -> None:
        self.all: dict[int, Obstacles] = {}
        self.images: list[int] = []
        graph.listen("camera/image_raw", lambda image: self.images.append(image.stamp_ns))
        graph.listen("obstacles", self._came)

    def _came(self, obstacles: Obstacles) -> None:
        if obstacles.stamp_ns in self.images:  # else before the first image
            assert obstacles.stamp_ns not in self.all, "nothing was carried forward"
            self.all[obstacles.stamp_ns] = obstacles


def carries_nothing(graph: Composition) -> bool:
    """Let fusion speak for images only: what it carries forward meanwhile depends on the machine.

    From the time on at which all nodes work.
    """
    if not graph.ready():
        return False
    graph.nodes["obstacle_fusion"].idle_s = 3600.0
    return True


def some_frames(data_dir: Path, folder: Path) -> Path:
    folder.mkdir()
    kitchen = data_dir / "kitchen_rgbd"
    shutil.copy(kitchen / "camera-intrinsics.txt", folder)
    for number in range(_FRAMES):
        for file in kitchen.glob(f"frame-{6 * number:06d}.*"):
            shutil.copy(file, folder)
    return folder


def live(graph: Graph, folder: Path, bag: Path) -> Seen:
    """Run the graph on a folder of images beside a recorder."""
    source = OneByOne(folder)
    recorder = BagRecorder(overrides={"bag": str(bag), "topics": "inputs"})
    made = Composition(_PLAIN, lambda _n, _ms: None, {"source": source})
    seen = Seen(made)
    source.seen = lambda: len(seen.all)
    graph.spin(recorder, *made.nodes.values())
    camera: Any = made.nodes["camera"]
    await_that(lambda: carries_nothing(made) and recorder.active, 60.0, "all nodes work")
    await_that(lambda: all(camera.wanted(t) for t in recorded_topics()), why="it is recorded")
    source.may_begin.set()
    await_that(lambda: len(seen.all) == _FRAMES, 120.0, "obstacles of every image")
    await_that(lambda: recorder.counts["/camera/image_raw"] == _FRAMES, why="all is written")
    graph.call(recorder.trigger_deactivate)
    graph.call(recorder.trigger_cleanup)
    assert recorder.lost == {}
    return seen


def recorded_topics() -> tuple[str, ...]:
    return ("camera/image_raw", "camera/camera_info", "camera/depth/image_raw", "ego_motion")


def again(graph: Graph, bag: Path) -> Seen:
    """Play the bag into the same graph."""
    plan = plan_bag(bag, "inputs", {}, 0.0, lambda _: None)
    ended = threading.Event()
    made: Composition | None = None
    on_its_time = {name: {**_PLAIN.get(name, {}), "use_sim_time": True} for name in names()}
    made = Composition(
        {**on_its_time, "bag_player": {"every_frame": True, "wait_s": 60.0}},
        lambda _n, _ms: None,
        {
            "plan": plan,
            "ended": ended.set,
            "ready": lambda: made is not None and carries_nothing(made),
            "caught_up": lambda ns: made is None or made.caught_up(ns),
        },
        "bag_player",
    )
    seen = Seen(made)
    graph.spin(*made.nodes.values())
    await_that(ended.is_set, 120.0, "the end of the bag")
    return seen


def names() -> list[str]:
    from followme.graph import NODES

    return [n.name for n in NODES if n.name != "camera"]


@pytest.mark.usefixtures("no_networks")
def test_a_replay_gives_the_obstacles_of_the_run_that_was_recorded(
    domain_id: int, tmp_path: Path, data_dir: Path
) -> None:
    from tests.real_ros import initialised

    results = []
    for act in (
        lambda g: live(g, some_frames(data_dir, tmp_path / "frames"), tmp_path / "bag"),
        lambda g: again(g, tmp_path / "bag"),
    ):
        with initialised(domain_id):
            graph = Graph()
            try:
                results.append(act(graph))
            finally:
                graph.stop()
    first, second = results
    assert second.images == first.images, "every image, with the stamp that it had"
    assert list(second.all) == list(first.all) == first.images
    assert any(o.obstacles for o in first.all.values())
    for stamp_ns, obstacles in first.all.items():
        assert repr(second.all[stamp_ns].obstacles) == repr(obstacles.obstacles)
