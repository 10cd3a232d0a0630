"""The safety drill of B4: whatever happens to its parent, the sound process speaks in time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import followme
from followme.voices.engine import espeak_libraries
from tests.voices.listening import eventually, has_gone, onset_s, read_log, read_track, span

MOST_S = 1.0
OWNER = Path(__file__).with_name("owner.py")
SOURCE = Path(followme.__file__).resolve().parents[1]


class Owner:
    """A process that owns a voice; it beats every 50 ms."""

    def __init__(self, track: Path, shadow: Path | None = None) -> None:
        self.track = track
        self.log = Path(f"{track}.jsonl")
        places = [str(p) for p in (shadow, SOURCE) if p is not None]
        self.process = subprocess.Popen(
            [sys.executable, str(OWNER), str(track)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        )
        assert self.process.stdout is not None
        start_ns, sink_pid = self.process.stdout.readline().split()
        self.start_s, self.sink_pid = int(start_ns) * 1e-9, int(sink_pid)

    def signal_at_s(self, number: int) -> float:
        """Send a signal; return when, on the track."""
        now_s = time.monotonic()
        self.process.send_signal(number)
        return now_s - self.start_s

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [line for line in read_log(self.log) if line["event"] == event]

    def leave(self) -> None:
        """Let it say goodbye."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(10.0) == 0

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        eventually(lambda: has_gone(self.sink_pid), "the end of the sound process")


@pytest.fixture(scope="module", autouse=True)
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Owner, float]]:
    """Return an owner that was killed, and when; its sound process speaks on for some seconds."""
    owner = Owner(tmp_path_factory.mktemp("killed") / "t.wav")
    yield owner, owner.signal_at_s(signal.SIGKILL)
    owner.end()


@pytest.fixture(scope="module")
def owners() -> Iterator[list[Owner]]:
    """Return a list of what must have ended after the last test."""
    made: list[Owner] = []
    yield made
    for owner in made:
        owner.end()


def test_a_parent_that_hangs_is_told_and_its_return_is_believed(
    tmp_path: Path, owners: list[Owner]
) -> None:
    owner = Owner(tmp_path / "t.wav")
    owners.append(owner)
    cause_s = owner.signal_at_s(signal.SIGSTOP)
    (spoken,) = eventually(lambda: owner.logged("onset"), "Vision lost")
    assert (spoken["text"], spoken["tone"]) == ("Vision lost", "lost")
    owner.signal_at_s(signal.SIGCONT)
    (ended,) = eventually(lambda: owner.logged("ended"), "the end of it")
    owner.leave()
    sound = read_track(owner.track)
    heard_s = onset_s(sound)
    assert cause_s < heard_s <= cause_s + MOST_S
    assert heard_s == pytest.approx(spoken["at_s"], abs=0.050)
    assert not span(sound, ended["at_s"] + 0.001, 1e3).any()
    assert len(owner.logged("onset")) == 1


def test_a_hung_parent_that_is_killed_while_the_guard_speaks_is_told_anew(
    tmp_path: Path, owners: list[Owner]
) -> None:
    owner = Owner(tmp_path / "t.wav")
    owners.append(owner)
    owner.signal_at_s(signal.SIGSTOP)
    eventually(lambda: owner.logged("onset"), "Vision lost")
    cause_s = owner.signal_at_s(signal.SIGKILL)
    _, second = eventually(
        lambda: found if len(found := owner.logged("onset")) == 2 else None, "Vision lost again"
    )
    assert cause_s - 0.01 <= second["at_s"] <= cause_s + MOST_S
    eventually(lambda: owner.logged("ended"), "its end")


def test_the_guard_needs_no_engine(tmp_path: Path, owners: list[Owner]) -> None:
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / "espeakng_loader.py").write_text("raise ImportError('absent')\n")
    if any(library.data is None for library in espeak_libraries()):
        pytest.skip("this system has an espeak-ng of its own")
    owner = Owner(tmp_path / "t.wav", shadow)
    owners.append(owner)
    (fault,) = eventually(lambda: owner.logged("onset"), "the tone that tells the fault")
    assert fault["tone"] == "fault"
    eventually(lambda: owner.logged("ended"), "its end")
    cause_s = owner.signal_at_s(signal.SIGSTOP)
    eventually(lambda: len(owner.logged("ended")) == 2, "Vision lost")
    owner.signal_at_s(signal.SIGCONT)
    owner.leave()
    lost = owner.logged("onset")[1]
    sound = read_track(owner.track)
    assert lost["text"] == "Vision lost"
    assert cause_s < onset_s(sound, cause_s) <= cause_s + MOST_S
    # tone and recorded words: longer than the tone alone
    assert owner.logged("ended")[1]["at_s"] - lost["at_s"] > 0.8


def test_a_killed_parent_is_told_twice_and_leaves_a_track_and_no_orphan(
    killed: tuple[Owner, float],
) -> None:
    owner, cause_s = killed
    eventually(owner.track.exists, "a finished track")
    eventually(lambda: has_gone(owner.sink_pid), "the end of the sound process")
    sound = read_track(owner.track)
    first, second = (line["at_s"] for line in owner.logged("onset"))
    assert cause_s < onset_s(sound) <= cause_s + MOST_S
    assert onset_s(sound, first - 0.1) == pytest.approx(first, abs=0.050)
    assert onset_s(sound, second - 0.1) == pytest.approx(second, abs=0.050)
    assert second - first == pytest.approx(3.0, abs=0.1)
