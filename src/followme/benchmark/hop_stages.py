"""Where the time of a hop between two processes goes: packing, DDS, executor, unpacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from followme.benchmark.statistics import latency_summary
from followme.outputs.latency import LatencyRow

#: The way of an image in its order; each stage begins where the one before ends.
STAGES = {
    "packing": "pixels into a message",
    "publish": "publish(): serialised and written",
    "on_the_way": "from the end of publish() to the reader's queue; below zero: there before",
    "take": "executor woken, message taken out and turned into Python; 0: counted to the way",
    "unpacking": "message into pixels",
}


def by_stage(
    given_ns: Sequence[Sequence[int]], taken_ns: Mapping[str, Sequence[int]]
) -> dict[str, LatencyRow]:
    """Return how long each stage of a hop took; their means add up to that of the whole hop.

    All times are of CLOCK_MONOTONIC, which processes of one machine share, in nanoseconds.

    Parameters
    ----------
    given_ns : sequence of (begun, packed, published)
        Of each image in the order of its number, from 0 on: what who gives them noted.
    taken_ns : mapping of str to (received, called, unpacked)
        By the number of each image that came: when DDS had it, when the callback began and when it
        had the pixels.

    Returns
    -------
    dict
        A summary in milliseconds for each of :data:`STAGES`.
    """
    moments = [(*given_ns[int(n)], *taken_ns[n]) for n in sorted(taken_ns, key=int)]
    steps_ms = np.diff(np.array(moments, np.int64).reshape(-1, 6), axis=1) * 1e-6
    return {
        stage: latency_summary([float(ms) for ms in column])
        for stage, column in zip(STAGES, steps_ms.T, strict=True)
    }
