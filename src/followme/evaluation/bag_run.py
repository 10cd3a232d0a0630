"""A bag through the whole chain on the simulated clock: always with the same result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from followme.evaluation.bag_gates import COLOUR_GATES, SENSOR_GATES, add_gates, sentences
from followme.evaluation.chain import Chain
from followme.evaluation.fault_drills import Schedule, schedules_for
from followme.evaluation.metrics import Row, table
from followme.evaluation.mutations import Mutation
from followme.evaluation.scoring import evidence_of
from followme.evaluation.told_world import ToldWorld, moved
from followme.evaluation.walk_record import WalkRecord
from followme.evaluation.walk_run import Shown, Subject, run_walk
from followme.pipeline import PipelineSettings
from followme.settings import DepthEstimatorSettings, WalkerSettings
from followme.sources.walk_bag import WalkBag
from followme.sources.walker_path import FloorPose
from followme.values.frame import Frame

# Whoever is in the way farther off is not warned of within a second.
_IN_THE_WAY_M = 3.6
Change = Callable[[Frame], Frame]


@dataclass(frozen=True)
class BagResult:
    """What a bag says about FollowMe.

    Parameters
    ----------
    record : WalkRecord
        All of it, times from the first image on.
    rows : tuple of Row
        The figures C1 to C3.
    gates : tuple of Row
        What a bag must reach; unmeasured where truth is missing.
    """

    record: WalkRecord
    rows: tuple[Row, ...]
    gates: tuple[Row, ...]

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """A sentence for each gate that was missed."""
        return sentences(list(self.gates))


def run_bag(
    bag: WalkBag,
    *,
    camera_height_m: float = 0.0,
    pictures: int = 0,
    mutation: Mutation | None = None,
    progress: Callable[[int], None] | None = None,
) -> WalkRecord:
    """Take every frame of a bag to the ear, on the simulated clock, and return the record.

    Parameters
    ----------
    bag : WalkBag
    camera_height_m : float
        As the walker measured it; 0 when nobody did.
    pictures : int
        How many pictures to keep at most.
    mutation : Mutation or None
        A fault put in on purpose, to see whether the measure notices.
    progress : callable or None
        Told how many images have been seen.

    Raises
    ------
    ValueError
        When a model cannot be used.
    """
    change = None if mutation is None or mutation.frames is None else mutation.frames()
    shown = with_truth(bag, change)
    chain = Chain(settings_of_bag(camera_height_m))
    record = run_walk(subject_of(bag), _counted(shown, progress), chain, pictures=pictures)
    if mutation is not None and mutation.heard is not None:
        record = replace(record, heard=tuple(mutation.heard(record.heard)))
    return record


def settings_of_bag(camera_height_m: float) -> PipelineSettings:
    """Return the settings of the chain for a camera that was measured; 0: nobody did."""
    walker = WalkerSettings(camera_height_m=camera_height_m)
    return PipelineSettings(depth=DepthEstimatorSettings(walker=walker))


def subject_of(bag: WalkBag) -> Subject:
    """Return what is needed of a bag to judge it."""
    speeds = [m.speed_mps for m in bag.motions.values()]
    return Subject(0, name_of(bag), max(speeds, default=0.0), bag.rate_hz)


def name_of(bag: WalkBag) -> str:
    """Return what a bag is called: its folder or file, wherever that lies."""
    return bag.plan.path.resolve().stem


def with_truth(bag: WalkBag, change: Change | None = None) -> Iterator[Shown]:
    """Yield the frames of a bag with what really stood there; stamps count from the first image.

    Parameters
    ----------
    bag : WalkBag
    change : callable or None
        Applied to each frame, not to truth.
    """
    world, pose = ToldWorld(), FloorPose(0.0, 0.0)
    begin_ns, last = None, None
    for frame in bag.frames():
        begin_ns = frame.stamp_ns if begin_ns is None else begin_ns
        if last is not None:
            step_s = (frame.stamp_ns - last.stamp_ns) * 1e-9
            pose = moved(pose, step_s, last.motion, frame.motion)
        last = frame
        told = bag.truth.things.get(frame.stamp_ns, ())
        shown = since(frame, begin_ns)
        yield Shown(
            shown if change is None else change(shown),
            pose,
            world.outlines((frame.stamp_ns - begin_ns) * 1e-9, pose, told),
            told={thing.id: thing.in_corridor for thing in told},
        )


def drill_times(bag: WalkBag) -> list[Schedule]:
    """Return when faults are put into a bag: while its truth has nothing in the way.

    Raises
    ------
    ValueError
        When the bag is too short.
    """
    begin_ns = next(bag.frames()).stamp_ns
    busy = [
        (stamp_ns - begin_ns) * 1e-9
        for stamp_ns, told in bag.truth.things.items()
        if any(t.in_corridor and 0.0 < t.nearest_m[0] <= _IN_THE_WAY_M for t in told)
    ]
    # other topics of a bag may begin before its images, and go on without them
    return schedules_for(bag.seconds, busy)


def since(frame: Frame, begin_ns: int) -> Frame:
    """Return a frame whose stamps count from an instant."""
    stamp_ns = frame.stamp_ns - begin_ns
    motion = None if frame.motion is None else replace(frame.motion, stamp_ns=stamp_ns)
    return replace(frame, stamp_ns=stamp_ns, motion=motion)


def judged(bag: WalkBag, record: WalkRecord) -> BagResult:
    """Return what the record of a bag's walk says.

    Parameters
    ----------
    bag : WalkBag
        For its truth, if it has any.
    record : WalkRecord
        Of that bag.
    """
    known = knows_truth(bag)
    evidence = evidence_of(record, truth_known=known, walls=False)
    add_gates(record, evidence, truth_known=known)
    gates = SENSOR_GATES if bag.has_depth else COLOUR_GATES
    return BagResult(record, tuple(table(evidence)), tuple(table(evidence, gates)))


def knows_truth(bag: WalkBag) -> bool:
    """Return whether a bag tells what stood there, and how the walker came nearer."""
    return bool(bag.truth.things) and bool(bag.motions)


def what_is_missing(bag: WalkBag) -> str:
    """Return in one sentence what cannot be told for want of truth; empty when all can."""
    lacks = list(bag.truth.missing()) + ([] if bag.motions else ["ego_motion"])
    if knows_truth(bag):
        return ""
    return (
        f"The bag has no {' and no '.join(lacks)}: what really stood there is unknown, so only "
        "speech and latency are measured."
    )


def height_of(bag: WalkBag, given_m: float | None) -> float:
    """Return the height of the camera that FollowMe is told: given, else as the bag has it."""
    if given_m is not None:
        return given_m
    return 0.0 if math.isnan(bag.truth.camera_height_m) else bag.truth.camera_height_m


def _counted(shown: Iterable[Shown], progress: Callable[[int], None] | None) -> Iterator[Shown]:
    for n, one in enumerate(shown, start=1):
        yield one
        if progress is not None:
            progress(n)
