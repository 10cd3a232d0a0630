"""Every node of FollowMe as the conformance suite looks at it, with stand-ins for its networks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from followme.graph import ALL_NODES
from followme.nodes.composition import node_class
from followme.ros.stamps import stamp_ns
from followme.values.camera import Camera
from followme.values.frame import Frame
from followme.values.intent import Outcome
from followme.values.motion import Motion
from tests.build import spot_onnx, tiny_depth_onnx, tiny_segmentation_onnx
from tests.real_ros import await_that
from tests.sources.build_recordings import an_image, write_bag
from tests.sources.test_bag import a_walk

from .conformance.bench import FRAME, WITHIN_S, Bench, hold_that
from .conformance.pictures import spot
from .conformance.subject import Messages, Size, Subject, held
from .instants import (
    BOX_M,
    DEPTH,
    IMAGE,
    INFO,
    box_m,
    by_radio_instant,
    depth_instant,
    image_instant,
    obstacles_instant,
    rgbd_instant,
)

ROOT = Path(__file__).resolve().parents[2]
ONE, TWO = "/one", "/two"


@dataclass(frozen=True)
class Made:
    """Two instances of a node, and how they are looked at."""

    nodes: tuple[Any, Any]
    subject: Subject


def made(name: str, folder: Path, *, by_radio: bool = False) -> Made:
    """Make both instances of a node in this process, unconfigured.

    By radio: its images come packed, as image_transport does it.
    """
    given = _GIVEN[name](folder) if name in _GIVEN else {}
    given = {**given, **(_PACKED_GIVEN[name] if by_radio else {})}
    own = {TWO: {"bag": str(folder / "two")} if name == "bag_recorder" else {}}
    nodes = tuple(
        node_class(name)(
            namespace=namespace,
            overrides={**given, **own.get(namespace, {})},
            **({"source": Recorded()} if name == "camera" else {}),
        )
        for namespace in (ONE, TWO)
    )
    subject = replace(
        _SUBJECTS[name],
        name=f"{ONE}/{name}",
        twin=TWO,
        documented=documented(name),
        changed=frozenset(given),
    )
    if by_radio:
        subject = replace(subject, instant=by_radio_instant(name, subject.instant))
    if subject.instant is not None:
        node, topics = nodes[0], subject.instant(1, "", (8, 6))
        last = list(topics)[-1].removesuffix("/compressed")
        subject = replace(
            subject, hold=lambda: held(node), received=lambda: int(node.received(last))
        )
    return Made((nodes[0], nodes[1]), subject)


def documented(name: str) -> Mapping[str, Any]:
    """Return the parameters of a node as config/followme.yaml has them; the page has them too."""
    values = dict(_flat(_config()[f"/**/{name}"]["ros__parameters"], ""))
    (section,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", _page(), re.MULTILINE | re.DOTALL)
    on_page = re.findall(r"^\| `([\w.]+)` \|", section, re.MULTILINE)
    assert sorted(on_page) == sorted(values), f"docs/nodes.md and config differ about {name}"
    return values


@cache
def _config() -> Any:
    return yaml.safe_load((ROOT / "config" / "followme.yaml").read_text())


@cache
def _page() -> str:
    return (ROOT / "docs" / "nodes.md").read_text()


def _flat(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


# -- what else is true of answers ----------------------------------------------------------------


def look_for_spot(topic: str, name: str) -> Callable[[Size, Messages], None]:
    """Return what holds that a detector finds and names the spot, with points on a face."""

    def look(size: Size, answers: Messages) -> None:
        (thing,) = answers[topic].detections
        x, y = spot(size)
        found = thing.x1 <= x <= thing.x2 and thing.y1 <= y <= thing.y2
        hold_that(found, f"{topic}: the spot at {(x, y)} is not in {thing}")
        hold_that(thing.label == name, f"{topic}: it is called {thing.label!r}")
        has_points = bool(np.isfinite(thing.landmarks).all())
        hold_that(has_points == (name == "face"), f"{topic}: its points are {thing.landmarks}")

    return look


def look_at_labels(size: Size, answers: Messages) -> None:
    """Hold that the pixels of the spot have its class."""
    message = answers["segmentation/labels"]
    labels = np.frombuffer(bytes(message.data), np.uint8).reshape(size[1], size[0])
    x, y = spot(size)
    hold_that(message.encoding == "mono8", f"labels are {message.encoding}")
    hold_that(labels[y, x] == 1 and labels[y, 3] == 0, "labels are not where the spot is")


def look_at_metres(_size: Size, answers: Messages) -> None:
    """Hold that depth is in metres, of one size, and never negative."""
    depth, info = answers["depth/image"], answers["depth/camera_info"]
    hold_that(depth.encoding == "32FC1", f"depth is {depth.encoding}")
    hold_that((info.width, info.height) == (depth.width, depth.height), "depth has two sizes")
    metres = np.frombuffer(bytes(depth.data), "<f4").reshape(depth.height, depth.width)
    middle = float(metres[depth.height // 2, depth.width // 2])
    # the front of the box is BOX_M ahead; the camera looks down by ten degrees
    true = float(box_m()[120, 160])
    hold_that(abs(middle - true) < 0.05, f"depth is {middle} where {true} m stand")
    hold_that(not (metres < 0).any(), "depth is negative")


def look_at_box(_size: Size, answers: Messages) -> None:
    """Hold that obstacles have metres and radians of the walker's frame."""
    for o in answers["obstacles"].obstacles:
        hold_that(abs(o.distance_m - BOX_M) < 0.1, f"the box at {BOX_M} m is at {o.distance_m}")
        hold_that(abs(o.bearing_rad) < 0.05, f"the box ahead is at {o.bearing_rad} rad")


