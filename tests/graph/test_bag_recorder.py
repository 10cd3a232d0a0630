"""Node bag_recorder on real ROS 2: what comes is in the bag, bit for bit, with QoS and type."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray, KeyValue
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import Reader
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import String

from followme.nodes.bag_recorder import BagRecorder, topics_of
from followme.ros.images import colour_to_msg
from followme.ros.message_definitions import NoDefinitionError, definition_of, refuse_another
from followme.ros.message_types import message_class
from followme.ros.qos import profile
from followme.ros.stamps import to_time
from followme.settings import SettingsError
from followme.values.frame import ColourImage
from tests.sources.build_recordings import an_image

from .conftest import Graph, Processes, await_that

pytestmark = pytest.mark.graph

INT64_MAX = {"sec": 9223372036, "nsec": 854775807}


def an_image_msg(stamp_ns: int) -> Image:
    return colour_to_msg(ColourImage(stamp_ns, an_image(blue=stamp_ns % 200)), "camera")


def started(graph: Graph, folder: Path, topics: str, **more: Any) -> BagRecorder:
    node = BagRecorder(overrides={"bag": str(folder), "topics": topics, **more})
    graph.start(node)
    return node


def publisher(graph: Graph, kind: type, topic: str, qos: QoSProfile) -> Any:
    made = graph.driver.create_publisher(kind, topic, qos)
    await_that(lambda: made.get_subscription_count(), why=f"the recorder listens to {topic}")
    return made


def test_messages_are_written_as_they_were_sent(graph: Graph, tmp_path: Path) -> None:
    node = started(graph, tmp_path / "walk", "camera/image_raw, /foreign")
    images = publisher(graph, Image, "camera/image_raw", profile("IMAGE"))
    latched = QoSProfile(
        depth=3,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )
    words = graph.driver.create_publisher(String, "/foreign", latched)
    words.publish(String(data="before anybody listens"))
    # serialized once: bytes between the fields are whatever lay there
    sent = [bytes(serialize_message(an_image_msg(n))) for n in range(1, 5)]
    for n, message in enumerate(sent, 1):
        images.publish(message)
        await_that(lambda n=n: node.counts["/camera/image_raw"] == n, why="it is written")
    await_that(lambda: node.counts["/foreign"], why="what was latched comes")
    graph.call(node.trigger_deactivate)
    graph.call(node.trigger_cleanup)
    with Reader(tmp_path / "walk") as reader:
        topics = {c.topic: c for c in reader.connections}
        found = [raw for c, _, raw in reader.messages() if c.topic == "/camera/image_raw"]
    assert found == sent
    (qos,) = topics["/camera/image_raw"].ext.offered_qos_profiles
    assert (qos.reliability.name, qos.durability.name) == ("BEST_EFFORT", "VOLATILE")
    (qos,) = topics["/foreign"].ext.offered_qos_profiles
    assert (qos.reliability.name, qos.durability.name) == ("RELIABLE", "TRANSIENT_LOCAL")
    assert {"sec": qos.deadline.sec, "nsec": qos.deadline.nsec} == INT64_MAX
    assert topics["/foreign"].digest.startswith("RIHS01_")
    assert node.lost == {}


def test_two_recorders_in_two_namespaces_record_their_own(graph: Graph, tmp_path: Path) -> None:
    nodes = [
        BagRecorder(
            namespace=f"/{name}",
            overrides={"bag": str(tmp_path / name), "topics": "camera/image_raw"},
        )
        for name in ("one", "two")
    ]
    graph.start(*nodes)
    for name, node in zip(("one", "two"), nodes, strict=True):
        topic = f"/{name}/camera/image_raw"
        publisher(graph, Image, topic, profile("IMAGE")).publish(an_image_msg(1))
        await_that(lambda n=node, t=topic: n.counts[t] == 1, why=f"{topic} is written")
    assert [node.counts for node in nodes] == [
        {"/one/camera/image_raw": 1},
        {"/two/camera/image_raw": 1},
    ]


def test_a_bag_that_exists_keeps_it_from_starting_and_stays(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    node = BagRecorder(overrides={"bag": str(tmp_path / "walk")})
    graph.spin(node)
    await_that(lambda: "exists already" in node.troubles.last, why="the refusal")
    assert not node.active and list((tmp_path / "walk").iterdir()) == []


def live_again(graph: Graph, node: BagRecorder) -> None:
    for act in ("deactivate", "cleanup", "configure", "activate"):
        graph.call(getattr(node, f"trigger_{act}"))
    assert node.active, node.troubles.last


def test_each_life_records_into_a_folder_of_its_own(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "walk_2").mkdir()
    node = started(graph, tmp_path / "walk", "camera/image_raw")
    live_again(graph, node)
    assert node.folder == tmp_path / "walk", "a life that wrote nothing leaves it free"
    for n in (1, 2):
        images = publisher(graph, Image, "camera/image_raw", profile("IMAGE"))
        for _ in range(n):
            before = node.counts["/camera/image_raw"]
            images.publish(an_image_msg(n))
            await_that(lambda b=before: node.counts["/camera/image_raw"] > b, why="it is written")
        graph.driver.destroy_publisher(images)
        live_again(graph, node)
    assert node.facts()["bag"] == str(tmp_path / "walk_4") and node.facts()["messages"] == 0
    for n, name in ((1, "walk"), (2, "walk_3")):
        with Reader(tmp_path / name) as reader:
            assert len(list(reader.messages())) == n
    assert list((tmp_path / "walk_2").iterdir()) == []


def test_after_a_disk_that_was_full_another_life_records(graph: Graph, tmp_path: Path) -> None:
    node = started(graph, tmp_path / "walk", "camera/image_raw")
    images = publisher(graph, Image, "camera/image_raw", profile("IMAGE"))
    (tmp_path / "walk").write_text("a file where the folder should be made")
    images.publish(an_image_msg(1))
    await_that(lambda: node.lasting, why="the fault")
    live_again(graph, node)
    assert not node.broken and not node.lasting
    await_that(images.get_subscription_count, why="it listens again")
    images.publish(an_image_msg(2))
    await_that(lambda: node.counts["/camera/image_raw"] == 1, why="it is written")
    assert node.folder == tmp_path / "walk_2" and node.folder.is_dir()


def test_nothing_is_recorded_before_time_begins(graph: Graph, tmp_path: Path) -> None:
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    words = graph.driver.create_publisher(String, "/foreign", latched)
    words.publish(String(data="latched before time begins"))
    node = started(graph, tmp_path / "walk", "/foreign", use_sim_time=True)
    await_that(lambda: graph.driver.count_publishers("/foreign"), why="discovery")
    for _ in range(3):
        graph.call(node._look)
    # it would be there by now, and a callback that came all the same counts it as lost
    assert words.get_subscription_count() == 0 and node.counts["/foreign"] == 0
    node._came("/foreign", b"", {})
    assert node.lost == {"/foreign": 1}
    clock = graph.driver.create_publisher(Clock, "/clock", 10)
    begin_ns = 1_000_000_000_000

    def written() -> bool:
        clock.publish(Clock(clock=to_time(begin_ns)))
        return node.counts["/foreign"] == 1

    await_that(written, why="what was latched is written when time begins")
    graph.call(node.trigger_deactivate)
    graph.call(node.trigger_cleanup)
    with Reader(tmp_path / "walk") as reader:
        assert [stamp_ns for _, stamp_ns, _ in reader.messages()] == [begin_ns]


def test_a_disk_that_is_full_is_said_and_what_follows_is_counted(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = started(graph, tmp_path / "walk", "camera/image_raw")
    images = publisher(graph, Image, "camera/image_raw", profile("IMAGE"))
    (tmp_path / "walk").write_text("a file where the folder should be made")
    images.publish(an_image_msg(1))
    await_that(lambda: node.broken, why="the fault")
    assert "cannot be written (File exists); make room or name another place" in node.broken
    images.publish(an_image_msg(2))
    await_that(lambda: node.lost.get("/camera/image_raw", 0) >= 1, why="the loss")
    await_that(lambda: int(node.facts()["lost"]) >= 1, why="the fact")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "topics: it is empty"),
        (" , ", "topics: it is empty"),
        ("camera image!", r"topics: 'image!' is no name of a topic"),
        ("/9lives", "is no name of a topic"),
    ],
)
def test_topics_that_can_be_none_are_refused(text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        topics_of(text)
    assert "\n" not in str(caught.value)


def test_words_stand_for_topics_and_each_is_taken_once() -> None:
    inputs = topics_of("inputs")
    assert topics_of("inputs, obstacles camera/image_raw") == (*inputs, "obstacles")
    every = topics_of("all")
    assert set(topics_of("inputs results")) == set(every) - {"/diagnostics"}
    assert not any("overlay" in name for name in every) and "camera/truth" not in every


def test_a_definition_has_the_types_below_it_and_none_twice() -> None:
    text = definition_of("diagnostic_msgs/msg/DiagnosticArray")
    assert text.count("=" * 80) == 4
    for inner in ("std_msgs/Header", "builtin_interfaces/Time", "diagnostic_msgs/KeyValue"):
        assert text.count(f"MSG: {inner}\n") == 1
    assert DiagnosticArray and KeyValue


def test_a_recorder_that_is_killed_leaves_what_it_had_written(
    processes: Processes, graph: Graph, tmp_path: Path
) -> None:
    from followme.sources.bag import BagSource

    folder = tmp_path / "walk"
    process = processes.followme(
        "record", "--out", str(folder), "--topics", "camera/image_raw", "--compression", "lz4"
    )
    graph.spin()
    images = publisher(graph, Image, "camera/image_raw", profile("IMAGE"))
    sent = 0

    def on_disk() -> bool:
        nonlocal sent
        sent += 1
        images.publish(an_image_msg(sent))
        file = folder / "walk_0.mcap"
        return file.exists() and file.stat().st_size > 500

    await_that(on_disk, why="a chunk is written")
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert not (folder / "metadata.yaml").exists()
    told: list[str] = []
    source = BagSource(folder, rate_hz=60.0, report=told.append)
    stamps = [f.stamp_ns for f in source.frames()]
    assert stamps and set(stamps) <= set(range(1, sent + 1))
    assert any("its end is missing" in text for text in told)


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_a_recorder_that_is_ended_leaves_a_whole_bag(
    processes: Processes, graph: Graph, tmp_path: Path, word: signal.Signals
) -> None:
    folder = tmp_path / "walk"
    process = processes.followme("record", "--out", str(folder), "--topics", "camera/image_raw")
    graph.spin()
    images = publisher(graph, Image, "camera/image_raw", profile("IMAGE"))
    await_that(lambda: images.publish(an_image_msg(1)) or folder.exists(), why="the first message")
    await_that(lambda: "Ctrl-C ends it" in processes.output(process), why="how to end it")
    process.send_signal(word)
    await_that(lambda: process.poll() is not None, why="its end")
    assert process.returncode == 0, processes.output(process)
    with Reader(folder) as reader:
        (connection,) = reader.connections
    printed = processes.output(process)
    assert f"{connection.msgcount:8d}  /camera/image_raw" in printed
    assert printed.count("recording to ") == 1, "the node says it, the command need not again"
    assert (folder / "metadata.yaml").exists()


def test_nothing_that_came_is_one_sentence_and_2(processes: Processes, tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    process = processes.followme(
        "record", "--out", str(folder), "--topics", "obstacles", "--seconds", "0.4"
    )
    await_that(lambda: process.poll() is not None, why="its end")
    *_, last = processes.output(process).splitlines()
    assert process.returncode == 2
    assert last.startswith("followme record: nothing came on /obstacles; start what publishes")
    assert not folder.exists()


def test_a_definition_that_is_not_that_of_the_publisher_is_refused() -> None:
    kind = "std_msgs/msg/String"
    known = "RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18"
    refuse_another(kind, definition_of(kind), known)
    refuse_another(kind, definition_of(kind), "")
    with pytest.raises(NoDefinitionError, match="not the one with which its publisher was built"):
        refuse_another(kind, definition_of(kind), known[:-1] + "9")


def test_a_type_that_is_not_installed_is_named_with_its_package() -> None:
    with pytest.raises(NoDefinitionError, match=r"install ros-.*-no-such-msgs"):
        definition_of("no_such_msgs/msg/Thing")
    for kind in ("no_such_msgs/msg/Thing", "std_msgs/msg/Thing", "String"):
        with pytest.raises(NoDefinitionError, match=f"{kind}: this type is not installed here"):
            message_class(kind)
