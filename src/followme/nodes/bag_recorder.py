"""Node bag_recorder: topics into a bag as they come, nothing decoded."""

from __future__ import annotations

import itertools
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.exceptions import InvalidTopicNameException
from rclpy.validate_topic_name import validate_topic_name

from followme.graph import DRAWN, INPUTS, TOPICS
from followme.outputs.bag_queue import BagQueue, Received
from followme.outputs.bag_writer import BagWriter
from followme.ros.bag_qos import recorder_profile
from followme.ros.base_node import BaseNode
from followme.ros.message_definitions import NoDefinitionError
from followme.ros.process import main_of
from followme.ros.topic_tap import TopicTap
from followme.settings import BagRecorderSettings, SettingsError

_MIB = 1 << 20
# How often publishers are looked for.
_LOOK_S = 0.2
# The worker looks this often whether a chunk is due.
_TURN_S = 0.05
_WORDS: dict[str, tuple[str, ...]] = {
    "inputs": INPUTS,
    "results": tuple(t.name for t in TOPICS.values() if t.type and t.name not in (*INPUTS, *DRAWN)),
}
_WORDS["all"] = (*_WORDS["inputs"], *_WORDS["results"], "/diagnostics")
_TYPES = {t.name: t.type for t in TOPICS.values()} | {
    "/diagnostics": "diagnostic_msgs/msg/DiagnosticArray"
}


