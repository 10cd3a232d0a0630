from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from followme.sources.bag import BagSource
from followme.sources.bag_topics import BagTopics
from followme.sources.source import SourceError
from followme.values.frame import Frame
from tests.sources.build_recordings import (
    MS,
    STORE,
    an_image,
    colour_msg,
    depth_msg,
    float_depth_msg,
    header,
    info_msg,
    packed_msg,
    write_bag,
)

STORAGES = [StoragePlugin.SQLITE3, StoragePlugin.MCAP]
T0 = 1_700_000_000_000 * MS
COLOUR = "/camera/image_raw"
DEPTH = "/camera/depth/image_raw"
INFO = "/camera/camera_info"


def silent(text: str) -> None:
    raise AssertionError(f"nothing should have been reported: {text}")


def at(ms: int) -> int:
    return T0 + ms * MS


def a_walk(count: int = 3, late_ms: int = 0) -> list[tuple[str, int, Any]]:
    """Return messages of images 100 ms apart, their depth (metres as counted), calibration."""
    messages: list[tuple[str, int, Any]] = []
    for n in range(count):
        t = at(100 * n)
        messages += [
            (INFO, t, info_msg(t)),
            (COLOUR, t, colour_msg(t, an_image(blue=n))),
            (DEPTH, t + late_ms * MS, depth_msg(t, 1000 * (n + 1))),
        ]
    return sorted(messages, key=lambda m: m[1])


def depths_of(frames: list[Frame]) -> list[float | None]:
    return [None if f.depth_m is None else float(f.depth_m[0, 0]) for f in frames]


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("late_ms", [0, 40, 250])
def test_bag_of_either_storage_is_played(
    tmp_path: Path, storage: StoragePlugin, late_ms: int
) -> None:
    path = write_bag(tmp_path / "walk", a_walk(late_ms=late_ms), storage)
    source = BagSource(path, rate_hz=30.0, report=silent)
    assert source.topics == BagTopics(COLOUR, DEPTH, INFO)
    assert source.length == 3
    for _ in range(2):
        frames = list(source.frames())
        assert [f.stamp_ns for f in frames] == [at(0), at(100), at(200)]
        assert [int(f.bgr[0, 0, 0]) for f in frames] == [0, 1, 2]
        assert depths_of(frames) == [1.0, 2.0, 3.0]
        for frame in frames:
            assert frame.camera is not None
            assert (frame.camera.fx, frame.camera.nominal) == (7.0, False)
    source.close()


@pytest.mark.parametrize("storage", STORAGES)
def test_single_file_and_folder_without_metadata_are_played(
    tmp_path: Path, storage: StoragePlugin
) -> None:
    path = write_bag(tmp_path / "walk", a_walk(), storage)
    (file,) = (p for p in path.iterdir() if p.suffix != ".yaml")
    assert len(list(BagSource(file, rate_hz=30.0, report=silent).frames())) == 3
    (path / "metadata.yaml").unlink()
    assert len(list(BagSource(path, rate_hz=30.0, report=silent).frames())) == 3


def test_bag_of_ros_1_is_played(tmp_path: Path) -> None:
    store = get_typestore(Stores.ROS1_NOETIC)
    path = tmp_path / "walk.bag"

    def stamped(ms: int) -> Any:
        time = store.types["builtin_interfaces/msg/Time"](*divmod(at(ms), 1_000 * MS))
        return store.types["std_msgs/msg/Header"](0, time, "camera")

    with Ros1Writer(path) as writer:
        kind = "sensor_msgs/msg/Image"
        images = writer.add_connection(COLOUR, kind, typestore=store)
        for ms in (0, 100):
            data = an_image(blue=ms).reshape(-1)
            message = store.types[kind](stamped(ms), 6, 8, "bgr8", 0, 24, data)
            writer.write(images, at(ms), store.serialize_ros1(message, kind))
        kind = "sensor_msgs/msg/CameraInfo"
        infos = writer.add_connection(INFO, kind, typestore=store)
        roi = store.types["sensor_msgs/msg/RegionOfInterest"](0, 0, 0, 0, False)
        k = np.array([7.0, 0, 3.5, 0, 7.5, 2.5, 0, 0, 1])
        message = store.types[kind](
            stamped(0),
            6,
            8,
            "plumb_bob",
            np.zeros(5),
            k,
            np.eye(3).ravel(),
            np.zeros(12),
            0,
            0,
            roi,
        )
        writer.write(infos, at(0), store.serialize_ros1(message, kind))
    frames = list(BagSource(path, rate_hz=30.0, report=silent).frames())
    assert [f.stamp_ns for f in frames] == [at(0), at(100)]
    assert [int(f.bgr[0, 0, 0]) for f in frames] == [0, 100]
    assert frames[0].camera is not None
    assert frames[0].camera.fy == 7.5


