"""What happens to the camera and the depth sensor during a walk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Event:
    """What all events have: from when, until when, in seconds of the walk.

    Parameters
    ----------
    from_s, until_s : float
        The first instant belongs to it, the last one does not.
    """

    from_s: float
    until_s: float = math.inf

    def holds(self, time_s: float) -> bool:
        """Return whether it goes on at a time."""
        return self.from_s <= time_s < self.until_s


@dataclass(frozen=True)
class Fade(Event):
    """Light fades, or glares, and stays so.

    Parameters
    ----------
    seconds : float
        How long it takes to change.
    to : float
        Brightness after that, 1 for usual.
    """

    seconds: float = 2.0
    to: float = 0.0

    def brightness(self, time_s: float) -> float:
        """Return the share of the usual light."""
        share = min(1.0, (time_s - self.from_s) / self.seconds) if self.seconds > 0 else 1.0
        return 1.0 + (self.to - 1.0) * share


@dataclass(frozen=True)
class Cover(Event):
    """Something lies on the lens: an even image, no depth.

    Parameters
    ----------
    luma : float
        Brightness of that image, 0 to 255.
    """

    luma: float = 40.0


@dataclass(frozen=True)
class Stall(Event):
    """No frame comes."""


@dataclass(frozen=True)
class Repeat(Event):
    """The last frame before it comes again and again, the same to the bit."""


@dataclass(frozen=True)
class Scale(Event):
    """Depth is wrong by a factor."""

    factor: float = 1.0


@dataclass(frozen=True)
class NoDepth(Event):
    """The depth sensor gives nothing, the camera goes on."""


class Conditions(NamedTuple):
    """What holds at one time.

    Parameters
    ----------
    brightness : float
        Share of the usual light.
    cover_luma : float or None
        Brightness of what covers the lens.
    depth_factor : float
        What depth is multiplied by.
    no_depth, stalled, repeats : bool
        Whether these go on.
    """

    brightness: float
    cover_luma: float | None
    depth_factor: float
    no_depth: bool
    stalled: bool
    repeats: bool


def conditions_at(events: Sequence[Event], time_s: float) -> Conditions:
    """Return what holds at a time; several fades and factors multiply."""
    now = [event for event in events if event.holds(time_s)]
    covers = [event.luma for event in now if isinstance(event, Cover)]
    return Conditions(
        math.prod(event.brightness(time_s) for event in now if isinstance(event, Fade)),
        covers[0] if covers else None,
        math.prod(event.factor for event in now if isinstance(event, Scale)),
        any(isinstance(event, NoDepth) for event in now),
        any(isinstance(event, Stall) for event in now),
        any(isinstance(event, Repeat) for event in now),
    )
