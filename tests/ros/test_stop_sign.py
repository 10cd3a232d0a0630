from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

from followme.ros.stop_sign import StopSign

# A signal at each line of the wait in turn; an event of threads hangs at the second.
_EVERY_LINE = """
import signal, sys
from followme.ros.stop_sign import StopSign

def trace(frame, event, arg):
    global line
    if event == "line" and frame.f_code is StopSign.wait.__code__:
        line += 1
        if line == at:
            sys.settrace(None)
            signal.raise_signal(signal.SIGINT)
    return trace

for at in range(1, 7):
    line, sign = 0, StopSign()
    signal.signal(signal.SIGINT, lambda *_: sign.set())
    sys.settrace(trace)
    sign.wait(0.01)
    sys.settrace(None)
print("done")
"""


def test_it_is_set_once_and_for_all():
    sign = StopSign()
    assert not sign.is_set()
    assert not sign.wait(0.0)
    sign.set()
    sign.set()
    assert sign.is_set()
    assert sign.wait()
    assert sign.wait(0.0)


def test_everybody_who_waits_hears_it():
    sign, heard = StopSign(), []
    threads = [threading.Thread(target=lambda: heard.append(sign.wait(10.0))) for _ in range(4)]
    for thread in threads:
        thread.start()
    sign.set()
    for thread in threads:
        thread.join(10.0)
    assert heard == [True] * 4


def test_a_handler_may_give_it_anywhere_in_a_wait():
    done = subprocess.run(
        [sys.executable, "-c", _EVERY_LINE], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "done\n"


def test_a_handler_ends_a_wait_without_end():
    sign = StopSign()
    before = signal.signal(signal.SIGUSR1, lambda *_: sign.set())
    try:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        assert sign.wait()
    finally:
        signal.signal(signal.SIGUSR1, before)