def test_missing_bag_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.mcap"):
        BagSource(tmp_path / "nowhere.mcap", rate_hz=10.0)


@pytest.mark.parametrize(
    ("storage", "kept"),
    [(s, k) for s in STORAGES for k in (0.0, 0.001, 0.3)] + [(StoragePlugin.SQLITE3, 0.99)],
)
def test_cut_bag_is_refused(tmp_path: Path, storage: StoragePlugin, kept: float) -> None:
    path = write_bag(tmp_path / "walk", a_walk(), storage)
    (file,) = (p for p in path.iterdir() if p.suffix != ".yaml")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(kept * len(whole))])
    for given in (path, file):
        with pytest.raises(SourceError, match="the bag cannot be read") as caught:
            BagSource(given, rate_hz=10.0)
        assert str(given) in str(caught.value)


def test_mcap_bag_without_its_end_is_played_and_that_is_said(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "walk", a_walk(), StoragePlugin.MCAP)
    (file,) = path.glob("*.mcap")
    file.write_bytes(file.read_bytes()[:-9])
    told: list[str] = []
    source = BagSource(path, rate_hz=10.0, report=told.append)
    assert told == [f"{file}: its end is missing; the 9 messages in its whole chunks are read"]
    assert depths_of(list(source.frames())) == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("metadata", ["", "a: [", "rosbag2_bagfile_information: 3\n"])
def test_bag_with_broken_metadata_is_refused(tmp_path: Path, metadata: str) -> None:
    path = write_bag(tmp_path / "walk", a_walk())
    (path / "metadata.yaml").write_text(metadata)
    with pytest.raises(SourceError, match="the bag cannot be read"):
        BagSource(path, rate_hz=10.0)


def test_bag_without_messages_is_refused(tmp_path: Path) -> None:
    with Writer(tmp_path / "walk", version=9) as writer:
        writer.add_connection(COLOUR, "sensor_msgs/msg/Image", typestore=STORE)
    with pytest.raises(SourceError, match="no colour images, its topics are none"):
        BagSource(tmp_path / "walk", rate_hz=10.0)


def test_bag_without_colour_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "walk", [(DEPTH, at(0), depth_msg(at(0)))])
    with pytest.raises(SourceError, match=f"no colour images, its topics are {DEPTH}"):
        BagSource(path, rate_hz=10.0)


def test_damaged_messages_in_a_whole_bag_are_a_source_error(tmp_path: Path) -> None:
    path = tmp_path / "walk"
    with Writer(path, version=9) as writer:
        connection = writer.add_connection(COLOUR, "sensor_msgs/msg/Image", typestore=STORE)
        writer.write(connection, at(0), b"\0\1\0\0 no message")
    with pytest.raises(SourceError, match="the bag cannot be read"):
        BagSource(path, rate_hz=10.0)


def test_named_topics_are_taken_with_or_without_slash(tmp_path: Path) -> None:
    messages = [*a_walk(), *(("/other/image", at(n), colour_msg(at(n))) for n in range(9))]
    path = write_bag(tmp_path / "walk", messages)
    source = BagSource(
        path, "camera/image_raw", DEPTH, "camera/camera_info", rate_hz=30.0, report=silent
    )
    assert source.topics == BagTopics(COLOUR, DEPTH, INFO)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"colour_topic": "/camera/image"}, "did you mean '/camera/image_raw'"),
        ({"depth_topic": "/camera/depth/image"}, f"did you mean '{DEPTH}'"),
        ({"info_topic": "/nothing"}, "holds no messages on '/nothing'"),
        ({"info_topic": COLOUR}, "give a topic of sensor_msgs/msg/CameraInfo"),
        ({"colour_topic": INFO}, "give a topic of sensor_msgs/msg/Image"),
        ({"colour_topic": DEPTH}, f"{DEPTH} is taken for colour and depth"),
        ({"depth_topic": COLOUR}, f"{COLOUR} is taken for colour and depth"),
    ],
)
def test_named_topic_that_cannot_be_used_is_refused(
    tmp_path: Path, named: dict[str, str], told: str
) -> None:
    path = write_bag(tmp_path / "walk", a_walk())
    with pytest.raises(SourceError, match=told):
        BagSource(path, rate_hz=10.0, report=lambda _: None, **named)


