from __future__ import annotations

import errno
import json
import math
from pathlib import Path

import numpy as np
import pytest

from followme.outputs.files import (
    JsonLines,
    OutputError,
    output_error,
    part_path,
    strict,
    write_bytes,
    write_json,
    write_png,
)


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        (errno.ENOSPC, "the disk is full: free some space"),
        (errno.EACCES, "you may not write there: give --out a folder of your own"),
        (errno.EEXIST, "a file has that name: give --out a folder"),
        (errno.ENOTDIR, "a part of that path is a file"),
        (errno.EIO, "Input/output error: give --out another folder"),
    ],
)
def test_an_error_is_one_sentence_with_path_reason_and_mend(code, mend):
    text = str(output_error(Path("out/x.json"), OSError(code, "Input/output error")))
    assert text.startswith("output out/x.json cannot be written, ")
    assert mend in text
    assert "\n" not in text


def test_numbers_that_json_cannot_hold_become_null():
    value = {"a": math.nan, "b": [math.inf, 1.5], "c": np.float32(2.0), 3: (np.int8(4), None, True)}
    assert strict(value) == {"a": None, "b": [None, 1.5], "c": 2.0, "3": [4, None, True]}
    assert strict({"p": Path("x"), "r": np.array([[1.0, np.nan]])}) == {
        "p": "x",
        "r": [[1.0, None]],
    }


def test_what_has_no_place_in_json_is_named():
    with pytest.raises(ValueError, match="object has no place in it"):
        strict({"a": object()})


def test_a_file_appears_whole_and_leaves_no_temporary_name(tmp_path):
    write_json(tmp_path / "a.json", {"x": math.nan})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": None}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    part_path(path).mkdir()
    with pytest.raises(OutputError, match=r"a folder has that name"):
        write_bytes(path, b"new")
    assert path.read_text() == "old"


def test_a_missing_folder_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="the folder is gone"):
        write_png(tmp_path / "no" / "a.png", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(OutputError, match="the folder is gone"):
        JsonLines(tmp_path / "no" / "a.jsonl")


def test_lines_can_be_read_before_the_file_is_closed(tmp_path):
    lines = JsonLines(tmp_path / "a.jsonl")
    lines.write({"n": 1, "word": "Tür\u2028\x85\ud800"})
    text = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert len(text.splitlines()) == 1
    assert json.loads(text)["word"] == "Tür\u2028\x85\ud800"
    lines.close()
    lines.close()


class FullDisk:
    """A file that takes half of what it is given, then refuses."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def write(self, data):
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = bytes(data[: self.room])
        self.room -= len(part)
        return self.file.write(part)

    def __getattr__(self, name):
        return getattr(self.file, name)


def test_a_full_disk_leaves_whole_lines_only(tmp_path):
    lines = JsonLines(tmp_path / "a.jsonl")
    lines.write({"n": 1})
    lines._file = FullDisk(lines._file, 4)
    with pytest.raises(OutputError, match="the disk is full"):
        lines.write({"n": 2})
    lines._file.room = 100
    lines.write({"n": 3})
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert rows == [{"n": 1}, {"n": 3}]
