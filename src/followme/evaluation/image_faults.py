"""When a camera did not see, read off its images: the causes that FollowMe must name in time."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.evaluation.walk_record import Fault
from followme.settings import ImageHealthSettings

#: Shorter ones are no fault: rule B4 waits as long before it calls sight lost.
SHORTEST_S = 0.5
STALLED, REPEATED, DARK, BRIGHT, COVERED = "stalled", "repeated", "dark", "bright", "covered"


@dataclass
class FaultWatch:
    """Look at the images of a walk as they come.

    Parameters
    ----------
    period_s : float
        Between two images of a camera that works.
    """

    period_s: float
    _s: ImageHealthSettings = field(default_factory=ImageHealthSettings)
    _found: list[Fault] = field(default_factory=list)
    _open: Fault | None = None
    _last: tuple[float, NDArray[np.uint8]] | None = None

    def image(self, time_s: float, bgr: NDArray[np.uint8]) -> None:
        """Look at the image of a time."""
        last_s = time_s - self.period_s if self._last is None else self._last[0]
        if time_s - last_s > 1.5 * self.period_s:
            self._note(STALLED, last_s + self.period_s, time_s)
        self._note(self._kind(bgr), time_s, time_s)
        self._last = (time_s, bgr)

    def end(self, time_s: float) -> tuple[Fault, ...]:
        """Return all faults, in order; the walk ended at ``time_s``."""
        if self._last is not None and time_s - self._last[0] > 1.5 * self.period_s:
            self._note(STALLED, self._last[0] + self.period_s, time_s)
        self._note("", time_s, time_s)
        return tuple(f for f in self._found if f.until_s - f.from_s >= SHORTEST_S)

    def _kind(self, bgr: NDArray[np.uint8]) -> str:
        if self._last is not None and np.array_equal(bgr, self._last[1]):
            return REPEATED
        grey = cv2.cvtColor(bgr[::2, ::2], cv2.COLOR_BGR2GRAY)
        luma, contrast = float(grey.mean()), float(grey.std())
        if luma < self._s.dark_luma:
            return DARK
        if luma > self._s.bright_luma:
            return BRIGHT
        return COVERED if contrast < self._s.covered_contrast else ""

    def _note(self, kind: str, from_s: float, until_s: float) -> None:
        now = self._open
        if now is not None and now.kind == kind:
            self._open = Fault(kind, now.from_s, until_s)
            return
        if now is not None:
            self._found.append(Fault(now.kind, now.from_s, until_s if kind != STALLED else from_s))
        self._open = Fault(kind, from_s, until_s) if kind else None