def test_depth_named_as_colour_is_refused_with_its_encoding(tmp_path: Path) -> None:
    messages = [*a_walk(), ("/other/depth", at(500), depth_msg(at(500)))]
    path = write_bag(tmp_path / "walk", messages)
    with pytest.raises(SourceError, match=r"'16UC1' is no colour encoding"):
        BagSource(path, DEPTH, "/other/depth", rate_hz=10.0, report=lambda _: None)


def test_colour_goes_before_grey_and_raw_before_compressed(tmp_path: Path) -> None:
    t = at(0)
    grey = colour_msg(t, an_image()[..., 0], "mono8")
    messages = [
        ("/infra/image_raw", t, grey),
        ("/infra/image_raw", t + 1, grey),
        ("/camera/image_raw/compressed", t, packed_msg(t)),
        (COLOUR, t, colour_msg(t)),
    ]
    told: list[str] = []
    source = BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0, report=told.append)
    assert source.topics.colour == COLOUR
    assert any("/infra/image_raw" in text and "not from" in text for text in told)


def test_aligned_depth_goes_before_other_depth(tmp_path: Path) -> None:
    t = at(0)
    aligned = "/camera/aligned_depth_to_color/image_raw"
    messages = [
        ("/camera/color/image_raw", t, colour_msg(t)),
        ("/camera/color/camera_info", t, info_msg(t)),
        ("/camera/depth/camera_info", t, info_msg(t, width=99)),
        ("/camera/depth/image_rect_raw", t, depth_msg(t)),
        ("/camera/depth/image_rect_raw", t + 1, depth_msg(t + 1)),
        (aligned, t, depth_msg(t, 2000)),
    ]
    source = BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0, report=lambda _: None)
    assert source.topics == BagTopics(
        "/camera/color/image_raw", aligned, "/camera/color/camera_info"
    )
    assert depths_of(list(source.frames())) == [2.0]


@pytest.mark.parametrize("namespace", ["", "/walker1"])
def test_what_followme_computed_is_no_input(tmp_path: Path, namespace: str) -> None:
    t = at(0)
    messages = [
        (f"{namespace}/overlay/image", t, colour_msg(t)),
        (f"{namespace}/overlay/image", t + 1, colour_msg(t)),
        (f"{namespace}/overlay/image/compressed", t, packed_msg(t, "bgr8; jpeg compressed bgr8")),
        (f"{namespace}/depth/image", t, float_depth_msg(t)),
        (f"{namespace}/depth/sigma", t, float_depth_msg(t)),
        (f"{namespace}/depth/camera_info", t, info_msg(t, width=4)),
        (f"{namespace}{COLOUR}", t, colour_msg(t)),
        (f"{namespace}{INFO}", t, info_msg(t)),
    ]
    source = BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0, report=silent)
    assert source.topics == BagTopics(f"{namespace}{COLOUR}", "", f"{namespace}{INFO}")


def test_canonical_depth_of_a_camera_is_an_input(tmp_path: Path) -> None:
    t = at(0)
    messages = [(COLOUR, t, colour_msg(t)), ("/depth/image", t, float_depth_msg(t, 1.5))]
    source = BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0, report=lambda _: None)
    assert depths_of(list(source.frames())) == [1.5]


def test_compressed_colour_and_depth_are_decoded(tmp_path: Path) -> None:
    t = at(0)
    packed = cv2.imencode(".png", np.full((6, 8), 1500, np.uint16))[1].tobytes()
    depth = packed_msg(t, "16UC1; compressedDepth png", bytes(12) + packed)
    messages = [
        ("/camera/image_raw/compressed", t, packed_msg(t, "bgr8; png compressed bgr8")),
        (INFO, t, info_msg(t)),
        ("/camera/depth/image_raw/compressedDepth", t, depth),
    ]
    source = BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0, report=silent)
    (frame,) = source.frames()
    np.testing.assert_array_equal(frame.bgr, an_image())
    assert depths_of([frame]) == [1.5]
    assert frame.camera is not None


def test_near_stamps_are_paired_and_far_ones_not(tmp_path: Path) -> None:
    messages = []
    for n, off_ms in enumerate((0, 15, -15, 21)):
        colour_ns, depth_ns = at(100 * n), at(100 * n + off_ms)
        messages += [
            (COLOUR, colour_ns, colour_msg(colour_ns)),
            (DEPTH, depth_ns, depth_msg(depth_ns, 1000 * (n + 1))),
        ]
    path = write_bag(tmp_path / "walk", sorted(messages, key=lambda m: m[1]))
    frames = list(BagSource(path, rate_hz=30.0, report=lambda _: None).frames())
    assert depths_of(frames) == [1.0, 2.0, 3.0, None]


