"""An MCAP file cut off anywhere gives what is in its whole chunks, and never something else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rosbags.rosbag2 import Reader

from followme.sources.bag_reader import opened
from followme.sources.cut_mcap import is_cut, mended
from followme.sources.source import SourceError
from tests.outputs.test_bag_writer import image_bytes, topic, written

CHUNKS = 4
TOPIC = "/camera/image_raw"


def a_file(folder: Path, compression: str = "none") -> Path:
    """Write a file of four chunks with two messages of two topics each."""
    writer = written(folder, 0, compression=compression)
    for name in (TOPIC, "/other"):
        writer.add_topic(topic(name))
    for n in range(CHUNKS):
        # the second topic begins with the second chunk
        for name in (TOPIC, "/other") if n else (TOPIC, TOPIC):
            writer.write(name, 10 * n, 0, image_bytes(n + 1))
        writer.flush()
    writer.close()
    (folder / "metadata.yaml").unlink()
    return folder / f"{folder.name}_0.mcap"


def messages(path: Path) -> list[tuple[str, int, bytes]]:
    with opened(path) as bag:
        names = {c.topic for c in bag.connections}
        return [(m.connection.topic, m.recorded_ns, m.data) for m in bag.serialized(names)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_file(tmp_path_factory.mktemp("whole") / "walk")


def test_a_whole_file_is_not_cut_and_nothing_is_said(whole: Path) -> None:
    assert not is_cut(whole)
    with opened(whole) as bag:
        assert bag.cuts == ()


@settings(max_examples=30)
@given(kept=st.floats(0.0, 1.0, exclude_max=True))
def test_a_file_cut_anywhere_gives_its_first_messages(whole: Path, kept: float) -> None:
    data, every = whole.read_bytes(), messages(whole)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "walk_0.mcap")
        file.write_bytes(data[: int(kept * len(data))])
        before = file.read_bytes()
        try:
            got = messages(file)
        except SourceError as error:
            assert "the bag cannot be read" in str(error)
            got = []
        assert got == every[: len(got)] and len(got) % 2 == 0
        assert file.read_bytes() == before


@pytest.mark.parametrize("compression", ["none", "lz4", "zstd"])
def test_without_its_index_every_message_is_there_still(tmp_path: Path, compression: str) -> None:
    file = a_file(tmp_path / "walk", compression)
    every = messages(file)
    file.write_bytes(file.read_bytes()[:-10])
    assert messages(file) == every and len(every) == 2 * CHUNKS
    found = mended(file)
    assert found is not None and found[1] == 2 * CHUNKS
    with Reader(found[0]) as reader:
        assert {c.topic: c.msgcount for c in reader.connections} == {
            TOPIC: CHUNKS + 1,
            "/other": CHUNKS - 1,
        }


def test_the_second_of_two_files_may_be_cut_and_is_named(tmp_path: Path) -> None:
    writer = written(tmp_path / "walk", 4, split_bytes=600)
    writer.close()
    *_, last = sorted((tmp_path / "walk").glob("*.mcap"))
    every = messages(tmp_path / "walk")
    last.write_bytes(last.read_bytes()[:-1])
    assert messages(tmp_path / "walk") == every
    with opened(tmp_path / "walk") as bag:
        (said,) = bag.cuts
    assert said.startswith(f"{last}: its end is missing; the 2 messages") and "\n" not in said
    last.write_bytes(last.read_bytes()[:20])
    assert messages(tmp_path / "walk") == every[:-2]


def test_what_is_no_mcap_is_not_called_cut(tmp_path: Path) -> None:
    file = tmp_path / "walk.mcap"
    for content in (b"", b"\x89MCAP", b"SQLite format 3\0" * 10):
        file.write_bytes(content)
        assert not is_cut(file)
