"""One run from its file to its result: render, see, hear, judge, count contacts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

import cv2

from followme.evaluation.chain import Chain
from followme.evaluation.contacts import Companion, contacts_with_cane
from followme.evaluation.expectations import expectation_of
from followme.evaluation.grid import Run
from followme.evaluation.judge import shortfalls
from followme.evaluation.mutations import MUTATIONS, Mutation
from followme.evaluation.onset_log import RunResult, rows_of
from followme.evaluation.perceiving import change_for, look_for, settings_for
from followme.evaluation.scoring import evidence_of
from followme.evaluation.simulated_walker import SimulatedWalker
from followme.evaluation.truth import FARTHEST_M
from followme.evaluation.walk_record import WalkRecord
from followme.evaluation.walk_run import Shown, Subject, run_walk
from followme.sources.scene_file import Walk, load_walk
from followme.sources.walk_source import WalkSource
from followme.values.frame import Frame

#: Of the images: the size at which depth is worked.
WIDTH, HEIGHT = 320, 240

# Who is slower stands, and bumps into nothing.
_WALKS_MPS = 0.15

Change = Callable[[Frame], Frame]


@dataclass(frozen=True)
class Finished:
    """A run that has ended.

    Parameters
    ----------
    run : Run
        Which one.
    result : RunResult
        What it says; this alone is kept in files.
    text : str
        What the walk is.
    record : WalkRecord or None
        All of it, where pictures were asked for.
    """

    run: Run
    result: RunResult
    text: str
    record: WalkRecord | None = None


def run_one(run: Run) -> Finished:
    """Run a walk.

    Raises
    ------
    ValueError
        When its file or its expectations cannot be used, or a network is missing.
    """
    cv2.setNumThreads(1)  # runs go side by side
    walk, own_speed_mps = varied(run)
    expected = expectation_of(walk.expect, f"walk {run.path.name}: expect")
    mutation = next((m for m in MUTATIONS if m.name == run.mutation), None)
    chain, source = _chain(walk, run), _source(walk, run)
    beside = _companion(walk, run, source, chain)
    record = run_walk(
        subject_of(walk),
        _shown(walk, source, _changes(run, mutation), beside),
        chain,
        pictures=run.pictures,
        hears=None if beside is None else beside.hears,
    )
    if mutation is not None and mutation.heard is not None:
        record = replace(record, heard=tuple(mutation.heard(record.heard)))
    evidence = evidence_of(record)
    if beside is not None:
        alone = contacts_with_cane(_walker(walk, run.seed, listens=False), _source(walk, run))
        evidence.value("contacts_cane", len(alone))
        evidence.value("contacts_followme", len(beside.walker.contacts))
    result = RunResult(
        run={**run.as_row(), "number": walk.number, "name": walk.name},
        shortfalls=tuple(shortfalls(record, expected, own_speed_mps)),
        evidence=evidence,
        onsets=rows_of(
            record.heard,
            [
                math.nan if h.thing is None else record.distance_at(h.thing, h.onset_s)
                for h in record.heard
            ],
        ),
    )
    return Finished(run, result, walk.text, record if run.pictures else None)


def varied(run: Run) -> tuple[Walk, float]:
    """Return the walk of a run, and the speed for which its file was written."""
    walk = load_walk(run.path)
    own_speed_mps = speed_of(walk)
    changed = walk.varied(
        speed_mps=run.speed_mps,
        pitch_deg=run.pitch_deg,
        seed=run.seed or None,
        sway=None if run.sway is None else run.sway == "full",
    )
    return changed, own_speed_mps


def speed_of(walk: Walk) -> float:
    """Return how fast the walker of a walk goes at most, m/s."""
    path = walk.scene.path
    steps = range(round(min(walk.seconds, path.seconds) * 10) + 1)
    return max(path.motion_at(n / 10, 0).speed_mps for n in steps)


def subject_of(walk: Walk) -> Subject:
    """Return what is needed of a walk to judge it."""
    return Subject(walk.number, walk.name, speed_of(walk), walk.rate_hz)


def _shown(
    walk: Walk, source: WalkSource, change: Change, beside: Companion | None
) -> Iterator[Shown]:
    times = source.times_s
    for time_s, next_s in zip_longest(times, times[1:]):
        if beside is not None and next_s is not None:
            beside.comes_to(time_s, walk.scene.path.pose_at(time_s))
        frame = source.frame_at(time_s)
        if frame is not None:
            yield _with_truth(walk, source, change(frame))
        if beside is not None and next_s is not None:
            beside.walks(time_s, next_s - time_s)
    source.close()


def _with_truth(walk: Walk, source: WalkSource, frame: Frame) -> Shown:
    time_s = frame.stamp_ns * 1e-9
    pose = walk.scene.path.pose_at(time_s)
    turned_rad = source.sight_pose_at(time_s).yaw_rad - pose.yaw_rad
    return Shown(frame, pose, source.outlines_at(time_s, within_m=FARTHEST_M), turned_rad)


def _changes(run: Run, mutation: Mutation | None) -> Change:
    see = change_for(run.perception)
    if mutation is None or mutation.frames is None:
        return see
    mutate = mutation.frames()
    return lambda frame: mutate(see(frame))


def _companion(walk: Walk, run: Run, source: WalkSource, chain: Chain) -> Companion | None:
    """Return the simulated walker; None where there is nothing to bump into, or nobody goes."""
    if not run.contacts or not walk.scene.things or speed_of(walk) < _WALKS_MPS:
        return None
    walker = _walker(walk, run.seed, listens=True)
    return Companion(walker, source, chain, change_for(run.perception))


def _walker(walk: Walk, seed: int, *, listens: bool) -> SimulatedWalker:
    return SimulatedWalker(walk.scene.path.pose_at(0.0), speed_of(walk), seed, listens)


def _chain(walk: Walk, run: Run) -> Chain:
    # who wears a camera has measured how high
    settings = settings_for(run.perception, walk.scene.mount.height_m)
    return Chain(settings, look_for(run.perception))


def _source(walk: Walk, run: Run) -> WalkSource:
    return WalkSource(walk, WIDTH, HEIGHT, run.seed, exact=run.perception == "truth")
