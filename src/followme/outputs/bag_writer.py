"""A bag as rosbag2 writes it: MCAP files, one after the other, and metadata.yaml at the end.

MCAP (https://mcap.dev/spec) is appended to only: what is in a chunk that was written stays
readable, whatever becomes of the recorder. So a file has its own name from the beginning, unlike
others that FollowMe leaves, which get it when they are whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from mcap.writer import CompressionType, Writer

from followme import __version__
from followme.outputs.bag_metadata import BagContents, RecordedTopic, WrittenFile

COMPRESSIONS = {
    "none": CompressionType.NONE,
    "lz4": CompressionType.LZ4,
    "zstd": CompressionType.ZSTD,
}
# A chunk that has so many bytes is written at once.
_CHUNK_BYTES = 1 << 20


class BagWriterError(ValueError):
    """A bag that cannot be written; one sentence with the thing, the value and the mend."""


class BagWriter:
    """Writes serialized messages to a bag.

    The folder is made with the first message, so that nothing is left where nothing came.

    Parameters
    ----------
    folder : Path
        Of the bag; must not exist.
    split_bytes : int
        A file of that many bytes is closed and the next one begun.
    compression : str
        Of the chunks: none, lz4 or zstd.
    ros_distro : str
        For the metadata.

    Raises
    ------
    BagWriterError
        When the folder exists already.
    """

    def __init__(
        self, folder: Path, *, split_bytes: int, compression: str = "none", ros_distro: str = ""
    ) -> None:
        if folder.exists():
            raise BagWriterError(
                f"bag: {str(folder)!r} exists already and is not written over; give another name"
            )
        self.folder = folder
        self._split_bytes = split_bytes
        self._compression = COMPRESSIONS[compression]
        self._ros_distro = ros_distro
        self._topics: dict[str, RecordedTopic] = {}
        self._counts: dict[str, int] = {}
        #: What is in the chunk that is still to come to the disk, by topic.
        self._unfinished: dict[str, int] = {}
        self._files: list[WrittenFile] = []
        self._stream: IO[bytes] | None = None
        self._mcap: Writer | None = None
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}

    @property
    def counts(self) -> dict[str, int]:
        """How many messages of each topic were written."""
        return dict(self._counts)

    @property
    def files(self) -> list[Path]:
        """The files that were begun."""
        return [self.folder / f.name for f in self._files]

    def add_topic(self, topic: RecordedTopic) -> None:
        """Make a topic known; once."""
        self._topics.setdefault(topic.name, topic)
        self._counts.setdefault(topic.name, 0)

    def write(self, topic: str, recorded_ns: int, published_ns: int, data: bytes) -> None:
        """Write a message of a topic that was made known.

        Parameters
        ----------
        topic : str
            Its resolved name.
        recorded_ns, published_ns : int
            When it came, and when it was sent.
        data : bytes
            Serialized (CDR).

        Raises
        ------
        OSError
            When the disk is full or gone.
        """
        self._counts[topic] += 1
        self._unfinished[topic] = self._unfinished.get(topic, 0) + 1
        mcap, stream = self._open_file()
        channel, sequence = self._channel(mcap, topic), self._counts[topic] - 1
        before = stream.tell()
        mcap.add_message(channel, recorded_ns, data, published_ns, sequence & 0xFFFFFFFF)
        self._files[-1].note(recorded_ns)
        # a chunk that is whole must not wait in this process
        stream.flush()
        if stream.tell() > before:
            self._note_chunk()
        if stream.tell() >= self._split_bytes:
            self._close_file()

    def flush(self) -> None:
        """Bring what came so far to the disk, as a chunk of its own."""
        if self._mcap is not None:
            self._mcap.flush()
            self._note_chunk()

    def give_up(self) -> dict[str, int]:
        """Give up the chunk that the disk did not take; return what was in it, by topic."""
        lost, self._unfinished = self._unfinished, {}
        for topic, count in lost.items():
            self._counts[topic] -= count
        return lost

    def close(self, custom: dict[str, str] | None = None) -> None:
        """Write index and metadata; nothing where no message came.

        Parameters
        ----------
        custom : dict, optional
            What else the metadata should say.
        """
        self._close_file()
        if self._files:
            topics = [(t, self._counts[name]) for name, t in self._topics.items()]
            BagContents(self._files, topics, custom or {}).write(self.folder, self._ros_distro)

    def _note_chunk(self) -> None:
        self._files[-1].messages += sum(self._unfinished.values())
        self._unfinished.clear()

    def _open_file(self) -> tuple[Writer, IO[bytes]]:
        if self._mcap is not None and self._stream is not None:
            return self._mcap, self._stream
        self.folder.mkdir(parents=True, exist_ok=bool(self._files))
        name = f"{self.folder.name}_{len(self._files)}.mcap"
        self._stream = (self.folder / name).open("xb")
        self._mcap = Writer(self._stream, _CHUNK_BYTES, self._compression)
        self._mcap.start("ros2", f"followme {__version__}")
        self._files.append(WrittenFile(name))
        self._channels, self._schemas = {}, {}
        return self._mcap, self._stream

    def _channel(self, mcap: Writer, name: str) -> int:
        """Return a topic's channel in this file: each file can be read without the others."""
        if name in self._channels:
            return self._channels[name]
        topic = self._topics[name]
        if topic.type not in self._schemas:
            schema = mcap.register_schema(topic.type, "ros2msg", topic.definition.encode())
            self._schemas[topic.type] = schema
        about = {"offered_qos_profiles": topic.qos_text, "topic_type_hash": topic.type_hash}
        channel: int = mcap.register_channel(name, "cdr", self._schemas[topic.type], about)
        self._channels[name] = channel
        return channel

    def _close_file(self) -> None:
        mcap, stream = self._mcap, self._stream
        self._mcap = self._stream = None
        if mcap is None or stream is None:
            return
        try:
            mcap.finish()
            self._note_chunk()
        finally:
            stream.close()
