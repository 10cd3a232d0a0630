"""Node bag_player on real ROS 2: what is in the bag goes out as it was recorded, on its time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import StoragePlugin, Writer
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String

from followme.nodes.bag_player import BagPlayer
from followme.ros.bag_qos import recorded
from followme.ros.ports import InPort
from followme.ros.qos import profile
from followme.ros.stamps import from_time, stamp_ns
from followme.settings import SettingsError
from followme.sources.source import SourceError
from tests.sources.build_recordings import (
    STORE,
    an_image,
    colour_msg,
    float_depth_msg,
    info_msg,
    packed_msg,
    write_bag,
    write_camera_info,
)
from tests.sources.test_bag import COLOUR, DEPTH, INFO, STORAGES, a_walk, at

from .conftest import Graph, await_that

pytestmark = pytest.mark.graph

FOREVER = QosTime(2147483647, 4294967295)


def qos(reliable: bool, latched: bool, depth: int = 3) -> Qos:
    return Qos(
        QosHistory.KEEP_LAST,
        depth,
        QosReliability.RELIABLE if reliable else QosReliability.BEST_EFFORT,
        QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        FOREVER,
        FOREVER,
        QosLiveliness.AUTOMATIC,
        FOREVER,
        False,
    )


class Player:
    """A player, made when those who listen are there."""

    def __init__(self, graph: Graph, path: Path, **parameters: Any) -> None:
        self._graph = graph
        self.ended: list[bool] = []
        self.may_begin = False
        self.node = BagPlayer(
            ended=lambda: self.ended.append(True),
            ready=lambda: self.may_begin,
            overrides={"bag": str(path), "rate": 20.0, "wait_s": 60.0, **parameters},
        )

    def heard(self, **topics: tuple[type, str, QoSProfile]) -> dict[str, list[Any]]:
        """Play the bag to its end; return what came on each topic."""
        got = {name: self._graph.collect(*about) for name, about in topics.items()}
        self._graph.start(self.node)
        node = self._graph.driver

        def matched() -> bool:
            return all(
                node.count_publishers(topic) or node.resolve_topic_name(topic) not in self.topics
                for _, topic, _ in topics.values()
            )

        await_that(matched, why="discovery")
        # an endpoint is known a moment before it is matched
        await_that(lambda: all(self._is_matched(t) for _, t, _ in topics.values()), why="matching")
        self.may_begin = True
        await_that(lambda: self.ended, 60.0, why="the end of the bag")
        return got

    @property
    def topics(self) -> set[str]:
        assert self.node.plan is not None
        names = (*self.node.plan.routes.values(), "/clock")
        return {self.node.resolve_topic_name(name) for name in names}

    def _is_matched(self, topic: str) -> bool:
        resolved = self.node.resolve_topic_name(topic)
        publishers = [p for p in self.node.publishers if p.topic_name == resolved]
        return all(p.get_subscription_count() for p in publishers)


@pytest.mark.parametrize("storage", STORAGES)
def test_messages_go_out_as_they_are_with_their_stamps_and_the_time(
    graph: Graph, tmp_path: Path, storage: StoragePlugin
) -> None:
    path = write_bag(tmp_path / "walk", a_walk(late_ms=20), storage)
    got = Player(graph, path).heard(
        colour=(Image, "camera/image_raw", profile("IMAGE")),
        depth=(Image, "camera/depth/image_raw", profile("IMAGE")),
        info=(CameraInfo, "camera/camera_info", profile("IMAGE")),
        clock=(Clock, "/clock", QoSProfile(depth=100)),
    )
    for name in ("colour", "depth", "info"):
        await_that(lambda n=name: len(got[n]) == 3, why=name)
        assert [stamp_ns(m.header) for m in got[name]] == [at(0), at(100), at(200)]
        assert {m.header.frame_id for m in got[name]} == {"camera_optical_frame"}
    assert [m.encoding for m in got["colour"]] == ["bgr8"] * 3
    assert [m.encoding for m in got["depth"]] == ["16UC1"] * 3
    await_that(lambda: from_time(got["clock"][-1].clock) >= at(200), why="the time of the end")
    times = [from_time(m.clock) for m in got["clock"]]
    assert times == sorted(times) and times[0] == at(0)


def test_topics_are_played_with_the_quality_of_service_that_was_recorded(
    graph: Graph, tmp_path: Path
) -> None:
    path = tmp_path / "walk"
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        for topic, message, profiles in (
            (COLOUR, colour_msg(at(0)), [qos(True, False)]),
            (INFO, info_msg(at(0)), []),
            ("/words", STORE.types["std_msgs/msg/String"]("hello"), [qos(True, True)]),
        ):
            kind = message.__msgtype__
            connection = writer.add_connection(
                topic, kind, typestore=STORE, offered_qos_profiles=profiles
            )
            writer.write(connection, at(0), STORE.serialize_cdr(message, kind))
    player = Player(graph, path, topics="all")
    reliable = QoSProfile(depth=3, reliability=ReliabilityPolicy.RELIABLE)
    latched = QoSProfile(
        depth=3,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )
    got = player.heard(
        colour=(Image, "camera/image_raw", reliable), words=(String, "/words", latched)
    )
    await_that(lambda: got["colour"] and got["words"], why="both come")
    assert got["words"][0].data == "hello"
    late = graph.collect(String, "/words", latched)
    await_that(lambda: late, why="what was latched comes later too")
    offers = {
        topic: graph.driver.get_publishers_info_by_topic(topic)[0].qos_profile
        for topic in ("/camera/image_raw", "/camera/camera_info")
    }
    assert offers["/camera/image_raw"].reliability == ReliabilityPolicy.RELIABLE
    assert offers["/camera/camera_info"].reliability == ReliabilityPolicy.BEST_EFFORT


def test_publishers_that_differed_are_played_so_that_all_can_take_it() -> None:
    otherwise = profile("IMAGE")
    mixed = recorded([qos(True, True), qos(False, False, 8)], otherwise)
    assert mixed.reliability == ReliabilityPolicy.RELIABLE and mixed.depth == 8
    assert mixed.durability == DurabilityPolicy.VOLATILE
    assert recorded([], otherwise) is otherwise


def test_a_bag_of_another_robot_is_played_with_remaps(graph: Graph, tmp_path: Path) -> None:
    t = at(0)
    png = cv2.imencode(".png", np.full((6, 8), 1500, np.uint16))[1].tobytes()
    messages = [
        ("/infra/compressed", t, packed_msg(t)),
        ("/cam/color/compressed", t, packed_msg(t)),
        ("/cam/depth", t, packed_msg(t, "16UC1; compressedDepth png", bytes(12) + png)),
    ]
    path = write_bag(tmp_path / "walk", messages)
    player = Player(
        graph,
        path,
        remaps="/cam/color/compressed:=camera/image_raw /cam/depth:=camera/depth/image_raw",
        field_of_view_deg=90.0,
    )
    got = player.heard(
        colour=(Image, "camera/image_raw", profile("IMAGE")),
        depth=(Image, "camera/depth/image_raw", profile("IMAGE")),
        info=(CameraInfo, "camera/camera_info", profile("IMAGE")),
    )
    await_that(lambda: all(got.values()), why="image, depth and a nominal calibration")
    (colour,), (depth,), (info,) = got["colour"], got["depth"], got["info"]
    assert (colour.width, colour.height, colour.encoding) == (8, 6, "bgr8")
    assert bytes(colour.data) == an_image().tobytes()
    assert stamp_ns(colour.header) == stamp_ns(depth.header) == stamp_ns(info.header) == t
    assert np.allclose(np.frombuffer(bytes(depth.data), np.float32), 1.5)
    assert info.k[0] == pytest.approx(4.0) and info.distortion_model == ""
    facts = player.node.facts()
    assert facts["calibration"] == "nominal, 90 deg wide"
    assert facts["plays /cam/color/compressed"] == "camera/image_raw"


def test_depth_in_metres_and_images_without_a_stamp_are_played(
    graph: Graph, tmp_path: Path
) -> None:
    messages = [(COLOUR, at(5), colour_msg(0)), (DEPTH, at(5), float_depth_msg(0, 1.25))]
    got = Player(graph, write_bag(tmp_path / "walk", messages)).heard(
        colour=(Image, "camera/image_raw", profile("IMAGE")),
        depth=(Image, "camera/depth/image_raw", profile("IMAGE")),
    )
    await_that(lambda: all(got.values()), why="both come")
    assert got["depth"][0].encoding == "32FC1"
    # nobody set a stamp: the time of recording is the best that is known
    assert stamp_ns(got["colour"][0].header) == stamp_ns(got["depth"][0].header) == at(5)


def test_a_calibration_file_outranks_that_of_the_bag(graph: Graph, tmp_path: Path) -> None:
    file = write_camera_info(tmp_path / "mine.yaml")
    messages = [(INFO, at(0), info_msg(at(0), fx=99.0)), (COLOUR, at(0), colour_msg(at(0)))]
    got = Player(graph, write_bag(tmp_path / "walk", messages), calibration=str(file)).heard(
        info=(CameraInfo, "camera/camera_info", profile("IMAGE"))
    )
    await_that(lambda: got["info"], why="a calibration")
    assert [m.k[0] for m in got["info"]] == [7.0]


def test_a_calibration_of_zeros_does_not_leave_the_player(graph: Graph, tmp_path: Path) -> None:
    messages = [(INFO, at(0), info_msg(at(0), fx=0.0)), (COLOUR, at(0), colour_msg(at(0)))]
    player = Player(graph, write_bag(tmp_path / "walk", messages))
    assert "the camera is not calibrated" in player.node.troubles.last
    got = player.heard(
        colour=(Image, "camera/image_raw", profile("IMAGE")),
        info=(CameraInfo, "camera/camera_info", profile("IMAGE")),
    )
    await_that(lambda: got["colour"], why="the image")
    assert got["info"] == []


def test_an_image_that_cannot_be_decoded_is_left_out_and_said(graph: Graph, tmp_path: Path) -> None:
    path = write_bag(
        tmp_path / "walk",
        [
            ("/c/compressed", at(0), packed_msg(at(0))),
            ("/c/compressed", at(100), packed_msg(at(100), data=b"no image")),
            ("/c/compressed", at(200), packed_msg(at(200))),
        ],
    )
    player = Player(graph, path)
    got = player.heard(colour=(Image, "camera/image_raw", profile("IMAGE")))
    await_that(lambda: len(got["colour"]) == 2, why="the others")
    assert "it is left out" in player.node.troubles.last


def test_a_loop_begins_again_and_a_start_leaves_out(graph: Graph, tmp_path: Path) -> None:
    player = Player(
        graph, write_bag(tmp_path / "walk", a_walk()), loop=True, start_s=0.05, rate=10.0
    )
    heard = graph.collect(Image, "camera/image_raw", profile("IMAGE"))
    graph.start(player.node)
    await_that(lambda: player.node.wanted("camera/image_raw"), why="discovery")
    player.may_begin = True
    await_that(lambda: len(heard) >= 5, why="more than one round")
    assert player.ended == []
    stamps = [stamp_ns(m.header) for m in heard[:5]]
    first = stamps.index(at(100))
    assert first <= 1 and stamps[first : first + 4] == [at(100), at(200), at(100), at(200)]


def test_who_is_in_the_process_gets_values_by_reference(graph: Graph, tmp_path: Path) -> None:
    player = Player(graph, write_bag(tmp_path / "walk", a_walk(1)))
    values: list[Any] = []
    port = InPort(
        player.node,
        "camera/depth/image_raw",
        player.node._exchange,
        lambda value, frame_id: values.append((value.stamp_ns, value.depth_m[0, 0], frame_id)),
        values.append,
    )
    port.open()
    player.heard()
    assert values == [(at(0), 1.0, "camera_optical_frame")]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"bag": ""}, "bag_player: bag is empty; give the folder of a bag"),
        ({"bag": "nowhere"}, "nowhere: there is no such bag"),
        ({"remaps": "/camera/image:=camera/image_raw"}, "did you mean '/camera/image_raw'"),
        ({"remaps": "nonsense"}, "remaps: 'nonsense' is no remap"),
        ({"topics": "/nothing"}, "holds no messages on '/nothing'"),
        ({"start_s": 99.0}, "start_s: 99 is behind the end"),
        ({"calibration": "none.yaml"}, "none.yaml"),
        ({"rate": 0.0}, "rate: 0.0 is out of range, give 0.01 to 100"),
    ],
)
def test_what_cannot_be_played_is_refused_when_the_node_is_made(
    graph: Graph, tmp_path: Path, parameters: dict[str, Any], told: str
) -> None:
    path = write_bag(tmp_path / "walk", a_walk())
    with pytest.raises((SettingsError, SourceError), match=told) as caught:
        BagPlayer(overrides={"bag": str(path), **parameters})
    assert "\n" not in str(caught.value)
