"""How often a simulated walker bumps into things: with a cane alone, and with FollowMe too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from followme.evaluation.simulated_walker import SimulatedWalker
from followme.evaluation.walk_run import Shown, Subject, run_walk
from followme.pipeline import PipelineSettings
from followme.sources.scene import Scene
from followme.sources.walker_path import FloorPose
from followme.values.frame import Frame
from followme.values.motion import Motion
from followme.values.truth import TruthObject

#: Between two frames a walker moves in steps this long.
_STEP_S = 1.0 / 60.0

FrameAt = Callable[[float, FloorPose], Frame | None]
TruthAt = Callable[[Scene, FloorPose, float], tuple[TruthObject, ...]]


def contacts_with_cane(subject: Subject, seconds: float, truth_at: TruthAt, seed: int) -> list[int]:
    """Return the things that a walker with nothing but a cane bumps into."""
    walker = _walker(subject, seed, listens=False)
    steps = round(seconds / _STEP_S)
    for n in range(steps):
        time_s = n * _STEP_S
        walker.walk(time_s, _STEP_S, truth_at(subject.scene, walker.pose, time_s))
    return walker.contacts


def contacts_with_followme(
    subject: Subject,
    seconds: float,
    frame_at: FrameAt,
    truth_at: TruthAt,
    seed: int,
    settings: PipelineSettings | None = None,
) -> list[int]:
    """Return the things that a walker with a cane and FollowMe bumps into."""
    walker = _walker(subject, seed, listens=True)
    shown = _steered(walker, subject, seconds, frame_at, truth_at)
    run_walk(subject, shown, settings=settings, hears=walker.hears)
    return walker.contacts


def _walker(subject: Subject, seed: int, *, listens: bool) -> SimulatedWalker:
    start = subject.scene.path.pose_at(0.0)
    return SimulatedWalker(start, subject.speed_mps, seed, listens)


def _steered(
    walker: SimulatedWalker,
    subject: Subject,
    seconds: float,
    frame_at: FrameAt,
    truth_at: TruthAt,
) -> Iterator[Shown]:
    """Yield what the camera sees of a walk that goes where the walker goes."""
    steps = max(1, round(1.0 / (subject.rate_hz * _STEP_S)))
    for number in range(round(seconds * subject.rate_hz)):
        time_s = number / subject.rate_hz
        frame = frame_at(time_s, walker.pose)
        if frame is not None:
            motion = Motion(frame.stamp_ns, walker.forward_mps, walker.left_mps, 0.0)
            yield Shown(walker.pose, replace(frame, motion=motion))
        step_s = 1.0 / (subject.rate_hz * steps)
        for n in range(steps):
            now_s = time_s + n * step_s
            walker.walk(now_s, step_s, truth_at(subject.scene, walker.pose, now_s))
