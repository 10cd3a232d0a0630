"""The supervisor with small processes: no ROS, real signals, everything awaited."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from followme.supervision.child import ChildSpec
from followme.supervision.restarts import RestartRules
from followme.supervision.supervisor import CANNOT_START, StopRules, Supervisor, how

QUICK = RestartRules(first_pause_s=0.01, longest_pause_s=0.02, start_s=30.0)
STOP = StopRules(interrupt_s=0.3, terminate_s=0.3, after_end_s=0.01)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def polite(last: str = "") -> list[str]:
    """Return a process that is ready, and ends by itself after SIGINT."""
    return python(
        "import signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n"
        "print('ready', flush=True)\n"
        "signal.sigwait([signal.SIGINT])\n"
        f"print({last!r})"
    )


def deaf(*names: str) -> list[str]:
    """Return a process that is ready, and ignores some signals."""
    ignored = "\n".join(f"signal.signal(signal.{name}, signal.SIG_IGN)" for name in names)
    return python(
        f"import signal\n{ignored}\nprint('ready', flush=True)\nwhile True: signal.pause()"
    )


def counting(file: Path, code: int) -> list[str]:
    """Return a process that notes that it lived, and dies."""
    return python(f"import sys; open({str(file)!r}, 'a').write('x'); sys.exit({code})")


class Run:
    """A supervisor in this process; the test acts on what it prints."""

    def __init__(self, *specs: ChildSpec, stop: StopRules = STOP) -> None:
        self.lines: list[tuple[str, str]] = []
        self._reactions: list[tuple[str, int, Callable[[], None]]] = []
        self._supervisor = Supervisor(
            specs, os.environ, self._say, restart_rules=QUICK, stop_rules=stop
        )

    def when(self, text: str, act: Callable[[], None], times: int = 1) -> Run:
        """Act when a text was printed for the n-th time."""
        self._reactions.append((text, times, act))
        return self

    def run(self) -> int:
        # a test that has gone wrong ends all the same
        guard = threading.Timer(30.0, os.kill, (os.getpid(), signal.SIGTERM))
        guard.start()
        try:
            return self._supervisor.run()
        finally:
            guard.cancel()

    def said(self, name: str) -> list[str]:
        return [line for who, line in self.lines if who == name]

    def count(self, text: str) -> int:
        return sum(text in line for _, line in self.lines)

    def _say(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        for text, times, act in self._reactions:
            if text in line and self.count(text) == times:
                act()


def alive(stat: Path) -> bool:
    """Return whether a process lives; who waits to be reaped does not."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def send(number: signal.Signals) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_nothing_to_run_is_nothing_to_wait_for():
    assert Run().run() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_and_nothing_that_they_print_is_lost(number: signal.Signals):
    run = Run(ChildSpec("a", polite("bye")), ChildSpec("b", polite("bye")))
    assert run.when("ready", send(number), times=2).run() == 0
    assert run.said("a") == run.said("b") == ["ready", "bye"]
    assert run.said("up") == [f"{number.name}: ending 2 processes"]


def test_lines_come_with_the_name_of_who_printed_them():
    code = "import sys; print('x\\ny'); print('z', file=sys.stderr); print('end', end='')"
    run = Run(ChildSpec("a", python(code), respawn=False))
    assert run.run() == 0
    assert sorted(run.said("a")) == ["end", "x", "y", "z"]


def test_who_does_not_end_on_sigint_gets_sigterm():
    run = Run(ChildSpec("deaf", deaf("SIGINT"))).when("ready", send(signal.SIGINT))
    assert run.run() == 0
    assert run.count("deaf did not end; sending SIGTERM") == 1
    assert run.count("SIGKILL") == 0


def test_who_does_not_end_at_all_is_killed_and_the_exit_code_says_so():
    run = Run(ChildSpec("deaf", deaf("SIGINT", "SIGTERM")), ChildSpec("good", polite()))
    assert run.when("ready", send(signal.SIGTERM), times=2).run() == 1
    assert run.count("deaf did not end; sending SIGKILL") == 1
    assert run.count("good did not end") == 0


