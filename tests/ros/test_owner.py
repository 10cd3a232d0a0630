from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from followme.ros.owner import OWNER, end_with_owner
from tests.real_ros import await_that

ROOT = Path(__file__).resolve().parents[2]
# starts a child that asks to end with it, and says both process ids
PARENT = """
import os, subprocess, sys
child = (
    "import signal\\n"
    "from followme.ros.owner import end_with_owner\\n"
    "print(end_with_owner(signal.SIGTERM), flush=True)\\n"
    "signal.pause()"
)
env = {**os.environ, "FOLLOWME_OWNER": sys.argv[1] or str(os.getpid())}
process = subprocess.Popen([sys.executable, "-c", child], env=env)
print(process.pid, flush=True)
process.wait()
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def start(owner: str, says_nothing: bool = False) -> tuple[subprocess.Popen[str], int, bool]:
    """Return a parent, its child's process id, and whether the child has an owner."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, owner], env=env, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    said = [parent.stdout.readline().strip() for _ in range(1 if says_nothing else 2)]
    number = next(int(word) for word in said if word.isdigit())
    return parent, number, "True" in said


def end(parent: subprocess.Popen[str]) -> None:
    parent.kill()
    parent.wait()
    assert parent.stdout is not None
    parent.stdout.close()


def test_a_node_whose_owner_is_killed_ends():
    parent, child, owned = start("")
    assert owned and alive(child)
    end(parent)
    await_that(lambda: not alive(child), 10, "it has ended")


@pytest.mark.parametrize("owner", ["1", "nobody"])
def test_a_node_that_somebody_else_started_in_between_lives_on(owner: str):
    parent, child, owned = start(owner)
    assert not owned
    end(parent)
    assert alive(child)
    os.kill(child, signal.SIGKILL)


def test_a_node_whose_owner_ended_while_it_was_being_loaded_ends_too():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    parent, child, _ = start(str(gone.pid), says_nothing=True)
    await_that(lambda: not alive(child), 10, "it has ended")
    end(parent)


def test_without_an_owner_nothing_is_asked():
    assert not end_with_owner(signal.SIGTERM, {})
    assert not end_with_owner(signal.SIGTERM, {OWNER: ""})


def test_an_owner_that_was_killed_but_not_looked_after_yet_has_ended():
    owner = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    owner.kill()
    await_that(lambda: not alive(owner.pid), 10, "it has ended")
    # its number is still taken, as nobody has waited for it
    child = (
        "import signal\n"
        "from followme.ros.owner import end_with_owner\n"
        "end_with_owner(signal.SIGTERM)\n"
        "print('lives on')"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), OWNER: str(owner.pid)}
    node = subprocess.run([sys.executable, "-c", child], env=env, capture_output=True, check=False)
    owner.wait()
    assert (node.returncode, node.stdout) == (-signal.SIGTERM, b"")
