from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from followme.ros import gate as gate_module
from followme.ros.gate import Gate, give_way
from tests.real_ros import await_that


@pytest.fixture
def gate() -> Gate:
    return Gate()


class Later:
    """Somebody who waits at the gate in a thread of their own."""

    def __init__(self, gate: Gate, stamp_ns: int) -> None:
        self.newest: bool | None = None
        self._done = threading.Event()
        self._gate, self._stamp_ns = gate, stamp_ns
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        with self._gate.after(self._stamp_ns) as newest:
            self.newest = newest
            self._done.wait(10.0)

    @property
    def inside(self) -> bool:
        return self.newest is not None

    def leave(self) -> None:
        self._done.set()
        self._thread.join(10.0)


@pytest.fixture
def later(gate) -> Callable[[int], Later]:
    made: list[Later] = []

    def come(stamp_ns: int) -> Later:
        made.append(Later(gate, stamp_ns))
        return made[-1]

    yield come
    for somebody in made:
        somebody.leave()


@pytest.fixture
def patient(monkeypatch) -> None:
    """Wait for depth as long as a test takes."""
    monkeypatch.setattr(gate_module, "_PATIENCE_S", 60.0)
    monkeypatch.setattr(gate_module, "_SILENT_S", 60.0)


def test_nobody_is_waited_for_who_never_came(gate):
    with gate.after(5) as newest:
        assert newest


def test_who_comes_after_waits_until_depth_of_its_stamp_has_ended(gate, later, patient):
    with gate.first(1):
        pass
    one = later(2)
    assert not one.inside
    with gate.first(2):
        assert not one.inside
    await_that(lambda: one.inside, why="the gate opens")
    assert one.newest


def test_depth_that_is_expected_is_waited_for(gate, later, patient):
    gate.expect()
    one = later(1)
    with gate.first(1):
        assert not one.inside
    await_that(lambda: one.inside)


def test_only_one_is_inside_at_a_time(gate, later, patient):
    with gate.first(1):
        two = [later(1), later(1)]
    await_that(lambda: any(x.inside for x in two), why="one is inside")
    assert sum(x.inside for x in two) == 1
    next(x for x in two if x.inside).leave()
    await_that(lambda: all(x.inside for x in two), why="the other follows")


def test_who_waits_for_its_turn_lets_the_next_depth_go_first(gate, later, patient):
    with gate.first(1):
        pass
    one = later(1)
    await_that(lambda: one.inside)
    with gate.first(2):
        other = later(1)
        one.leave()
        assert not other.inside
    await_that(lambda: other.inside, why="depth has ended")
    assert not other.newest, "depth has seen a newer image"


def test_depth_never_waits(gate, later, patient):
    with gate.first(1):
        pass
    one = later(1)
    await_that(lambda: one.inside)
    with gate.first(2):
        assert one.inside


def test_depth_that_fell_silent_is_not_waited_for(gate, monkeypatch):
    monkeypatch.setattr(gate_module, "_SILENT_S", 0.0)
    with gate.first(1):
        pass
    with gate.after(2) as newest:
        assert newest


def test_depth_that_fails_opens_the_gate_all_the_same(gate, later, patient):
    with pytest.raises(RuntimeError), gate.first(1):
        raise RuntimeError
    one = later(1)
    await_that(lambda: one.inside)


def test_the_turn_of_one_that_hangs_is_nobodys(gate, later, monkeypatch):
    monkeypatch.setattr(gate_module, "_HANGS_S", 0.0)
    hangs = later(1)
    await_that(lambda: hangs.inside)
    other = later(2)
    await_that(lambda: other.inside, why="it is not held up")
    monkeypatch.setattr(gate_module, "_HANGS_S", 60.0)
    hangs.leave()
    third = later(2)
    assert not third.inside, "whose turn was taken over gives nobody's back"
    other.leave()
    await_that(lambda: third.inside)


def test_who_fails_inside_lets_the_next_one_in(gate):
    with pytest.raises(RuntimeError), gate.after(1):
        raise RuntimeError
    with gate.after(1) as newest:
        assert newest


def test_who_waited_too_long_goes_on_and_takes_nobodys_turn(gate, later, monkeypatch):
    with gate.first(1):
        pass
    monkeypatch.setattr(gate_module, "_SILENT_S", 60.0)
    inside = later(1)
    await_that(lambda: inside.inside)
    monkeypatch.setattr(gate_module, "_PATIENCE_S", 0.01)
    with gate.after(1) as newest:
        assert newest
    assert gate._turn is not None, "the one inside is still there"


def test_depth_in_another_process_opens_the_gate_when_it_is_heard_of(gate, later, patient):
    gate.first_ended(1)
    one = later(2)
    assert not one.inside
    gate.first_ended(2)
    await_that(lambda: one.inside, why="the gate opens")
    assert one.newest


def test_time_that_jumps_back_opens_the_gate_again(gate, later, patient):
    with gate.first(1000):
        pass
    with gate.first(5):
        pass
    one = later(6)
    assert not one.inside
    with gate.first(6):
        pass
    await_that(lambda: one.inside)
    assert one.newest


def test_giving_way_lowers_the_priority_of_one_thread_only():
    seen: list[int] = []

    def work() -> None:
        give_way()
        give_way()
        seen.append(os.getpriority(os.PRIO_PROCESS, 0))

    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [max(before, 5)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


ALONE = """
import os, sys
from pathlib import Path
from followme.ros import gate
if len(sys.argv) > 1:
    gate._SESSION = Path(sys.argv[1])
gate.give_way_alone()
print(os.getpriority(os.PRIO_PROCESS, 0), Path("/proc/self/autogroup").read_text().split()[-1])
"""


OF_ANOTHER = "import subprocess, sys; subprocess.run(sys.argv[1:], check=True)"


def alone(*arguments: str, of_another: bool = False) -> subprocess.CompletedProcess[str]:
    """Give way in a session that begins with that process, or with the one that starts it.

    The session of the tests themselves will not do: that of a machine's first process has no
    line in /proc/self/autogroup.
    """
    first = [sys.executable, "-c", OF_ANOTHER] if of_another else []
    return subprocess.run(
        [*first, sys.executable, "-c", ALONE, *arguments],
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.skipif(
    not gate_module._SESSION.exists(), reason="the kernel does not share between sessions"
)
class TestGivingWayAlone:
    def test_a_process_with_a_session_of_its_own_lowers_that_too(self):
        niceness, of_session = alone().stdout.split()
        assert int(niceness) >= 5
        assert of_session == "10"

    def test_the_session_of_others_stays_as_it_is(self):
        niceness, of_session = alone(of_another=True).stdout.split()
        assert int(niceness) >= 5
        assert of_session == "0"

    def test_who_may_not_write_there_is_told_and_goes_on(self, tmp_path):
        (tmp_path / "autogroup").mkdir()
        done = alone(str(tmp_path / "autogroup"))
        assert done.stdout.split()[-1] == "0"
        assert "cannot be written" in done.stderr and "Traceback" not in done.stderr
