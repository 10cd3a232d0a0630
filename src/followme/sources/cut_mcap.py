"""An MCAP file whose end is missing, because its recorder was killed or the disk was full.

The index of an MCAP file (https://mcap.dev/spec) is its last part. Where it is missing, one is made
here from the chunks that are whole, and read as if it stood behind them; the file stays as it is.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PosixPath
from typing import Any, BinaryIO, NamedTuple

from mcap.data_stream import ReadDataStream, RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Channel,
    Chunk,
    ChunkIndex,
    DataEnd,
    Footer,
    Message,
    MessageIndex,
    Schema,
    Statistics,
)
from mcap.stream_reader import breakup_chunk
from mcap.writer import MCAP0_MAGIC

_HEAD = struct.Struct("<BQ")


class CutMcap(PosixPath):
    """Path of a file that is read with the index that it lacks."""

    def open(self, *_args: Any, **_kwargs: Any) -> Any:
        """Open it for reading, in bytes."""
        repair = _repair(Path(self), self.stat().st_size)
        assert repair is not None
        return io.BufferedReader(_Spliced(Path(self), repair))


def is_cut(path: Path) -> bool:
    """Return whether an MCAP file begins as one, and does not end as one."""
    with path.open("rb") as file:
        if file.read(len(MCAP0_MAGIC)) != MCAP0_MAGIC:
            return False
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - len(MCAP0_MAGIC)))
        return size < 2 * len(MCAP0_MAGIC) or file.read() != MCAP0_MAGIC


def mended(path: Path) -> tuple[Path, int] | None:
    """Return a path to read a cut file by, and how many messages it has.

    None where no chunk of it is whole.
    """
    repair = _repair(path, path.stat().st_size)
    return None if repair is None else (CutMcap(path), repair.messages)


class _Repair(NamedTuple):
    """How many bytes of a file are good, what is to follow them, how many messages there are."""

    good: int
    tail: bytes
    messages: int


class _Spliced(io.RawIOBase):
    """The good bytes of a file, and behind them the index that was made."""

    def __init__(self, path: Path, repair: _Repair) -> None:
        self._file = path.open("rb")
        self._repair = repair
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        end = self._repair.good + len(self._repair.tail)
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = len(buffer)
        if self._at < self._repair.good:
            self._file.seek(self._at)
            data = self._file.read(min(wanted, self._repair.good - self._at))
        else:
            begin = self._at - self._repair.good
            data = self._repair.tail[begin : begin + wanted]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


@dataclass
class _Found:
    """What a walk along the records found."""

    good: int = 0
    chunks: list[ChunkIndex] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)


@lru_cache(maxsize=8)
def _repair(path: Path, _size: int) -> _Repair | None:
    """Walk along the records of a file; of a chunk only the head is looked at where that does."""
    found = _Found()
    with path.open("rb") as file:
        groups = list(_groups(file))
        while groups and not _is_indexed(file, groups[-1]):
            groups.pop()  # the file breaks off behind this chunk, within its index
        for number, group in enumerate(groups):
            unknown = any(i.channel_id not in found.channels for i in group.indexes)
            if unknown:
                # a channel is made known in the chunk of its first message, or just before it
                for other in groups[max(0, number - 1) : number + 1]:
                    _note_types(found, _chunk(file, other))
            _note_chunk(found, group)
    if not found.chunks:
        return None
    return _Repair(found.good, _summary(found), sum(found.counts.values()))


class _Group(NamedTuple):
    """A chunk and the indexes that follow it."""

    begin: int
    chunk_end: int
    end: int
    head: Chunk
    compressed_size: int
    indexes: tuple[MessageIndex, ...]


def _groups(file: BinaryIO) -> Iterator[_Group]:
    """Yield each chunk that is whole."""
    group: _Group | None = None
    for opcode, begin, end in _records(file):
        if opcode == Opcode.MESSAGE_INDEX and group is not None:
            file.seek(begin + _HEAD.size)
            index = MessageIndex.read(ReadDataStream(file))
            group = group._replace(end=end, indexes=(*group.indexes, index))
            continue
        if group is not None:
            yield group
        group = None
        if opcode == Opcode.CHUNK:
            file.seek(begin + _HEAD.size)
            group = _Group(begin, end, end, *_chunk_head(file), ())
    if group is not None:
        yield group


def _records(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Yield opcode, begin and end of each record that is whole."""
    size = file.seek(0, io.SEEK_END)
    begin = len(MCAP0_MAGIC)
    while begin + _HEAD.size <= size:
        file.seek(begin)
        opcode, length = _HEAD.unpack(file.read(_HEAD.size))
        end = begin + _HEAD.size + length
        if end > size or opcode in (Opcode.DATA_END, Opcode.FOOTER):
            return
        yield opcode, begin, end
        begin = end


