"""What ``followme run`` tells a person while it runs: lines of obstacles and of what is said."""

from __future__ import annotations

import math
import sys
import threading
import time
from typing import TextIO

from followme.values.intent import Announcement, Outcome
from followme.values.obstacle import Obstacles, Sight

# Between two lines about obstacles that say the same.
_LINE_EVERY_S = 1.0
# Between two notes on depth: some hold a figure that changes with each image.
_NOTE_EVERY_S = 10.0


class LiveLines:
    """Print what is heard as it is heard, and what stands in the way now and then.

    Parameters
    ----------
    out : TextIO
        Where to; may be a pipe.
    """

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out: TextIO | None = out
        self._lock = threading.Lock()
        self._began_s = time.monotonic()
        self._last_s = -math.inf
        self._last_sight: tuple[Sight, str] | None = None
        self._last_note = ""
        self._noted_s = -math.inf

    def obstacles(self, o: Obstacles) -> None:
        """Print a line when the state of sight changed or a second went by."""
        at_s = time.monotonic() - self._began_s
        sight = (o.sight, o.reason)
        if sight == self._last_sight and at_s - self._last_s < _LINE_EVERY_S:
            return
        self._last_sight, self._last_s = sight, at_s
        self._line(f"{o.sight.name.lower():9}{obstacle_words(o)}")

    def depth_note(self, note: str) -> None:
        """Print what is odd about depth, and how to mend it, when that is new."""
        at_s = time.monotonic() - self._began_s
        if not note or note == self._last_note or at_s - self._noted_s < _NOTE_EVERY_S:
            return
        self._last_note, self._noted_s = note, at_s
        self._line(f"depth    {note}")

    def announcement(self, a: Announcement) -> None:
        """Print what begins to sound, and what could not be said."""
        if a.outcome is Outcome.STARTED:
            said = f'"{a.text}"' if a.text else "(tone)"
            self._line(f"says     {said}  after {a.latency_s * 1e3:.0f} ms")
        elif a.outcome is Outcome.FAILED:
            self._line(f"could not say {a.text!r}")

    def _line(self, text: str) -> None:
        with self._lock:
            if self._out is None:
                return
            at_s = time.monotonic() - self._began_s
            try:
                print(f"{at_s:7.1f} s  {text}", file=self._out, flush=True)
            except OSError:
                # whoever read this is gone (a closed pipe, a full disk); an error in the thread
                # of who publishes would keep the words from who needs them
                self._out = None


def obstacle_words(o: Obstacles) -> str:
    """Return one line about what stands in the way."""
    if o.sight is Sight.BLIND:
        return f"{o.reason}: nothing can be said about obstacles"
    inside = [x for x in o.obstacles if x.in_corridor]
    words = f"{len(o.obstacles)} obstacles"
    if inside:
        x = inside[0]
        distance = f"{x.distance_m:.2f} m" if o.distances_known else "unknown distance"
        side = x.side.name.lower().replace("_", " ")
        words += (
            f", in the way: {x.label or 'obstacle'} {x.track_id} {side}, {distance}, {x.zone.name}"
        )
    else:
        words += ", none in the way"
    return f"{words} ({o.reason})" if o.reason else words