def look_at_one_instant(_size: Size, answers: Messages) -> None:
    """Hold that image, calibration and depth are of one frame: its blue tells its metres."""
    image, info, depth = (answers[t] for t in (IMAGE, INFO, DEPTH))
    sizes = {(m.width, m.height) for m in (image, info, depth)}
    hold_that(len(sizes) == 1, f"image, calibration and depth are of {sizes}")
    counted = depth.encoding == "16UC1"
    metres = np.frombuffer(bytes(depth.data), "<u2" if counted else "<f4")[0] * (
        0.001 if counted else 1.0
    )
    true = 1.0 + bytes(image.data)[0]
    hold_that(abs(metres - true) < 1e-3, f"depth is {metres} where {true} m stand")


def forgets_things(bench: Bench) -> None:
    """Hold that no obstacle of another time is left."""
    # by its own clock: nobody shows it anything
    seen, now_ns = bench.got["obstacles"], bench.simulated_ns
    last = await_that(
        lambda: next((m for m in seen if abs(stamp_ns(m.header) - now_ns) < 10_000_000_000), None),
        why="its clock",
    )
    hold_that(not last.obstacles, "obstacles of another time are left")
    hold_that(last.reason == "no_image", f"after the jump sight is {last.reason!r}")


def forgets_words(bench: Bench) -> None:
    """Hold that what was told of before time jumped is told again, and as a thing of now."""
    said = bench.got["announcements"]
    old = next(m.track_id for m in reversed(said) if m.outcome == Outcome.STARTED.value)
    stamp = bench.next_stamp()
    messages = bench.messages(stamp)
    messages["obstacles"].obstacles[0].track_id = old
    bench.send(messages)

    def told_again() -> bool:
        return any(
            (m.track_id, m.outcome, stamp_ns(m.header)) == (old, Outcome.STARTED.value, stamp)
            for m in list(said)
        )

    await_that(told_again, WITHIN_S, "what it told of before the jump is told again")


class Recorded:
    """Frames that tell their place in the row, with all that a source may know."""

    rate_hz, length = 20.0, 6

    def frames(self) -> Iterator[Frame]:
        camera = Camera(8, 6, 7.0, 7.0, 3.5, 2.5)
        for i in range(self.length):
            t = i * 50_000_000
            depth_m = np.full((6, 8), 1.0 + i, np.float32)
            yield Frame(t, an_image(blue=i), camera, depth_m, motion=Motion(t, 1.0, 0.0, 0.0))

    def close(self) -> None:
        pass


def network_of(task: str, folder: Path) -> dict[str, Any]:
    """Return the parameter that gives a node a stand-in for its network."""
    file = folder / f"{task}.onnx"
    if not file.exists():
        if task == "segmentation":
            tiny_segmentation_onnx(file, 24, 32)
        elif task == "depth":
            tiny_depth_onnx(file, 24, 32)
        else:
            spot_onnx(file, task, 24, 32)
    return {"model.file": str(file)}


def _bag(folder: Path) -> dict[str, Any]:
    path = folder / "walk"
    if not path.exists():
        write_bag(path, a_walk(6))
    return {"bag": str(path), "loop": True, "rate": 4.0}


_GIVEN: dict[str, Callable[[Path], dict[str, Any]]] = {
    "camera": lambda _: {"loop": True, "frame_id": "head/eye"},
    "face_detector": lambda f: network_of("face", f),
    "object_detector": lambda f: network_of("objects", f),
    "segmenter": lambda f: {**network_of("segmentation", f), "every": 1},
    "depth_estimator": lambda f: network_of("depth", f),
    "speech": lambda _: {"voice.engine": "silent"},
    "bag_player": _bag,
    "bag_recorder": lambda f: {"bag": str(f / "one"), "topics": IMAGE},
}
_TAKEN = (IMAGE, INFO, DEPTH)
_PIXELS = ("segmentation/labels", "segmentation/confidence")
_METRES = ("depth/status", "depth/image", "depth/sigma", "depth/camera_info")
_OBSTACLES, _SAID = ("obstacles",), ("announcements",)
_SUBJECTS = {
    "camera": Subject("", answers=_TAKEN, frame="head/eye", look=look_at_one_instant),
    "face_detector": Subject("", image_instant, ("faces",), look=look_for_spot("faces", "face")),
    "object_detector": Subject(
        "", image_instant, ("objects",), look=look_for_spot("objects", "person")
    ),
    "segmenter": Subject("", image_instant, _PIXELS, image_sized=_PIXELS, look=look_at_labels),
    "depth_estimator": Subject("", rgbd_instant, _METRES, look=look_at_metres),
    "obstacle_fusion": Subject(
        "",
        depth_instant,
        _OBSTACLES,
        in_walker_frame=_OBSTACLES,
        look=look_at_box,
        after_jump=forgets_things,
    ),
    "speech": Subject(
        "", obstacles_instant, _SAID, in_walker_frame=_SAID, after_jump=forgets_words
    ),
    "overlay": Subject("", image_instant, ("overlay/image",), image_sized=("overlay/image",)),
    "bag_player": Subject("", answers=_TAKEN, frame=FRAME, look=look_at_one_instant),
    "bag_recorder": Subject(""),
}
NAMES = tuple(n.name for n in ALL_NODES)
_PACKED_GIVEN = {
    "depth_estimator": {
        "image_transport": "compressed",
        "depth_image_transport": "compressedDepth",
    },
    "face_detector": {"image_transport": "compressed"},
}
BY_RADIO = tuple(_PACKED_GIVEN)
