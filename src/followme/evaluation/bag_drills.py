"""The fault drills on a bag, on the simulated clock: always with the same result."""

from __future__ import annotations

from collections.abc import Callable

from followme.evaluation.bag_run import drill_times, settings_of_bag, subject_of, with_truth
from followme.evaluation.chain import Chain
from followme.evaluation.engine_drill import simulated_hang
from followme.evaluation.fault_drills import (
    Drill,
    DrillResult,
    Schedule,
    drills_for,
    faulty,
    tried,
)
from followme.evaluation.walk_record import Heard
from followme.evaluation.walk_run import Shown, run_walk
from followme.sources.walk_bag import WalkBag
from followme.sources.walker_path import FloorPose


def drill_bag(
    bag: WalkBag,
    *,
    camera_height_m: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
) -> list[DrillResult]:
    """Inject each fault into a bag and return how long it took to be heard.

    Parameters
    ----------
    bag : WalkBag
    camera_height_m : float
        As the walker measured it; 0 when nobody did.
    progress : callable or None
        Told how many drills have ended, and how many there are.

    Raises
    ------
    ValueError
        When the bag is too short.
    """
    schedules = drill_times(bag)
    drills = drills_for(bag.has_depth)
    found = []
    for drill in drills:
        found.append(tried(drill, schedules, lambda d, s: _heard(bag, d, s, camera_height_m)))
        if progress is not None:
            progress(len(found), len(drills) + 1)
    return [*found, simulated_hang()]


def _heard(bag: WalkBag, drill: Drill, schedule: Schedule, height_m: float) -> tuple[Heard, ...]:
    chain = Chain(settings_of_bag(height_m))
    frames = faulty((one.frame for one in with_truth(bag)), drill, schedule)
    # what really stood there does not matter: only when the warning is heard
    shown = (Shown(frame, FloorPose(0.0, 0.0), ()) for frame in frames)
    return run_walk(subject_of(bag), shown, chain, until_s=schedule.until_s).heard
