"""How often a simulated walker bumps into things: with a cane alone, and with FollowMe too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Protocol

from followme.evaluation.floor_plan import parts_of
from followme.evaluation.simulated_walker import SimulatedWalker
from followme.evaluation.walk_run import Shown, Subject, run_walk
from followme.pipeline import PipelineSettings
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.stages.names import Names
from followme.values.frame import Frame

# Farther things are reached neither by the cane nor by the body, wherever these go in one step.
_AROUND_M = 2.0


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


def contacts_with_cane(walker: SimulatedWalker, source: Steered) -> list[int]:
    """Return the things that a walker with nothing but a cane bumps into."""
    for time_s, pose, step_s in _steps(walker, source):
        source.pass_without_frame(time_s, pose)
        walker.walk(time_s, step_s, parts_of(source.outlines_at(time_s, pose, _AROUND_M)))
    return walker.contacts


def contacts_with_followme(
    walker: SimulatedWalker,
    source: Steered,
    subject: Subject,
    change: Callable[[Frame], Frame],
    settings: PipelineSettings | None = None,
    look: Callable[[Frame], Names] | None = None,
) -> list[int]:
    """Return the things that a walker with a cane and FollowMe bumps into."""

    def shown() -> Iterator[Shown]:
        for time_s, pose, step_s in _steps(walker, source):
            frame = source.frame_at(time_s, pose)
            outlines = source.outlines_at(time_s, pose, _AROUND_M)
            if frame is not None:
                yield Shown(change(frame), pose, ())
            walker.walk(time_s, step_s, parts_of(outlines))

    run_walk(subject, shown(), settings=settings, look=look, hears=walker.hears)
    return walker.contacts


def _steps(walker: SimulatedWalker, source: Steered) -> Iterator[tuple[float, FloorPose, float]]:
    """Yield each time, where the walker is then, and how long it is to the next."""
    for time_s, next_s in pairwise(source.times_s):
        yield time_s, walker.pose, next_s - time_s
