"""How often a simulated walker bumps into things: with a cane alone, and with FollowMe too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from followme.evaluation.simulated_walker import SimulatedWalker
from followme.evaluation.walk_run import Shown, Subject, run_walk
from followme.pipeline import PipelineSettings
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.stages.names import Names
from followme.values.frame import Frame

#: Between two frames a walker moves in steps this long at most.
_STEP_S = 0.025


class Steered(Protocol):
    """A walk that goes where its walker goes; :class:`followme.sources.walk_source.WalkSource`."""

    @property
    def times_s(self) -> tuple[float, ...]:
        """When frames are due."""
        ...

    def frame_at(self, time_s: float, pose: FloorPose | None = None) -> Frame | None:
        """Return the frame of a time, None while the camera is stalled."""
        ...

    def outlines_at(self, time_s: float, pose: FloorPose | None = None) -> tuple[Outline, ...]:
        """Return all that is there, in the frame of the body."""
        ...


def contacts_with_cane(walker: SimulatedWalker, source: Steered) -> list[int]:
    """Return the things that a walker with nothing but a cane bumps into.

    Images do not matter, so the source may give tiny ones.
    """
    for _ in _walk(walker, source):
        pass
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
    shown = (
        Shown(change(frame), pose, outlines) for frame, pose, outlines in _walk(walker, source)
    )
    run_walk(subject, shown, settings=settings, look=look, hears=walker.hears)
    return walker.contacts


def _walk(
    walker: SimulatedWalker, source: Steered
) -> Iterator[tuple[Frame, FloorPose, tuple[Outline, ...]]]:
    """Yield what the camera sees of a walk that goes where the walker goes."""
    times = source.times_s
    for time_s, next_s in zip(times, (*times[1:], times[-1]), strict=True):
        pose = walker.pose
        frame = source.frame_at(time_s, pose)
        if frame is not None:
            yield frame, pose, source.outlines_at(time_s, pose)
        now_s = time_s
        while now_s < next_s - 1e-9:
            step_s = min(_STEP_S, next_s - now_s)
            walker.walk(now_s, step_s, source.outlines_at(now_s, walker.pose))
            now_s += step_s
