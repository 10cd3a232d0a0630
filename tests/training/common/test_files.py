from __future__ import annotations

from pathlib import Path

import pytest

from followme_training.common.files import write_json, write_text, write_with


def test_what_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_text(file, "old")

    def broken(part: Path) -> None:
        part.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_with(file, broken)
    assert file.read_text() == "old"


def test_nan_is_no_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert not (tmp_path / "a.json").exists()


def test_folders_are_made_and_the_ending_is_kept_while_writing(tmp_path: Path) -> None:
    seen = []
    write_with(tmp_path / "b" / "p.png", lambda part: (seen.append(part.suffix), part.touch()))
    assert seen == [".png"]
    assert [p.name for p in (tmp_path / "b").iterdir()] == ["p.png"]
