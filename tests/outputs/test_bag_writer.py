"""A bag that we write opens with rosbags and the mcap library, whole and cut off."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import Reader

from followme.outputs.bag_metadata import RecordedTopic
from followme.outputs.bag_queue import BagQueue, Received
from followme.outputs.bag_writer import BagWriter, BagWriterError
from tests.sources.build_recordings import STORE, colour_msg

IMAGE = "sensor_msgs/msg/Image"
QOS = {
    "history": "keep_last",
    "depth": 7,
    "reliability": "best_effort",
    "durability": "volatile",
    "deadline": {"sec": 9223372036, "nsec": 854775807},
    "lifespan": {"sec": 9223372036, "nsec": 854775807},
    "liveliness": "automatic",
    "liveliness_lease_duration": {"sec": 9223372036, "nsec": 854775807},
    "avoid_ros_namespace_conventions": False,
}


def topic(name: str = "/camera/image_raw", kind: str = IMAGE) -> RecordedTopic:
    text, _ = STORE.generate_msgdef(kind, ros_version=2)
    return RecordedTopic(name, kind, text, STORE.hash_rihs01(kind), [QOS])


def image_bytes(stamp_ns: int) -> bytes:
    return bytes(STORE.serialize_cdr(colour_msg(stamp_ns), IMAGE))


def written(
    folder: Path, count: int = 3, *, split_bytes: int = 1 << 30, compression: str = "none"
) -> BagWriter:
    writer = BagWriter(folder, split_bytes=split_bytes, compression=compression, ros_distro="jazzy")
    writer.add_topic(topic())
    for n in range(count):
        writer.write("/camera/image_raw", 10 + n, n, image_bytes(n + 1))
        writer.flush()
    return writer


@pytest.mark.parametrize("compression", ["none", "lz4", "zstd"])
def test_rosbags_reads_every_message_bit_for_bit_with_type_and_qos(
    tmp_path: Path, compression: str
) -> None:
    written(tmp_path / "walk", compression=compression).close({"lost /x": "2"})
    with AnyReader([tmp_path / "walk"]) as reader:
        (connection,) = reader.connections
        assert connection.msgcount == 3 and connection.msgtype == IMAGE
        (qos,) = connection.ext.offered_qos_profiles
        assert (qos.depth, qos.reliability.name) == (7, "BEST_EFFORT")
        messages = list(reader.messages())
        assert [(t, raw) for _, t, raw in messages] == [
            (10 + n, image_bytes(n + 1)) for n in range(3)
        ]
        assert reader.deserialize(messages[0][2], IMAGE).encoding == "bgr8"
    about = yaml.safe_load((tmp_path / "walk" / "metadata.yaml").read_text())
    assert about["rosbag2_bagfile_information"]["custom_data"] == {"lost /x": "2"}


def test_the_mcap_library_reads_it_with_profile_schema_and_times(tmp_path: Path) -> None:
    written(tmp_path / "walk").close()
    with (tmp_path / "walk" / "walk_0.mcap").open("rb") as file:
        reader = make_reader(file)
        assert reader.get_header().profile == "ros2"
        found = list(reader.iter_messages())
    assert [(m.log_time, m.publish_time, m.sequence) for _, _, m in found] == [
        (10, 0, 0),
        (11, 1, 1),
        (12, 2, 2),
    ]
    schema, channel, _ = found[0]
    assert (schema.name, schema.encoding) == (IMAGE, "ros2msg")
    assert (channel.topic, channel.message_encoding) == ("/camera/image_raw", "cdr")
    assert channel.metadata["topic_type_hash"] == STORE.hash_rihs01(IMAGE)


def test_the_metadata_are_those_of_rosbag2(tmp_path: Path) -> None:
    written(tmp_path / "walk").close()
    content = yaml.safe_load((tmp_path / "walk" / "metadata.yaml").read_text())
    about = content["rosbag2_bagfile_information"]
    assert (about["version"], about["storage_identifier"]) == (9, "mcap")
    assert about["starting_time"] == {"nanoseconds_since_epoch": 10}
    assert about["duration"] == {"nanoseconds": 2} and about["message_count"] == 3
    assert about["ros_distro"] == "jazzy"
    (one,) = about["topics_with_message_count"]
    assert one["topic_metadata"]["offered_qos_profiles"] == [QOS]
    assert not list((tmp_path / "walk").glob("*.part"))


def test_a_file_of_that_many_bytes_is_closed_and_each_is_whole_by_itself(tmp_path: Path) -> None:
    written(tmp_path / "walk", 5, split_bytes=600).close()
    files = sorted((tmp_path / "walk").glob("*.mcap"))
    assert [f.name for f in files] == [f"walk_{n}.mcap" for n in range(len(files))]
    assert len(files) > 2
    times = []
    for file in files:
        with Reader(file) as reader:
            times += [t for _, t, _ in reader.messages()]
    assert times == [10, 11, 12, 13, 14]
    with Reader(tmp_path / "walk") as reader:
        assert [t for _, t, _ in reader.messages()] == times


def test_what_a_full_disk_did_not_take_is_given_up_and_not_counted(tmp_path: Path) -> None:
    writer = written(tmp_path / "walk", 3)
    for n in (13, 14):
        # more than what Python itself keeps back
        writer.write("/camera/image_raw", n, n, image_bytes(n) + bytes(1 << 15))
    (file,) = writer.files
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # a limit of the size of files stands for a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            writer.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert writer.give_up() == {"/camera/image_raw": 2}
    assert writer.counts == {"/camera/image_raw": 3}
    writer.close()
    with Reader(tmp_path / "walk") as reader:
        assert [t for _, t, _ in reader.messages()] == [10, 11, 12]
        assert reader.message_count == 3


def test_nothing_is_made_where_nothing_came(tmp_path: Path) -> None:
    written(tmp_path / "walk", 0).close()
    assert not (tmp_path / "walk").exists()


def test_a_bag_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    with pytest.raises(BagWriterError, match=r"walk' exists already .*; give another name"):
        written(tmp_path / "walk")


def test_a_queue_keeps_order_and_counts_what_found_no_room() -> None:
    queue = BagQueue(10)
    sent = [Received("/a", n, n, bytes(6)) for n in range(3)]
    assert [queue.put(m) for m in sent] == [True, False, False]
    assert queue.take(0.0) == sent[0] and queue.take(0.0) is None
    assert queue.put(sent[2])
    queue.note_lost("/b", 4)
    queue.give_up()
    assert queue.lost == {"/a": 3, "/b": 4}


def test_a_message_larger_than_the_queue_still_finds_room_alone() -> None:
    queue = BagQueue(10)
    assert queue.put(Received("/a", 0, 0, bytes(100)))
    assert not queue.put(Received("/a", 1, 1, b""))


@settings(max_examples=50)
@given(st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=60))
def test_each_message_is_taken_lost_or_waits(steps: list[int | None]) -> None:
    queue, put, taken = BagQueue(64), 0, 0
    for n, step in enumerate(steps):
        if step is None:
            taken += queue.take(0.0) is not None
        else:
            put += 1
            queue.put(Received("/a", n, n, bytes(step)))
    waiting = 0
    while queue.take(0.0) is not None:
        waiting += 1
    assert put == taken + waiting + sum(queue.lost.values())
