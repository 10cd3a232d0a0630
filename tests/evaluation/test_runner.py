"""Runs side by side, and what is left of them when somebody kills the program."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

_PARENT = """
import multiprocessing, sys, time
from followme.evaluation.runner import end_with_parent
def work(queue):
    end_with_parent()
    queue.put("ready")
    time.sleep(600)
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=work, args=(queue,))
    child.start()
    queue.get()
    print(child.pid, flush=True)
    time.sleep(600)
"""


def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        worker = os.pidfd_open(int(parent.stdout.readline()))
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    # a descriptor of a process is readable when it has ended
    assert select.select([worker], [], [], 10.0)[0]
    os.close(worker)
    parent.stdout.close()
