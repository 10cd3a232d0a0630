from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from followme.supervision.shared_memory import held_by, remove_dead

SEGMENT, PORT = "fastrtps_0123456789abcdef", "fastrtps_port7411"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (SEGMENT, f"{SEGMENT}_el", PORT, f"{PORT}_el", f"sem.{PORT}_mutex", "other"):
        (tmp_path / name).touch()
    return tmp_path


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def test_what_nobody_holds_is_removed_with_all_its_files(folder: Path):
    assert remove_dead({SEGMENT, PORT}, folder) == [SEGMENT, PORT]
    assert names(folder) == {"other"}


def test_what_is_not_ours_stays(folder: Path):
    assert remove_dead({SEGMENT}, folder) == [SEGMENT]
    assert {PORT, f"{PORT}_el", f"sem.{PORT}_mutex", "other"} == names(folder)


@pytest.mark.parametrize("kind", ["el", "sl"])
@pytest.mark.parametrize("how", [fcntl.LOCK_EX, fcntl.LOCK_SH])
def test_what_somebody_holds_stays(folder: Path, kind: str, how: int):
    with (folder / f"{PORT}_{kind}").open("wb") as lock:
        fcntl.flock(lock, how)
        before = names(folder)
        assert remove_dead({PORT}, folder) == []
        assert names(folder) == before
    assert remove_dead({PORT}, folder) == [PORT]


def test_what_is_gone_already_is_not_counted(folder: Path):
    assert remove_dead({"fastrtps_ffffffffffffffff"}, folder) == []
    assert remove_dead(set(), folder) == []


def test_a_semaphore_that_was_left_alone_is_removed(tmp_path: Path):
    (tmp_path / f"sem.{PORT}_mutex").touch()
    assert remove_dead({PORT}, tmp_path) == [PORT]
    assert names(tmp_path) == set()


def test_a_process_that_is_gone_holds_nothing():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert held_by(process.pid) == set()


def test_what_a_process_holds_is_read_off_its_open_files(tmp_path: Path):
    handles = tmp_path / "7" / "fd"
    handles.mkdir(parents=True)
    for number, target in enumerate(
        (
            f"/dev/shm/{SEGMENT}_el",
            f"/dev/shm/{PORT}_sl",
            f"/dev/shm/{PORT}_el",
            "/dev/shm/fastrtps_notours_el",
            "/dev/shm/other",
            f"/somewhere/{SEGMENT}_el",
            "socket:[1]",
        )
    ):
        (handles / str(number)).symlink_to(target)
    assert held_by(7, tmp_path) == {SEGMENT, PORT}
