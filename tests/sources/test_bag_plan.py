"""What of a bag is played, under which names, in which order and on which clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rosbags.interfaces import Connection, MessageDefinition, MessageDefinitionFormat

from followme.sources.bag import BagSource
from followme.sources.bag_images import stamp_of_serialized, with_stamp
from followme.sources.bag_plan import BagPlan, plan_bag
from followme.sources.bag_reader import Serialized, opened
from followme.sources.bag_remaps import only_of_camera, read_remaps
from followme.sources.bag_topics import BagTopics
from followme.sources.image_last import image_last
from followme.sources.playback_clock import PlaybackClock
from followme.sources.source import SourceError
from tests.sources.build_recordings import (
    MS,
    STORE,
    colour_msg,
    depth_msg,
    header,
    info_msg,
    write_bag,
)
from tests.sources.test_bag import COLOUR, DEPTH, INFO, T0, a_walk, at

TWIST = "geometry_msgs/msg/TwistWithCovarianceStamped"


def motion_msg(stamp_ns: int) -> Any:
    types = STORE.types
    zero = types["geometry_msgs/msg/Vector3"](0.0, 0.0, 0.0)
    twist = types["geometry_msgs/msg/Twist"](zero, zero)
    covered = types["geometry_msgs/msg/TwistWithCovariance"](twist, np.zeros(36))
    return types[TWIST](header(stamp_ns), covered)


def text_msg(words: str) -> Any:
    return STORE.types["std_msgs/msg/String"](words)


def planned(path: Path, topics: str = "inputs", remaps: str = "", start_s: float = 0.0) -> BagPlan:
    return plan_bag(path, topics, read_remaps(remaps), start_s, lambda _: None)


def test_inputs_are_played_under_the_names_of_the_graph_and_nothing_else(tmp_path: Path) -> None:
    messages = [
        ("/robot/color/image", at(0), colour_msg(at(0))),
        ("/robot/color/camera_info", at(0), info_msg(at(0))),
        ("/robot/depth", at(0), depth_msg(at(0))),
        ("/robot/ego_motion", at(0), motion_msg(at(0))),
        ("/robot/depth/ego_motion", at(0), motion_msg(at(0))),
        ("/clock", at(0), STORE.types["rosgraph_msgs/msg/Clock"](header(1).stamp)),
        ("/words", at(0), text_msg("hello")),
    ]
    path = write_bag(tmp_path / "walk", messages)
    inputs = {
        "/robot/color/image": "camera/image_raw",
        "/robot/color/camera_info": "camera/camera_info",
        "/robot/depth": "camera/depth/image_raw",
        "/robot/ego_motion": "ego_motion",
    }
    assert planned(path).routes == inputs
    assert planned(path, "words, inputs").routes == {**inputs, "/words": "/words"}
    every = planned(path, "all", "words:=said").routes
    assert every == {
        **inputs,
        "/words": "said",
        "/robot/depth/ego_motion": "/robot/depth/ego_motion",
    }


def test_a_remap_says_which_of_two_images_is_played(tmp_path: Path) -> None:
    messages = [*a_walk(), *(("/other/image", at(n), colour_msg(at(n))) for n in range(9))]
    path = write_bag(tmp_path / "walk", messages)
    assert planned(path).camera_topics.colour == "/other/image"
    plan = planned(path, remaps=f"{COLOUR}:=/camera/image_raw")
    assert plan.camera_topics == BagTopics(COLOUR, DEPTH, INFO)


@pytest.mark.parametrize(
    ("topics", "remaps", "start_s", "told"),
    [
        ("inputs", "/camera/image:=camera/image_raw", 0.0, f"did you mean '{COLOUR}'"),
        ("inputs", f"{INFO}:=camera/image_raw", 0.0, "give a topic of sensor_msgs/msg/Image"),
        ("inputs", "/nowhere:=/somewhere", 0.0, "holds no messages on '/nowhere'"),
        ("/nowhere", "", 0.0, "holds no messages on '/nowhere', its topics are /camera/camera"),
        ("inputs", "", 0.3, "start_s: 0.3 is behind the end of .*, which lasts 0.2 s; give less"),
    ],
)
def test_what_is_not_in_the_bag_is_named_with_what_is(
    tmp_path: Path, topics: str, remaps: str, start_s: float, told: str
) -> None:
    path = write_bag(tmp_path / "walk", a_walk())
    with pytest.raises(SourceError, match=told) as caught:
        planned(path, topics, remaps, start_s)
    assert "\n" not in str(caught.value)


def test_a_bag_without_images_or_of_ros_1_cannot_be_played(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "words", [("/words", at(0), text_msg("hello"))])
    with pytest.raises(SourceError, match="holds no colour images, its topics are /words"):
        planned(path)
    from tests.sources.test_bag import test_bag_of_ros_1_is_played as build

    build(tmp_path)
    with pytest.raises(SourceError, match=r"is a bag of ROS 1.*convert it"):
        planned(tmp_path / "walk.bag")


def test_a_calibration_of_zeros_is_said_and_not_played(tmp_path: Path) -> None:
    messages = [
        (COLOUR, at(0), colour_msg(at(0))),
        (INFO, at(0), info_msg(at(0), fx=0.0)),
    ]
    told: list[str] = []
    plan = plan_bag(write_bag(tmp_path / "walk", messages), "inputs", {}, 0.0, told.append)
    assert plan.camera is None and INFO not in plan.routes
    assert any("the camera is not calibrated" in text for text in told)


def test_a_camera_with_a_clock_of_its_own_gives_the_time(tmp_path: Path) -> None:
    stamps = [3_000 * MS, 3_100 * MS]
    path = write_bag(tmp_path / "walk", [(COLOUR, T0 + s, colour_msg(s)) for s in stamps])
    told: list[str] = []
    plan = plan_bag(path, "inputs", {}, 0.0, told.append)
    assert plan.begin_ns + plan.stamps_ahead_ns == stamps[0]
    assert any("/clock follows the images" in text for text in told)
    for stamp_ns in (at(0) - 900 * MS, 0):  # slow, or stamped by nobody: one clock
        one = write_bag(tmp_path / str(stamp_ns), [(COLOUR, at(0), colour_msg(stamp_ns))])
        assert planned(one).stamps_ahead_ns == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/a", "remaps: '/a' is no remap; give the topic of the bag and its new name"),
        (":=camera/image_raw", "is no remap"),
        ("/a:=", "is no remap"),
        ("/a b:=c", "'/a' is no remap"),
        ("/a:=9x", "is no remap"),
        ("/a:=x /a:=y", "remaps: '/a' is there twice"),
        ("/a:=/camera/image_raw, /b:=camera/image_raw", "'camera/image_raw' is there twice"),
    ],
)
def test_a_remap_that_is_none_is_refused(text: str, told: str) -> None:
    with pytest.raises(SourceError, match=told) as caught:
        read_remaps(text)
    assert "\n" not in str(caught.value)


def test_remaps_may_stand_in_any_order_with_commas_or_spaces() -> None:
    read = read_remaps(" /a:=/camera/image_raw,b/c:=/d\n, /e:=camera/depth/image_raw ,")
    assert read == {"/a": "camera/image_raw", "b/c": "/d", "/e": "camera/depth/image_raw"}
    assert read_remaps("") == {} == read_remaps(" , ")


def test_a_source_takes_nothing_but_what_a_camera_gives() -> None:
    assert only_of_camera({"/a": "camera/camera_info"}) == BagTopics("", "", "/a")
    with pytest.raises(SourceError, match=r"cannot become 'camera/image'.*did you mean"):
        only_of_camera({"/a": "camera/image"})


# -- order ---------------------------------------------------------------------------------------


def serialized(topic: str, recorded_ns: int, stamp_ns: int) -> Serialized:
    none = MessageDefinition(MessageDefinitionFormat.NONE, "")
    connection = Connection(1, topic, "", none, "", 1, None, None)
    data = with_stamp(bytes([0, 1, *bytes(10)]), stamp_ns)
    return Serialized(connection, recorded_ns, data)


def ordered(
    messages: list[Serialized], beside: tuple[str, ...] = ("depth",)
) -> list[tuple[str, int, int]]:
    given = image_last(messages, "image", beside, 50)
    return [(m.connection.topic, m.recorded_ns, stamp_of_serialized(m.data)) for m in given]


def test_an_image_comes_after_its_depth_at_the_time_of_that() -> None:
    messages = [serialized("image", 10, 1), serialized("depth", 15, 1), serialized("image", 30, 2)]
    assert ordered(messages) == [("depth", 15, 1), ("image", 15, 1), ("image", 80, 2)]


def test_an_image_whose_depth_does_not_come_waits_no_longer_than_it_may() -> None:
    messages = [serialized("image", 10, 1), serialized("other", 20, 9), serialized("depth", 99, 2)]
    assert ordered(messages) == [("other", 20, 9), ("image", 60, 1), ("depth", 99, 2)]


def test_what_belongs_to_the_next_image_does_not_come_before_an_image_that_lacks_it() -> None:
    # the first image of a source that tells motion has none: nobody knows yet how it moves
    messages = [
        *(serialized("depth", 10, 1), serialized("image", 11, 1)),
        *(serialized("motion", 20, 2), serialized("depth", 21, 2), serialized("image", 22, 2)),
    ]
    assert ordered(messages, ("depth", "motion")) == [
        *(("depth", 10, 1), ("image", 20, 1)),
        *(("motion", 20, 2), ("depth", 21, 2), ("image", 22, 2)),
    ]


def test_an_image_alone_never_waits() -> None:
    messages = [serialized("image", 10, 1), serialized("image", 20, 2)]
    assert ordered(messages, ()) == [("image", 10, 1), ("image", 20, 2)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["image", "depth", "other"]), st.integers(0, 40)), max_size=30
    )
)
def test_nothing_is_lost_and_time_never_goes_back(steps: list[tuple[str, int]]) -> None:
    messages, now = [], 0
    for n, (topic, gap) in enumerate(steps):
        now += gap
        messages.append(serialized(topic, now, n))
    got = ordered(messages)
    assert sorted((t, s) for t, _, s in got) == sorted(
        (m.connection.topic, stamp_of_serialized(m.data)) for m in messages
    )
    times = [t for _, t, _ in got]
    assert times == sorted(times)
    for m in messages:
        (at_ns,) = (t for _, t, s in got if s == stamp_of_serialized(m.data))
        assert m.recorded_ns <= at_ns <= m.recorded_ns + 50


# -- stamps and time -----------------------------------------------------------------------------


@given(st.integers(0, 2**31 * 10**9 - 1), st.booleans())
def test_the_stamp_of_a_serialized_image_is_that_of_its_header(ns: int, again: bool) -> None:
    kind = "sensor_msgs/msg/Image"
    data = bytes(STORE.serialize_cdr(colour_msg(ns), kind))
    assert stamp_of_serialized(data) == ns
    other = with_stamp(data, 5 if again else ns)
    assert STORE.deserialize_cdr(other, kind).header.stamp.nanosec == (
        5 if again else ns % 1_000_000_000
    )
    assert other[12:] == data[12:] and len(other) == len(data)


def test_big_endian_stamps_are_read_too() -> None:
    kind = "sensor_msgs/msg/Image"
    data = bytes(STORE.serialize_cdr(colour_msg(at(7)), kind, little_endian=False))
    assert stamp_of_serialized(data) == at(7)
    assert stamp_of_serialized(with_stamp(data, 3)) == 3


def test_a_recording_at_twice_its_speed_takes_half_its_time() -> None:
    passing = [100.0]
    clock = PlaybackClock(2.0, lambda: passing[0])
    assert clock.due_s(5_000_000_000) == 100.0
    assert clock.due_s(9_000_000_000) == 102.0
    passing[0] = 101.5
    assert clock.now_ns() == 8_000_000_000
    assert math.isclose(clock.played_s(9_000_000_000), 4.0)


# -- bags that are none --------------------------------------------------------------------------


def with_storage(path: Path, storage: str) -> None:
    text = (path / "metadata.yaml").read_text()
    (path / "metadata.yaml").write_text(text.replace("mcap", storage))


@pytest.mark.parametrize("read", [planned, lambda p: BagSource(p, rate_hz=10.0)])
def test_what_is_no_bag_is_named_with_the_mend(tmp_path: Path, read: Any) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.txt").write_text("x")
    with_storage(write_bag(tmp_path / "odd", a_walk()), "tape")
    cases: Mapping[str, str] = {
        "empty": r"empty: is a folder without a bag \(no metadata.yaml, .mcap or .db3 in it\)",
        "x.txt": "x.txt: is no bag, which ends with .mcap, .db3, .bag; give another file",
        "nowhere": "nowhere: there is no such bag; give its folder or one of its files",
        "odd": "odd: its storage is 'tape', none of mcap, sqlite3; convert it",
    }
    for name, told in cases.items():
        with pytest.raises(SourceError, match=told) as caught:
            read(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_bag_is_read_from_the_second_that_was_asked_for(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "walk", a_walk())
    plan = planned(path, start_s=0.15)
    with opened(path) as bag:
        stamps = {stamp_of_serialized(m.data) for m in plan.messages(bag, 0.15)}
    assert stamps == {at(200)}