def test_message_without_stamp_takes_the_time_of_recording(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "walk", [(COLOUR, at(n), colour_msg(0)) for n in (0, 100)])
    source = BagSource(path, rate_hz=30.0, report=lambda _: None)
    assert [f.stamp_ns for f in source.frames()] == [at(0), at(100)]


def test_images_that_are_not_newer_are_left_out_and_reported(tmp_path: Path) -> None:
    stamps = [at(0), at(100), at(100), at(50), at(200)]
    messages = [(COLOUR, at(n), colour_msg(s)) for n, s in enumerate(stamps)]
    told: list[str] = []
    source = BagSource(write_bag(tmp_path / "w", messages), rate_hz=30.0, report=told.append)
    told.clear()
    assert [f.stamp_ns for f in source.frames()] == [at(0), at(100), at(200)]
    assert len(told) == 2
    assert all("is not newer" in text for text in told)


@pytest.mark.parametrize("storage", STORAGES)
def test_undecodable_messages_are_left_out_and_reported(
    tmp_path: Path, storage: StoragePlugin
) -> None:
    messages = a_walk(4)
    images = [m for topic, _, m in messages if topic == COLOUR]
    depths = [m for topic, _, m in messages if topic == DEPTH]
    images[1].step = 7
    images[2].encoding = "bayer_rggb8"
    depths[3].data = depths[3].data[:-1]
    told: list[str] = []
    path = write_bag(tmp_path / "walk", messages, storage)
    source = BagSource(path, rate_hz=30.0, report=told.append)
    assert told == []
    frames = list(source.frames())
    assert [f.stamp_ns for f in frames] == [at(0), at(300)]
    assert depths_of(frames) == [1.0, None]
    assert [text.split(": ")[-1].rpartition("; ")[2] for text in told] == [
        *("the frame is left out", "the frame is left out", "the depth is left out")
    ]
    assert "its step is 7 bytes" in told[0]
    assert "'bayer_rggb8'" in told[1]


def test_missing_and_empty_calibration_are_reported(tmp_path: Path) -> None:
    t = at(0)
    for name, extra in (("a", []), ("b", [(INFO, t, info_msg(t, fx=0.0))])):
        told: list[str] = []
        path = write_bag(tmp_path / name, [(COLOUR, t, colour_msg(t)), *extra])
        (frame,) = BagSource(path, rate_hz=10.0, report=told.append).frames()
        assert frame.camera is None
        assert len(told) == 1
        assert "camera unknown" in told[0] or "calibration is unknown" in told[0]


def test_distorted_lens_is_reported(tmp_path: Path) -> None:
    t = at(0)
    messages = [(COLOUR, t, colour_msg(t)), (INFO, t, info_msg(t, d=0.1))]
    told: list[str] = []
    BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0, report=told.append)
    assert len(told) == 1
    assert "distortion is ignored" in told[0]


def test_calibration_of_another_size_is_refused_at_once(tmp_path: Path) -> None:
    t = at(0)
    messages = [(COLOUR, t, colour_msg(t)), (INFO, t, info_msg(t, width=640, height=480))]
    with pytest.raises(SourceError, match=r"640x480.*8x6"):
        BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0)


def test_more_frames_than_wanted_are_left_out(tmp_path: Path) -> None:
    messages = []
    for n in range(31):
        t = T0 + round(n * 1e9 / 30)
        messages += [(COLOUR, t, colour_msg(t)), (DEPTH, t, depth_msg(t))]
    path = write_bag(tmp_path / "walk", messages)
    source = BagSource(path, rate_hz=10.0, report=lambda _: None)
    frames = list(source.frames())
    assert len(frames) == 11
    assert None not in depths_of(frames)
    assert source.rate_hz == 10.0
    assert source.length is None


def test_big_endian_depth_is_read(tmp_path: Path) -> None:
    t = at(0)
    pixels = np.full((6, 8), 1000, ">u2").reshape(-1).view(np.uint8)
    kind = STORE.types["sensor_msgs/msg/Image"]
    messages = [
        (COLOUR, t, colour_msg(t)),
        (DEPTH, t, kind(header(t), 6, 8, "16UC1", 1, 16, pixels)),
    ]
    source = BagSource(write_bag(tmp_path / "walk", messages), rate_hz=10.0, report=lambda _: None)
    assert depths_of(list(source.frames())) == [1.0]


def test_bag_can_be_let_go_in_the_middle(tmp_path: Path) -> None:
    frames = BagSource(write_bag(tmp_path / "walk", a_walk()), rate_hz=30.0).frames()
    first = next(frames)
    frames.close()  # type: ignore[attr-defined]
    np.testing.assert_array_equal(first.bgr, an_image(blue=0))
