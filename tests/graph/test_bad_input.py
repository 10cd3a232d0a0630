"""Bad input, each with the sentence that docs/conformance.md promises; the next good one works."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CompressedImage

from followme.health.image_health import ImageJudge
from followme.nodes.bag_player import BagPlayer
from followme.nodes.depth_estimator import DepthEstimator
from followme.perception.faces import FaceDetector
from followme.ros import self_report
from followme.ros.images import colour_from_msg, colour_to_msg
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import WIRES
from followme.settings import DepthEstimatorSettings, ImageHealthSettings, ModelSettings
from followme.sources.source import SourceError
from followme.stages.depth import DepthStage
from followme.values.depth_map import DepthMap, ImageState
from followme.values.frame import ColourImage, DepthImage, Frame
from tests.build import spot_onnx
from tests.geometry.scene import CAMERA, box_at, render
from tests.real_ros import a_domain_id, await_that, initialised
from tests.sources.build_recordings import STORE, header, write_bag, write_camera_info
from tests.sources.test_bag import a_walk, at

from .conformance.pictures import packed_image
from .conformance.spoiled import SPOILED, SPOILED_PACKED
from .conformance.subject import Messages
from .conftest import Graph
from .subjects import DEPTH, IMAGE, INFO, packed, rgbd_instant

pytestmark = pytest.mark.graph

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
SIZE = (320, 240)
SENSOR = render([box_at(2.0)])


def promised() -> dict[str, str]:
    """Return the rows of the table of bad input: what it is, and what is said about it."""
    section = PAGE.read_text().partition("\n## Bad input\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", section, re.MULTILINE)
    return {what: said for what, said in rows if what not in ("bad input", "---")}


def holds(what: str, sentence: str) -> bool:
    """Return whether a sentence is the one of the page, where dots stand for what differs."""
    parts = promised()[what].split("...")
    return re.search(".*".join(re.escape(p.strip()) for p in parts), sentence) is not None


# -- over topics ---------------------------------------------------------------------------------


def with_depth(depth_m: np.ndarray) -> Callable[[Messages], Messages]:
    def spoil(good: Messages) -> Messages:
        stamp = stamp_ns(good[IMAGE].header)
        return {**good, DEPTH: packed(DEPTH, DepthImage(stamp, depth_m), "camera")}

    return spoil


def spoiled(topic: str, how: str) -> Callable[[Messages], Messages]:
    return lambda good: {**good, topic: SPOILED[how](good[topic])}


def depth_with(**fields: Any) -> Callable[[Messages], Messages]:
    def spoil(good: Messages) -> Messages:
        for name, value in fields.items():
            setattr(good[DEPTH], name, value)
        return good

    return spoil


def calibrated(**fields: Any) -> Callable[[Messages], Messages]:
    def spoil(good: Messages) -> Messages:
        for name, value in fields.items():
            setattr(good[INFO], name, value)
        return good

    return spoil


def without(topic: str) -> Callable[[Messages], Messages]:
    return lambda good: {t: m for t, m in good.items() if t != topic}


ON_TOPICS: dict[str, Callable[[Messages], Messages]] = {
    "an image of an unknown encoding": spoiled(IMAGE, "an encoding that nobody knows"),
    "an image of 12 bits a pixel": spoiled(IMAGE, "12 bits"),
    "an image without pixels": spoiled(IMAGE, "no pixels"),
    "an image with a wrong step": spoiled(IMAGE, "a step under the length of a row"),
    "an image that is cut off": spoiled(IMAGE, "half of its data"),
    "an image with a stamp of zero": spoiled(IMAGE, "a stamp of zero"),
    "depth of 12 bits a pixel": depth_with(encoding="mono12"),
    "depth with a wrong step": spoiled(DEPTH, "a step under the length of a row"),
    "depth of another shape than the image": with_depth(
        cv2.resize(SENSOR, (320, 180), interpolation=cv2.INTER_NEAREST)
    ),
    "a calibration of zeros": calibrated(k=[0.0] * 9),
    "a calibration that is not finite": calibrated(k=[np.nan] * 9),
}


PACKED = f"{IMAGE}/compressed"


def packed_and(how: str) -> Callable[[Messages], Messages]:
    return lambda good: {**good, IMAGE: SPOILED_PACKED[how](packed_image(good[IMAGE], ".jpg"))}


BY_RADIO: dict[str, Callable[[Messages], Messages]] = {
    "a JPEG that is cut off": packed_and("half of its data"),
    "a JPEG that is empty": packed_and("no data"),
    "a JPEG that is none": packed_and("no image"),
    "a compressed image of another format": packed_and("a format that nobody knows"),
    "a compressed image with a stamp of zero": packed_and("a stamp of zero"),
}


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


@pytest.fixture(scope="module")
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    by_radio = getattr(request, "param", False)

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


@pytest.mark.parametrize(
    ("driver", "what"),
    [*((False, what) for what in ON_TOPICS), *((True, what) for what in BY_RADIO)],
    indirect=["driver"],
)
def test_it_is_said_in_diagnostics_and_the_next_good_instant_is_measured(
    driver: Driver, what: str
) -> None:
    before = len(driver.reports)
    driver.show({**ON_TOPICS, **BY_RADIO}[what])
    await_that(lambda: any(holds(what, s) for s in driver.said_since(before)), why=promised()[what])
    assert all("\n" not in sentence for sentence in driver.said_since(before))
    assert driver.status_of(driver.show()).valid_fraction > 0.3


def test_an_image_that_was_never_calibrated_is_measured_with_a_guess_that_is_said(
    driver: Driver,
) -> None:
    driver.status_of(driver.show())  # who answers has done with being activated
    # what was learned of the camera is forgotten with the life
    node = driver.node
    for act in (node.trigger_deactivate, node.trigger_activate):
        act()
    status = driver.status_of(driver.show(without(INFO)))
    assert holds("no calibration", status.note)


@pytest.mark.parametrize("value", [np.nan, 0.0, np.inf, -np.inf])
def test_depth_that_is_all_invalid_is_no_depth(driver: Driver, value: float) -> None:
    status = driver.status_of(driver.show(with_depth(np.full((240, 320), value, np.float32))))
    # health/sight makes it BLIND when it lasts: tests/health/test_sight.py
    assert status.valid_fraction == 0.0
    assert driver.status_of(driver.show()).valid_fraction > 0.3


@pytest.mark.parametrize("encoding", ["16UC1", "32FC1"])
def test_depth_of_the_other_byte_order_is_read_as_it_is(driver: Driver, encoding: str) -> None:
    def turned(good: Messages) -> Messages:
        depth = good[DEPTH]
        metres = np.frombuffer(bytes(depth.data), "<f4")
        counted = encoding == "16UC1"
        data = np.nan_to_num(metres * 1000).astype(">u2") if counted else metres.astype(">f4")
        depth.encoding, depth.is_bigendian, depth.step = encoding, 1, 320 * data.itemsize
        depth.data = data.tobytes()
        return good

    # not the same frame as before: a sensor that repeats itself is not used
    good, other = driver.status_of(driver.show()), driver.status_of(driver.show(turned))
    assert other.valid_fraction == pytest.approx(good.valid_fraction, abs=0.01)
    assert other.floor_offset_m == pytest.approx(good.floor_offset_m, abs=0.01)


# -- sizes ---------------------------------------------------------------------------------------


def test_an_image_of_one_pixel_shows_nothing_and_that_is_said() -> None:
    message = colour_to_msg(ColourImage(1, np.full((1, 1, 3), 99, np.uint8)), "camera")
    image = colour_from_msg(message)
    assert ImageJudge(ImageHealthSettings()).judge(image.bgr, 1).state is ImageState.COVERED
    stage = DepthStage(replace(DepthEstimatorSettings(), use_sensor=True))
    one = Frame(1, image.bgr, CAMERA.scaled(1, 1), np.ones((1, 1), np.float32))
    result = stage.estimate(one)
    status = result.status if isinstance(result, DepthMap) else result
    assert status.image.state is ImageState.COVERED


def test_an_image_of_48_million_pixels_is_looked_at(tmp_path: Path, no_networks: None) -> None:
    bgr = np.zeros((6000, 8000, 3), np.uint8)
    bgr[::2, ::2] = 160
    bgr[1000:1600, 6000:6800] = (0, 0, 255)
    image = colour_from_msg(colour_to_msg(ColourImage(1, bgr), "camera"))
    detector = FaceDetector(spot_onnx(tmp_path / "face.onnx", "face", 24, 32), ModelSettings())
    faces = detector.look(image)
    assert len(faces) == 1 and faces.size_wh == (8000, 6000)
    x1, y1, x2, y2 = faces.xyxy[0]
    assert x1 <= 6400 <= x2 and y1 <= 1300 <= y2
    depth_m = cv2.resize(SENSOR, (800, 600), interpolation=cv2.INTER_NEAREST)
    frame = Frame(1, image.bgr, CAMERA.scaled(8000, 6000), depth_m)
    result = DepthStage(DepthEstimatorSettings()).estimate(frame)
    assert isinstance(result, DepthMap) and result.status.valid_fraction > 0.3


# -- files ---------------------------------------------------------------------------------------


def cut_bag(folder: Path) -> None:
    path = write_bag(folder / "walk", a_walk())
    (file,) = (p for p in path.iterdir() if p.suffix != ".yaml")
    file.write_bytes(file.read_bytes()[:200])
    BagPlayer(overrides={"bag": str(path)})


def bag_of_words(folder: Path) -> None:
    text = STORE.types["std_msgs/msg/Header"](header(at(0)).stamp, "hello")
    BagPlayer(overrides={"bag": str(write_bag(folder / "walk", [("/words", at(0), text)]))})


def no_bag(folder: Path) -> None:
    BagPlayer(overrides={"bag": str(folder / "nowhere")})


def player_with(calibration: Path) -> None:
    path = write_bag(calibration.parent / "walk", a_walk())
    BagPlayer(overrides={"bag": str(path), "calibration": str(calibration)})


def unreadable(folder: Path) -> None:
    (folder / "a.yaml").mkdir()
    player_with(folder / "a.yaml")


def no_yaml(folder: Path) -> None:
    (folder / "a.yaml").write_text("image_width: [8")
    player_with(folder / "a.yaml")


def no_width(folder: Path) -> None:
    player_with(write_camera_info(folder / "a.yaml", image_width=None))


def zeros(folder: Path) -> None:
    matrix = {"rows": 3, "cols": 3, "data": [0.0] * 9}
    player_with(write_camera_info(folder / "a.yaml", camera_matrix=matrix))


IN_FILES: dict[str, Callable[[Path], None]] = {
    "a bag that is cut off": cut_bag,
    "a bag without images": bag_of_words,
    "a bag that is not there": no_bag,
    "a calibration file that cannot be read": unreadable,
    "a calibration file that is no YAML": no_yaml,
    "a calibration file without a key": no_width,
    "a calibration file of zeros": zeros,
}


@pytest.mark.parametrize("what", IN_FILES)
def test_it_is_one_sentence_and_no_node_is_left(driver: Driver, tmp_path: Path, what: str) -> None:
    with pytest.raises(SourceError) as caught:
        IN_FILES[what](tmp_path)
    assert holds(what, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)
    # the exception holds the frames that hold the node
    caught.value.__traceback__ = None
    del caught
    gc.collect()
    await_that(lambda: "bag_player" not in driver.node.get_node_names(), why="it leaves the graph")


def test_the_page_promises_no_more_and_no_less() -> None:
    elsewhere = {"no calibration", "depth without a valid pixel"}
    read = {
        "depth of the other byte order",
        "an image of 1x1 pixels",
        "an image of 8000x6000 pixels",
        "images that are too large for the transport",
    }
    assert set(promised()) == {*ON_TOPICS, *BY_RADIO, *IN_FILES, *elsewhere, *read}
