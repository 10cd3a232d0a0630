"""What stands beside the messages of a bag: its topics, and rosbag2's metadata.yaml.

The layout is version 9 of rosbag2 (ROS 2 Jazzy), ``rosbag2_storage/yaml.hpp``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

METADATA = "metadata.yaml"
QosProfile = Mapping[str, Any]


@dataclass(frozen=True)
class RecordedTopic:
    """A topic as a bag describes it.

    Parameters
    ----------
    name : str
        Resolved, with a leading slash.
    type : str
        ROS type, as ``sensor_msgs/msg/Image``.
    definition : str
        Text of the type and of all types in it, as MCAP's "ros2msg" wants it.
    type_hash : str
        RIHS01 of the type; empty unknown.
    qos : sequence of mapping
        Offered profiles, with the keys of rosbag2.
    """

    name: str
    type: str
    definition: str
    type_hash: str = ""
    qos: Sequence[QosProfile] = ()

    @property
    def qos_text(self) -> str:
        """The profiles as the channel of an MCAP file has them."""
        return yaml.safe_dump([dict(p) for p in self.qos], sort_keys=False).strip()


@dataclass
class WrittenFile:
    """One file of a bag.

    Parameters
    ----------
    name : str
        Below the folder of the bag.
    begin_ns, end_ns : int
        When its first and its last message were recorded; None and 0 before there is one.
    messages : int
        How many are in its chunks that are whole.
    """

    name: str
    begin_ns: int | None = None
    end_ns: int = 0
    messages: int = 0

    def note(self, recorded_ns: int) -> None:
        """Note when a message was recorded."""
        self.begin_ns = recorded_ns if self.begin_ns is None else min(self.begin_ns, recorded_ns)
        self.end_ns = max(self.end_ns, recorded_ns)


@dataclass(frozen=True)
class BagContents:
    """What a bag holds, for its metadata.

    Parameters
    ----------
    files : sequence of WrittenFile
        In order.
    topics : mapping
        Each topic with its number of messages.
    custom : mapping of str to str
        What else is to be said.
    """

    files: Sequence[WrittenFile]
    topics: Sequence[tuple[RecordedTopic, int]]
    custom: Mapping[str, str] = field(default_factory=dict)

    def yaml_text(self, ros_distro: str) -> str:
        """Return the text of metadata.yaml."""
        begins = [f.begin_ns for f in self.files if f.begin_ns is not None]
        begin_ns = min(begins, default=0)
        end_ns = max((f.end_ns for f in self.files), default=begin_ns)
        information = {
            "version": 9,
            "storage_identifier": "mcap",
            "duration": {"nanoseconds": end_ns - begin_ns},
            "starting_time": {"nanoseconds_since_epoch": begin_ns},
            "message_count": sum(f.messages for f in self.files),
            "topics_with_message_count": [_topic(t, count) for t, count in self.topics],
            "compression_format": "",
            "compression_mode": "",
            "relative_file_paths": [f.name for f in self.files],
            "files": [_file(f) for f in self.files],
            "custom_data": dict(self.custom) or None,
            "ros_distro": ros_distro,
        }
        return yaml.safe_dump({"rosbag2_bagfile_information": information}, sort_keys=False)

    def write(self, folder: Path, ros_distro: str) -> None:
        """Write metadata.yaml."""
        part = folder / f"{METADATA}.part"
        part.write_text(self.yaml_text(ros_distro), encoding="utf-8")
        part.replace(folder / METADATA)


def _topic(topic: RecordedTopic, count: int) -> dict[str, Any]:
    return {
        "topic_metadata": {
            "name": topic.name,
            "type": topic.type,
            "serialization_format": "cdr",
            "offered_qos_profiles": [dict(p) for p in topic.qos],
            "type_description_hash": topic.type_hash,
        },
        "message_count": count,
    }


def _file(file: WrittenFile) -> dict[str, Any]:
    begin_ns = file.begin_ns or 0
    return {
        "path": file.name,
        "starting_time": {"nanoseconds_since_epoch": begin_ns},
        "duration": {"nanoseconds": max(0, file.end_ns - begin_ns)},
        "message_count": file.messages,
    }