class BagRecorder(BaseNode[BagRecorderSettings]):
    """Subscribes to serialized messages and writes them in the order in which they came.

    Callbacks only put into a queue that is bounded by bytes; the worker writes. What DDS lost,
    what found no room and what a broken disk did not take is counted by topic.
    """

    def __init__(self, **wiring: Any) -> None:
        super().__init__("bag_recorder", **wiring)
        #: Why nothing more is written; empty while all is well.
        self.broken = ""
        self._written: set[Path] = set()
        #: Where it writes, chosen anew when it is configured.
        self.folder = self._free_folder()
        self._lock = threading.Lock()
        self._taps: dict[str, TopicTap] = {}
        self._queue = BagQueue(self.settings.queue_mib * _MIB)
        self._writer: BagWriter | None = None
        self._counts: dict[str, int] = {}
        self._files: list[Path] = []
        self._bytes = 0
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._looking = self.create_timer(_LOOK_S, self._look, clock=steady)

    @property
    def counts(self) -> dict[str, int]:
        """How many messages of each topic that is to be recorded were written."""
        return {**dict.fromkeys(self._taps, 0), **self._counts}

    @property
    def lost(self) -> dict[str, int]:
        """How many messages of each topic were lost."""
        return self._queue.lost

    @property
    def bytes_written(self) -> int:
        """Bytes of all messages that were written."""
        return self._bytes

    @property
    def files(self) -> list[Path]:
        """The files of the bag."""
        return list(self._files)

    def load(self) -> None:
        try:
            self._load()
        except ValueError as error:
            self.broken = str(error)
            raise

    def _load(self) -> None:
        names = topics_of(self.settings.topics)
        self._queue = BagQueue(self.settings.queue_mib * _MIB)
        self.broken = self.lasting = ""
        self._counts, self._files, self._bytes = {}, [], 0
        self.folder = self._free_folder()
        self._writer = BagWriter(
            self.folder.expanduser(),
            split_bytes=self.settings.split_mib * _MIB,
            compression=self.settings.compression,
            ros_distro=os.environ.get("ROS_DISTRO", ""),
        )
        self._taps = {}
        for name in names:
            tap = self._tap(name)
            self._taps[tap.topic] = tap
        self.get_logger().info(f"recording to {self.folder}{self._when()}")
        self._look()

    def produce(self, alive: Callable[[], bool]) -> None:
        flushed_s = time.monotonic()
        while True:
            message = self._queue.take(_TURN_S)
            if message is None and not alive():
                return  # what had come is written
            due = time.monotonic() - flushed_s >= self.settings.chunk_s
            if not self._write(message, due):
                return
            if due:
                flushed_s = time.monotonic()

    def free(self) -> None:
        for tap in self._taps.values():
            tap.close()
        with self._lock:
            writer, self._writer = self._writer, None
            if writer is None:
                return
            self._queue.give_up()
            if writer.files or self.broken:
                self._written.add(self.folder)
            lost = {f"lost {topic}": str(n) for topic, n in self._queue.lost.items()}
            try:
                writer.close(lost)
            except OSError as error:
                self._give_up(error, writer)

    def facts(self) -> dict[str, Any]:
        return {
            "bag": str(self.folder),
            "messages": sum(self._counts.values()),
            "mebibytes": self._bytes / _MIB,
            "lost": sum(self.lost.values()),
            **{f"lost {topic}": n for topic, n in self.lost.items()},
        }

    def _tap(self, name: str) -> TopicTap:
        resolved = self.resolve_topic_name(name)
        topic = TOPICS.get(name)
        expected = None
        if topic is not None:
            latched = topic.qos == "LATCHED"
            expected = recorder_profile(topic.qos != "IMAGE", latched)
        return TopicTap(
            self,
            resolved,
            _TYPES.get(name, ""),
            expected,
            take=lambda data, about: self._came(resolved, data, about),
            lost=lambda count: self._queue.note_lost(resolved, count),
            trouble=self.trouble,
        )

    def _free_folder(self) -> Path:
        """Return where to write: what an earlier life of this node wrote stays as it is."""
        named = Path(self.settings.bag or time.strftime("bag_%Y-%m-%d_%H-%M-%S"))
        if named not in self._written:
            return named
        others = (named.with_name(f"{named.name}_{n}") for n in itertools.count(2))
        return next(f for f in others if not (f in self._written or f.expanduser().exists()))

    def _when(self) -> str:
        return "" if self.clock.now_ns() else ", from the first time on /clock on"

    def _look(self) -> None:
        # what came before the first /clock would be stamped 1970; what is latched comes after it
        if self._writer is not None and self.clock.now_ns():
            for tap in self._taps.values():
                tap.look()

    def _came(self, topic: str, data: bytes, about: Mapping[str, int]) -> None:
        if not self.active:
            return
        # when DDS had it: this thread may be held up
        received_ns = 0 if self.clock.simulated else int(about.get("received_timestamp", 0))
        recorded_ns = received_ns or self.clock.now_ns()
        if self.broken or not recorded_ns:
            self._queue.note_lost(topic, 1)
            return
        sent_ns = int(about.get("source_timestamp", 0))
        if not self._queue.put(Received(topic, recorded_ns, sent_ns or recorded_ns, data)):
            self.trouble(
                f"{self.folder}: the disk is slower than what comes; messages are lost. Record "
                "fewer topics, or raise queue_mib"
            )

    def _write(self, message: Received | None, due: bool) -> bool:
        """Write a message, and the chunk when it is due; return whether more can be written."""
        with self._lock:
            writer = self._writer
            if writer is None:
                self._queue.give_up()
                return False
            try:
                if message is not None:
                    self._write_message(writer, message)
                if due:
                    writer.flush()
            except OSError as error:
                self._give_up(error, writer)
                return False
        return True

    def _write_message(self, writer: BagWriter, message: Received) -> None:
        if message.topic not in writer.counts:
            try:
                writer.add_topic(self._taps[message.topic].described())
            except NoDefinitionError as error:
                self.trouble(f"{message.topic} is not recorded: {error}")
                self._queue.note_lost(message.topic, 1)
                return
        writer.write(message.topic, message.recorded_ns, message.published_ns, message.data)
        self._counts = writer.counts
        self._bytes += len(message.data)
        self._files = writer.files

    def _give_up(self, error: OSError, writer: BagWriter) -> None:
        self.broken = self.lasting = (
            f"bag {str(self.folder)!r} cannot be written ({error.strerror or error}); make room or "
            "name another place, and record again"
        )
        self.trouble(self.broken)
        for topic, count in writer.give_up().items():
            self._queue.note_lost(topic, count)
        self._counts = writer.counts
        self._queue.give_up()
        self.say_at_once()


def topics_of(text: str) -> tuple[str, ...]:
    """Return the names of topics that the setting ``topics`` stands for, each once.

    Raises
    ------
    SettingsError
        When it is empty, or holds what can be no topic.
    """
    words = [w for w in re.split(r"[,\s]+", text) if w]
    if not words:
        raise SettingsError("topics: it is empty; give inputs, results, all or names of topics")
    names: dict[str, None] = {}
    for word in words:
        for name in _WORDS.get(word, (word,)):
            try:
                validate_topic_name(name)
            except InvalidTopicNameException as error:
                raise SettingsError(
                    f"topics: {name!r} is no name of a topic; use letters, digits, underscores "
                    "and slashes, as in /camera/image_raw, or inputs, results or all"
                ) from error
            names[name] = None
    return tuple(names)


main = main_of(BagRecorder)
