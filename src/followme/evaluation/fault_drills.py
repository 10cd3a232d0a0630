"""Faults injected on schedule, and how long it takes until a walker hears of them (B4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from followme.evaluation.scoring import tells_of_fault
from followme.evaluation.walk_record import Heard
from followme.values.frame import Frame
from followme.values.intent import Priority

#: A fault must be heard within this.
LIMIT_S = 1.0
_MOST_TRIES = 4
# What was in the way is still spoken of for so long.
_ECHOES_S = 1.2
# Streams and tracks are settled after this; a fault lasts so long.
_SETTLED_S, _LASTS_S, _STEP_S = 1.5, 2.0, 0.5
CAMERA_STALL, DEPTH_STALL = "camera_stall", "depth_stall"
INVALID_DEPTH, FROZEN, ENGINE_HANG = "invalid_depth", "frozen_frames", "engine_hang"


@dataclass(frozen=True)
class Drill:
    """One fault.

    Parameters
    ----------
    name, text : str
        For JSON, and for a person.
    needs_depth : bool
        Whether there must be a depth sensor that can fail. Without it one may go on by colour
        alone, which is then said; any other fault must be heard as lost sight.
    """

    name: str
    text: str
    needs_depth: bool = False

    def is_told_by(self, h: Heard, from_s: float) -> bool:
        """Return whether a message tells of this fault, which began at ``from_s``."""
        if h.priority is Priority.LOST:
            return tells_of_fault(h)
        # that the view is limited may have been due before
        return self.needs_depth and tells_of_fault(h) and h.stamp_s >= from_s

    def yields_to(self, h: Heard) -> bool:
        """Return whether a message may come before the warning of this fault (B7)."""
        return h.says == "STOP" or (self.needs_depth and h.is_alarm)


DRILLS: tuple[Drill, ...] = (
    Drill(CAMERA_STALL, "the camera gives no more images"),
    Drill(DEPTH_STALL, "the depth sensor gives no more frames", needs_depth=True),
    Drill(INVALID_DEPTH, "the depth sensor gives frames without a single distance", True),
    Drill(FROZEN, "the camera repeats its last image and depth"),
    Drill(ENGINE_HANG, "the loop that speaks hangs: the sound process is left alone"),
)


@dataclass(frozen=True)
class Schedule:
    """When a fault begins and ends, seconds from the first image of a walk."""

    from_s: float
    until_s: float

    def holds(self, time_s: float) -> bool:
        """Return whether the fault is there at a time."""
        return self.from_s <= time_s < self.until_s


@dataclass(frozen=True)
class DrillResult:
    """What came of a drill.

    Parameters
    ----------
    drill : Drill
    from_s : float
        When the fault began, in the walk.
    audible_s : float
        From the fault to the first audible sample of a warning; NaN: nothing was heard.
    heard : str
        The words; empty when nothing was heard.
    came_first : str
        The words about what is in the way that kept the warning from being heard in time (B7);
        empty: none did.
    was_outranked : bool
        Whether that was a STOP, which outranks it: another moment may be tried.
    """

    drill: Drill
    from_s: float
    audible_s: float
    heard: str
    came_first: str = ""
    was_outranked: bool = False

    @property
    def kept(self) -> bool:
        """Whether a walker was not left without a word."""
        return self.audible_s <= LIMIT_S

    @property
    def waited_s(self) -> float:
        """How long somebody waited for a word: infinitely where none came."""
        return math.inf if math.isnan(self.audible_s) else self.audible_s

    @property
    def after(self) -> str:
        """When it was heard, for a table."""
        return "never" if math.isnan(self.audible_s) else f"{self.audible_s:.2f} s"

    @property
    def sentence(self) -> str:
        """What came of it."""
        said = f"{self.drill.text}: heard after {self.after}, within {LIMIT_S:.2f} s was asked for"
        if not self.came_first:
            return said
        return (
            f"{said} ({self.came_first!r} came first: give a bag in which nothing is in the way "
            "for longer)"
        )

    def as_row(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "name": self.drill.name,
            "text": self.drill.text,
            "fault_from_s": round(self.from_s, 4),
            "fault_to_audible_s": round(self.audible_s, 4),
            "heard": self.heard,
            "came_first": self.came_first,
            "target_s": LIMIT_S,
            "kept": self.kept,
        }


def schedules_for(seconds: float, busy_s: Sequence[float] = ()) -> list[Schedule]:
    """Return when a fault comes in a walk, and when else it may be tried.

    Parameters
    ----------
    seconds : float
        How long the walk is.
    busy_s : sequence of float
        Seconds of the walk at which something is in the way: a STOP outranks most warnings of
        faults, so faults come while the way is free, if it ever is for long enough.

    Raises
    ------
    ValueError
        When the walk is too short for a fault to be heard in it.
    """
    latest_s = seconds - _LASTS_S
    if latest_s < _SETTLED_S:
        raise ValueError(
            f"--drills: the bag lasts {seconds:.1f} s, a fault needs {_SETTLED_S + _LASTS_S:g} s "
            "to come and to be heard; give a longer bag"
        )
    steps = range(int((latest_s - _SETTLED_S) / _STEP_S) + 1)
    times = [_SETTLED_S + _STEP_S * n for n in steps]
    chosen: list[float] = []
    for time_s in times:
        is_free = not any(time_s - _ECHOES_S <= b <= time_s + LIMIT_S for b in busy_s)
        if is_free and (not chosen or time_s >= chosen[-1] + _LASTS_S):
            chosen.append(time_s)
    return [Schedule(t, t + _LASTS_S) for t in chosen[:_MOST_TRIES] or [_SETTLED_S]]


Run = Callable[[Drill, Schedule], Sequence[Heard]]


def drills_for(has_depth: bool) -> list[Drill]:
    """Return the faults that frames can have."""
    return [d for d in DRILLS if d.name != ENGINE_HANG and (has_depth or not d.needs_depth)]


def faulty(frames: Iterable[Frame], drill: Drill, schedule: Schedule) -> Iterator[Frame]:
    """Give frames, stamps from 0, with a fault in them; nothing after its end."""
    last: Frame | None = None
    for frame in frames:
        time_s = frame.stamp_ns * 1e-9
        if time_s >= schedule.until_s:
            return
        if not schedule.holds(time_s):
            last = frame
            yield frame
        elif drill.name == DEPTH_STALL:
            yield replace(frame, depth_m=None)
        elif drill.name == INVALID_DEPTH and frame.depth_m is not None:
            yield replace(frame, depth_m=np.full_like(frame.depth_m, np.nan))
        elif drill.name == FROZEN and last is not None:
            yield replace(frame, bgr=last.bgr, depth_m=last.depth_m)


def result_of(drill: Drill, schedule: Schedule, heard: Sequence[Heard]) -> DrillResult:
    """Return what came of a drill.

    Parameters
    ----------
    drill : Drill
    schedule : Schedule
        Of its fault.
    heard : sequence of Heard
        Everything, in order.
    """
    from_s = schedule.from_s
    later = [h for h in heard if h.onset_s >= from_s]
    told = next((h for h in later if drill.is_told_by(h, from_s)), None)
    result = DrillResult(drill, from_s, math.nan, "")
    if told is not None:
        result = DrillResult(drill, from_s, told.onset_s - from_s, told.text or told.key)
    first = [h for h in later if drill.yields_to(h) and h.onset_s <= from_s + LIMIT_S]
    if first and not result.kept:
        is_stop = any(h.says == "STOP" for h in first)
        return replace(result, came_first=first[0].text or first[0].key, was_outranked=is_stop)
    return result


def tried(drill: Drill, schedules: Sequence[Schedule], run: Run) -> DrillResult:
    """Run a drill; where a STOP came before the warning, which it outranks (B7), run it again.

    Parameters
    ----------
    drill : Drill
    schedules : sequence of Schedule
        When it may be run, in order.
    run : callable
        Runs it and returns what was heard.
    """
    results = []
    for schedule in schedules:
        result = result_of(drill, schedule, run(drill, schedule))
        if not result.was_outranked:
            return result
        results.append(result)
    return results[0]
