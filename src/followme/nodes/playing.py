"""What nodes that play a recording share: when it may begin, and how it ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from followme.graph import NODES
from followme.ros.peers import takers_of

_IMAGES = "camera/image_raw"
# Who takes the images knows of us so long after we know of it.
_DISCOVERY_S = 1.0
# The last frame has arrived after this long.
_ON_THE_WAY_S = 0.3


def await_takers(node: Any, wait_s: float, alive: Callable[[], bool]) -> None:
    """Wait for the critical nodes: a recording has no frame to lose at its beginning.

    Parameters
    ----------
    node : Node
        Who plays.
    wait_s : float
        The longest wait.
    alive : callable
        Whether to wait on.
    """
    needed = {n.name for n in NODES if n.critical and _IMAGES in n.subscribes}
    deadline_s = time.monotonic() + wait_s
    while alive() and time.monotonic() < deadline_s:
        if needed <= takers_of(node, node.resolve_topic_name(_IMAGES)):
            time.sleep(_DISCOVERY_S)
            return
        time.sleep(0.05)


def interrupt() -> None:
    """End the process as Ctrl-C would: in an orderly way."""
    # the last frame is lost when its process ends before it was taken
    time.sleep(_ON_THE_WAY_S)
    os.kill(os.getpid(), signal.SIGINT)