def test_who_asks_again_does_not_wait_for_the_deadline():
    never = StopRules(interrupt_s=1e6, terminate_s=1e6)
    run = Run(ChildSpec("deaf", deaf("SIGINT", "SIGTERM")), stop=never)
    run.when("ready", send(signal.SIGINT))
    run.when("SIGINT: ending", send(signal.SIGINT))
    run.when("sending SIGTERM", send(signal.SIGINT))
    assert run.run() == 1


def test_a_process_that_dies_is_started_again():
    code = "print('ready', flush=True); import os; os.abort()"
    run = Run(ChildSpec("a", python(code)), ChildSpec("b", polite()))
    run.when("starting it again", send(signal.SIGINT), times=2)
    assert run.run() == 0
    assert run.count("a was ended by SIGABRT; starting it again") == 2


def test_five_deaths_at_start_are_said_and_the_others_run_on(tmp_path: Path):
    lives = tmp_path / "lives"
    run = Run(ChildSpec("a", counting(lives, 1)), ChildSpec("b", polite("bye")))
    run.when("given up", send(signal.SIGINT))
    assert run.run() == 1
    assert lives.read_text() == "xxxxx"
    assert run.count("a ended with exit code 1, 5 times at its start; given up") == 1
    assert run.said("b")[-1] == "bye"


def test_what_a_user_has_to_mend_is_tried_once(tmp_path: Path):
    lives = tmp_path / "lives"
    run = Run(ChildSpec("a", counting(lives, 2)))
    assert run.run() == 1
    assert lives.read_text() == "x"
    assert run.count("given up") == 1


def test_a_program_that_is_not_there_is_named_and_given_up():
    run = Run(ChildSpec("a", ["/no/such/program"]))
    assert run.run() == 1
    assert run.count("a: /no/such/program cannot be started (No such file or directory)") == 5
    assert run.count(f"exit code {CANNOT_START}, 5 times") == 1


def test_a_process_that_may_end_is_not_started_again(tmp_path: Path):
    lives = tmp_path / "lives"
    run = Run(ChildSpec("a", counting(lives, 0), respawn=False))
    assert run.run() == 0
    assert lives.read_text() == "x"


@pytest.mark.parametrize("code", [0, 1])
def test_with_the_last_frame_all_end_and_a_fault_is_told(code: int):
    last = python(f"input = __import__('sys').exit({code})")
    run = Run(ChildSpec("camera", last, respawn=False, ends_all=True), ChildSpec("b", deaf()))
    assert run.run() == code
    assert run.count("and with it all others end") == 1


def test_what_a_process_leaves_in_its_group_ends_with_it(tmp_path: Path):
    """The grandchild holds the pipe too: its end is no condition for that of its parent."""
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys\n"
        f"p = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        f"open({str(note)!r}, 'w').write(str(p.pid))"
    )
    run = Run(ChildSpec("a", python(code), respawn=False))
    assert run.run() == 0
    stat = Path("/proc", note.read_text(), "stat")
    deadline_s = time.monotonic() + 10
    while alive(stat) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not alive(stat)


def test_shared_memory_of_a_process_that_was_killed_is_removed():
    name = f"fastrtps_{os.getpid():016x}"
    code = (
        "import fcntl, signal, time\n"
        f"open('/dev/shm/{name}', 'w').close()\n"
        f"lock = open('/dev/shm/{name}_el', 'w')\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "for n in (signal.SIGINT, signal.SIGTERM): signal.signal(n, signal.SIG_IGN)\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()"
    )
    run = Run(ChildSpec("a", python(code))).when("ready", send(signal.SIGINT))
    assert run.run() == 1
    assert not list(Path("/dev/shm").glob(f"{name}*"))
    assert run.count("removed 1 pieces of shared memory") == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exit code 0"),
        (3, "exit code 3"),
        (-9, "SIGKILL"),
        (-11, "SIGSEGV"),
        (-200, "signal 200"),
    ],
)
def test_how_a_process_ended_is_said_in_words(code: int, words: str):
    assert words in how(code)
