"""Bags of ROS 1 and ROS 2 opened without ROS: sqlite3, MCAP and .bag files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection
from rosbags.typesys import Stores, get_typestore
from rosbags.typesys.store import Typestore

from followme.sources.cut_mcap import is_cut, mended
from followme.sources.source import SourceError

BAG_SUFFIXES = (".mcap", ".db3", ".bag")
_METADATA = "metadata.yaml"
_STORAGES = ("mcap", "sqlite3")
_STORAGE = re.compile(r"^\s*storage_identifier:\s*[\"']?([^\"'\s#]*)", re.MULTILINE)
_METADATA_KEY = "rosbag2_bagfile_information"


class Serialized(NamedTuple):
    """A message as the bag has it: its connection, time of recording in nanoseconds, bytes."""

    connection: Connection
    recorded_ns: int
    data: bytes


class BagReader:
    """An open bag.

    Parameters
    ----------
    path : Path
        Of the bag, for messages to the user.
    reader : AnyReader
        Open.
    cuts : sequence of str
        A sentence for each file that breaks off.
    """

    def __init__(self, path: Path, reader: AnyReader, cuts: Sequence[str] = ()) -> None:
        self._path = path
        self._reader = reader
        self.cuts = tuple(cuts)

    @property
    def is_ros2(self) -> bool:
        """Whether its messages are serialized as those of ROS 2."""
        return bool(self._reader.is2)

    @property
    def begin_ns(self) -> int:
        """When the first message of any topic was recorded."""
        return int(self._reader.start_time) if self._reader.message_count else 0

    @property
    def connections(self) -> list[Connection]:
        """Topics that have messages, with type and quality of service."""
        return [c for c in self._reader.connections if c.msgcount]

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
        for connection, recorded_ns, raw in self.serialized(topics):
            yield connection.topic, recorded_ns, self.decoded(connection, raw)

    def serialized(
        self, topics: Collection[str], from_ns: int | None = None
    ) -> Iterator[Serialized]:
        """Give the messages of topics as they are, in the order of recording.

        Parameters
        ----------
        topics : collection of str
            Names.
        from_ns : int, optional
            What was recorded earlier is left out.

        Raises
        ------
        SourceError
            Where the bag is damaged.
        """
        connections = [c for c in self.connections if c.topic in topics]
        if not connections:  # to rosbags this would mean all of them
            return
        with _reading(self._path):
            for message in self._reader.messages(connections, start=from_ns):
                yield Serialized(*message)

    def decoded(self, connection: Connection, data: bytes) -> Any:
        """Return a message of a connection.

        Raises
        ------
        SourceError
            Where it is damaged.
        """
        with _reading(self._path):
            return self._reader.deserialize(data, connection.msgtype)


@contextmanager
def opened(path: Path) -> Iterator[BagReader]:
    """Open a bag: a folder, or a single .mcap, .db3 or .bag file.

    Raises
    ------
    SourceError
        When it is missing, damaged or no bag.
    """
    _refuse_what_is_no_bag(path)
    with _reading(path):
        files, cuts = _whole(path, _files(path))
        reader = AnyReader(files, default_typestore=_known_types())
        reader.open()
    try:
        yield BagReader(path, reader, cuts)
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


def _refuse_what_is_no_bag(path: Path) -> None:
    if not path.exists():
        raise SourceError(f"{path}: there is no such bag; give its folder or one of its files")
    if path.is_file() and path.suffix not in BAG_SUFFIXES:
        raise SourceError(
            f"{path}: is no bag, which ends with {', '.join(BAG_SUFFIXES)}; give another file"
        )
    if path.is_dir() and not is_bag_folder(path) and not (path / _METADATA).is_file():
        raise SourceError(
            f"{path}: is a folder without a bag (no {_METADATA}, .mcap or .db3 in it); give the "
            "folder that `followme record` or `ros2 bag record` made"
        )
    storage = _storage_of(path / _METADATA)
    if storage not in ("", *_STORAGES):
        raise SourceError(
            f"{path}: its storage is {storage!r}, none of {', '.join(_STORAGES)}; convert it with "
            "`ros2 bag convert`"
        )


def _storage_of(metadata: Path) -> str:
    """Return the storage that the metadata name; empty where they do not, for whatever reason."""
    if not metadata.is_file():
        return ""
    found = _STORAGE.search(metadata.read_text("utf-8", "replace"))
    return found[1] if found else ""


def _whole(path: Path, files: list[Path]) -> tuple[list[Path], list[str]]:
    """Return what is to be opened, and a sentence for each MCAP file whose end is missing.

    Such files are read one by one: what the metadata say about them is not true.
    """
    singles = sorted(path.glob("*.mcap")) if path.is_dir() else files
    cut = [f for f in singles if f.suffix == ".mcap" and f.is_file() and is_cut(f)]
    if not cut:
        return files, []
    sentences = []
    for file in cut:
        found = mended(file)
        if found is None:
            singles.remove(file)
            sentences.append(f"{file}: it breaks off before its first chunk and is left out")
            continue
        readable, count = found
        singles[singles.index(file)] = readable
        sentences.append(
            f"{file}: its end is missing; the {count} messages in its whole chunks are read"
        )
    # nothing of it can be read: rosbags says why
    return (singles, sentences) if singles else (files, [])


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
