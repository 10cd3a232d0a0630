"""How often a simulated walker bumps into things: with a cane alone, and with FollowMe too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Protocol

from followme.evaluation.chain import Chain, onsets
from followme.evaluation.floor_plan import parts_of
from followme.evaluation.simulated_walker import SimulatedWalker
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.values.frame import Frame
from followme.values.intent import Announcement

# Farther things are reached neither by the cane nor by the body, wherever these go in one step.
_AROUND_M = 2.0
# Poses that differ by less (metres and radians) differ by rounding: one adds up steps, the other
# is read off the script.
_SAME = 1e-9

Change = Callable[[Frame], Frame]


class Steered(Protocol):
    """A walk that goes where its walker goes; :class:`followme.sources.walk_source.WalkSource`."""

    @property
    def times_s(self) -> tuple[float, ...]:
        """When frames are due."""
        ...

    def frame_at(self, time_s: float, pose: FloorPose | None = None) -> Frame | None:
        """Return the frame of a time, None while the camera is stalled."""
        ...

    def pass_without_frame(self, time_s: float, pose: FloorPose) -> None:
        """Let a time pass without a frame."""
        ...

    def outlines_at(
        self, time_s: float, pose: FloorPose | None = None, within_m: float = math.inf
    ) -> tuple[Outline, ...]:
        """Return what is there, in the frame of the body."""
        ...

    def branch(self) -> Steered:
        """Return one that has come as far, and goes on from here by itself."""
        ...


def contacts_with_cane(walker: SimulatedWalker, source: Steered) -> list[int]:
    """Return the things that a walker with nothing but a cane bumps into."""
    for time_s, step_s in _steps(source):
        pose = walker.pose
        source.pass_without_frame(time_s, pose)
        walker.walk(time_s, step_s, parts_of(source.outlines_at(time_s, pose, _AROUND_M)))
    return walker.contacts


def walk_on(
    walker: SimulatedWalker, source: Steered, chain: Chain, change: Change, from_s: float = 0.0
) -> list[int]:
    """Let a walker with cane and FollowMe go on to the end of a walk; return all contacts so far.

    Parameters
    ----------
    walker : SimulatedWalker
        Where it has come to by ``from_s``.
    source, chain
        Likewise.
    change : callable
        What becomes of frames before FollowMe sees them.
    from_s : float
        In the walk.
    """
    for time_s, step_s in _steps(source, from_s):
        pose = walker.pose
        frame = source.frame_at(time_s, pose)
        if frame is not None:
            for onset_s, a in onsets(chain.pipeline.step(change(frame)).announcements):
                walker.hears(onset_s, a)
        walker.walk(time_s, step_s, parts_of(source.outlines_at(time_s, pose, _AROUND_M)))
    return walker.contacts


class Companion:
    """The simulated walker beside the one of the script.

    As long as nothing was heard that makes them stop or step aside both go the same way and see
    the same, so that one chain serves both. Where their ways part, a branch of source and chain
    goes on with the simulated walker: half of the frames need not be seen twice.

    Parameters
    ----------
    walker : SimulatedWalker
        Before the first step.
    source, chain
        Of the walk by script.
    change : callable
        What becomes of frames before FollowMe sees them.
    """

    def __init__(
        self, walker: SimulatedWalker, source: Steered, chain: Chain, change: Change
    ) -> None:
        self.walker = walker
        self._source, self._chain, self._change = source, chain, change
        self._parted = False

    def comes_to(self, time_s: float, scripted: FloorPose) -> None:
        """Part from the script and go on to the end, if the script is elsewhere at this time."""
        if self._parted or _same(self.walker.pose, scripted):
            return
        self._parted = True
        walk_on(self.walker, self._source.branch(), self._chain.branch(), self._change, time_s)

    def hears(self, onset_s: float, a: Announcement) -> None:
        """Hear what the walker of the script hears."""
        if not self._parted:
            self.walker.hears(onset_s, a)

    def walks(self, time_s: float, step_s: float) -> None:
        """Take the step that follows the frame of this time."""
        if not self._parted:
            around = self._source.outlines_at(time_s, self.walker.pose, _AROUND_M)
            self.walker.walk(time_s, step_s, parts_of(around))


def _same(a: FloorPose, b: FloorPose) -> bool:
    off = (a.x_m - b.x_m, a.y_m - b.y_m, a.yaw_rad - b.yaw_rad)
    return max(map(abs, off)) < _SAME


def _steps(source: Steered, from_s: float = 0.0) -> Iterator[tuple[float, float]]:
    """Yield each time from one on, and how long it is to the next."""
    for time_s, next_s in pairwise(source.times_s):
        if time_s >= from_s:
            yield time_s, next_s - time_s