def _chunk_head(file: BinaryIO) -> tuple[Chunk, int]:
    stream = ReadDataStream(file)
    begin_ns, end_ns, size, crc = (stream.read8(), stream.read8(), stream.read8(), stream.read4())
    compression = stream.read_prefixed_string()
    return Chunk(compression, b"", end_ns, begin_ns, crc, size), stream.read8()


def _chunk(file: BinaryIO, group: _Group) -> Chunk:
    file.seek(group.begin + _HEAD.size)
    chunk: Chunk = Chunk.read(ReadDataStream(file))
    return chunk


def _is_indexed(file: BinaryIO, group: _Group) -> bool:
    """Return whether every message of a chunk is in the indexes behind it."""
    found: dict[int, int] = {}
    for record in breakup_chunk(_chunk(file, group)):
        if isinstance(record, Message):
            found[record.channel_id] = found.get(record.channel_id, 0) + 1
    return found == {i.channel_id: len(i.records) for i in group.indexes}


def _note_types(found: _Found, chunk: Chunk) -> None:
    for record in breakup_chunk(chunk):
        if isinstance(record, Schema):
            found.schemas[record.id] = record
        elif isinstance(record, Channel):
            found.channels[record.id] = record


def _note_chunk(found: _Found, group: _Group) -> None:
    offsets, at = {}, group.chunk_end
    for index in group.indexes:
        offsets[index.channel_id] = at
        at += _HEAD.size + 6 + 16 * len(index.records)
        found.counts[index.channel_id] = found.counts.get(index.channel_id, 0) + len(index.records)
    found.good = group.end
    found.chunks.append(
        ChunkIndex(
            chunk_length=group.chunk_end - group.begin,
            chunk_start_offset=group.begin,
            compression=group.head.compression,
            compressed_size=group.compressed_size,
            message_end_time=group.head.message_end_time,
            message_index_length=group.end - group.chunk_end,
            message_index_offsets=offsets,
            message_start_time=group.head.message_start_time,
            uncompressed_size=group.head.uncompressed_size,
        )
    )


def _summary(found: _Found) -> bytes:
    """Return the part of a file that follows its data."""
    end = RecordBuilder()
    DataEnd(0).write(end)
    data_end = end.end()
    records = RecordBuilder()
    for record in (*found.schemas.values(), *found.channels.values(), *found.chunks):
        record.write(records)
    Statistics(
        attachment_count=0,
        channel_count=len(found.channels),
        channel_message_counts=found.counts,
        chunk_count=len(found.chunks),
        message_count=sum(found.counts.values()),
        message_end_time=max(c.message_end_time for c in found.chunks),
        message_start_time=min(c.message_start_time for c in found.chunks),
        metadata_count=0,
        schema_count=len(found.schemas),
    ).write(records)
    summary = records.end()
    footer = RecordBuilder()
    Footer(found.good + len(data_end), 0, 0).write(footer)
    return bytes(data_end + summary + footer.end() + MCAP0_MAGIC)
