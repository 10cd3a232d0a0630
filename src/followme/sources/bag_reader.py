"""Bags of ROS 1 and ROS 2 opened without ROS: sqlite3, MCAP and .bag files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection
from rosbags.typesys import Stores, get_typestore
from rosbags.typesys.store import Typestore

from followme.sources.source import SourceError

BAG_SUFFIXES = (".mcap", ".db3", ".bag")
_METADATA = "metadata.yaml"
_METADATA_KEY = "rosbag2_bagfile_information"


class BagReader:
    """An open bag.

    Parameters
    ----------
    path : Path
        Of the bag, for messages to the user.
    reader : AnyReader
        Open.
    """

    def __init__(self, path: Path, reader: AnyReader) -> None:
        self._path = path
        self._reader = reader

    @property
    def duration_s(self) -> float:
        """From the first to the last message of any topic."""
        return self._reader.duration * 1e-9 if self._reader.message_count else 0.0

    def types(self) -> dict[str, str]:
        """Return the message type of each topic that has messages."""
        return {c.topic: c.msgtype for c in self._reader.connections if c.msgcount}

    def count(self, topic: str) -> int:
        """Return how many messages a topic has."""
        return sum(c.msgcount for c in self._reader.connections if c.topic == topic)

    def first(self, topic: str) -> Any:
        """Return the first message of a topic that has messages."""
        return next(self.messages([topic]))[2]

    def messages(self, topics: Collection[str]) -> Iterator[tuple[str, int, Any]]:
        """Give topic, time of recording in nanoseconds and message, in the order of recording.

        Raises
        ------
        SourceError
            Where the bag is damaged.
        """
        connections: list[Connection] = [
            c for c in self._reader.connections if c.topic in topics and c.msgcount
        ]
        if not connections:  # to rosbags this would mean all of them
            return
        with _reading(self._path):
            for connection, recorded_ns, raw in self._reader.messages(connections):
                message = self._reader.deserialize(raw, connection.msgtype)
                yield connection.topic, recorded_ns, message


@contextmanager
def opened(path: Path) -> Iterator[BagReader]:
    """Open a bag: a folder, or a single .mcap, .db3 or .bag file.

    Raises
    ------
    SourceError
        When it is missing, damaged or no bag.
    """
    with _reading(path):
        reader = AnyReader(_files(path), default_typestore=_known_types())
        reader.open()
    try:
        yield BagReader(path, reader)
    finally:
        reader.close()


@lru_cache(maxsize=1)
def _known_types() -> Typestore:
    """Return the types for bags without definitions, which recorders wrote before ROS 2 Iron."""
    return get_typestore(Stores.ROS2_JAZZY)


def is_bag_folder(folder: Path) -> bool:
    """Return whether a folder is a ROS 2 bag, by its metadata or by its files."""
    metadata = folder / _METADATA
    if metadata.is_file() and _METADATA_KEY in metadata.read_text("utf-8", "replace"):
        return True
    return any(p.suffix in (".mcap", ".db3") for p in folder.iterdir())


def _files(path: Path) -> list[Path]:
    """Return what is to be opened; a folder whose metadata are lost is read file by file."""
    if not path.is_dir() or (path / _METADATA).is_file():
        return [path]
    return sorted(p for p in path.iterdir() if p.suffix in (".mcap", ".db3")) or [path]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        # what rosbags raises on damaged files has no common class
        reason = str(error) or type(error).__name__
        raise SourceError(
            f"{path}: the bag cannot be read ({reason}); "
            "record it again, or mend it with `ros2 bag reindex` or `mcap recover`"
        ) from error
