"""One walk through the whole chain on the simulated clock, and the record of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from followme.evaluation.chain import Chain, onsets
from followme.evaluation.hearing import CHAIN_S, SOUND_S, first_audible, sounding
from followme.evaluation.image_faults import FaultWatch
from followme.evaluation.key_frames import KeyFrames
from followme.evaluation.told_world import as_told
from followme.evaluation.truth import Snapshot, Truth, walker_speeds
from followme.evaluation.walk_record import PIECE_S, Heard, Moment, WalkRecord
from followme.pipeline import Step
from followme.settings import ObstacleFusionSettings
from followme.sources.outlines import Outline
from followme.sources.walker_path import FloorPose
from followme.values.frame import Frame
from followme.values.intent import Announcement, Outcome
from followme.voices.pcm import Pcm

#: A walk goes on this long after its last frame; longer, and the silence of the camera is a fault.
AFTER_S = 0.3


@dataclass(frozen=True)
class Shown:
    """A frame of a walk, and the truth of it.

    Parameters
    ----------
    frame : Frame
    pose : FloorPose
        Where the body of the walker was.
    outlines : tuple of Outline
        All that was there, in the frame of the body.
    sight_yaw_rad : float
        How far the camera was turned against the body, to the left.
    told : mapping of int to bool
        Whether things are in the way, where somebody told that; else outlines say it.
    """

    frame: Frame
    pose: FloorPose
    outlines: tuple[Outline, ...]
    sight_yaw_rad: float = 0.0
    told: Mapping[int, bool] = field(default_factory=dict)

    @property
    def time_s(self) -> float:
        """Of the frame, in the walk."""
        return self.frame.stamp_ns * 1e-9


@dataclass(frozen=True)
class Subject:
    """The walk that is run.

    Parameters
    ----------
    number, name : int, str
        Of the walk.
    speed_mps : float
        Of the walker, at which the windows of the walk hold.
    rate_hz : float
        Frames a second while the camera works.
    """

    number: int
    name: str
    speed_mps: float
    rate_hz: float


def run_walk(
    subject: Subject,
    shown: Iterable[Shown],
    chain: Chain,
    *,
    pictures: int = 0,
    hears: Callable[[float, Announcement], None] | None = None,
    until_s: float = 0.0,
) -> WalkRecord:
    """Take the frames of a walk to the ear and return the record.

    Parameters
    ----------
    subject : Subject
        The walk.
    shown : iterable of Shown
        Frames in order. It is asked for the next one only after the one before was heard, so it
        may answer to what was said.
    chain : Chain
        That has seen nothing yet.
    pictures : int
        How many pictures to keep at most.
    hears : callable or None
        Told the second of each onset and what began to sound, before the next frame is asked for.
    until_s : float
        The walk goes on to here, also when no frame comes any more.

    Raises
    ------
    ValueError
        When there is no frame at all.
    """
    log = WalkLog(subject, chain.settings.obstacles, pictures)
    for one in shown:
        begin = time.perf_counter()
        step = chain.pipeline.step(one.frame)
        begun = log.see(one, step, (time.perf_counter() - begin) * 1e3)
        for onset_s, a in onsets(begun) if hears is not None else ():
            hears(onset_s, a)  # type: ignore[misc]
    if not log.snapshots:
        raise ValueError(f"walk {subject.number}: its source gave no frame")
    end_s = max(log.snapshots[-1].time_s, until_s) + CHAIN_S + AFTER_S
    log.note(chain.pipeline.wait_until(round(end_s * 1e9)))
    chain.pipeline.close()
    begin_s = log.snapshots[0].time_s + CHAIN_S
    return log.record(end_s, Track(chain.track.samples(), begin_s, SOUND_S))


@dataclass(frozen=True)
class Track:
    """What was heard of a walk.

    Parameters
    ----------
    samples : (N,) int16
        The sound track.
    begin_s : float
        Second of the walk at which its second 0 was decided on.
    late_s : float
        How much later the loudspeaker has it.
    begun_s : callable or None
        Says at which second of the walk an announcement was begun, where the track went by
        another clock than the walk; None: the place on the track says it.
    """

    samples: Pcm
    begin_s: float
    late_s: float = 0.0
    begun_s: Callable[[Announcement], float] | None = None

    def audible_at_s(self, a: Announcement) -> float:
        """Return the second of the walk at which the first sample of an announcement is heard."""
        audible_s = first_audible(self.samples, a.onset_s)
        if self.begun_s is not None:
            return self.begun_s(a) + audible_s - a.onset_s
        return self.begin_s + audible_s + self.late_s


class WalkLog:
    """What a walk leaves, as it goes on.

    Parameters
    ----------
    subject : Subject
        The walk.
    s : ObstacleFusionSettings
        The corridor and the zones that FollowMe was given.
    pictures : int
        How many pictures to keep at most.
    """

    def __init__(self, subject: Subject, s: ObstacleFusionSettings, pictures: int = 0) -> None:
        self._subject = subject
        self._keys = KeyFrames(pictures, s.corridor)
        self._watch = FaultWatch(1.0 / subject.rate_hz)
        self._said: list[Announcement] = []
        self._outcomes: dict[tuple[int, str, int], str] = {}
        self._truth = Truth(s)
        self._steps: list[tuple[Step, float]] = []
        self.snapshots: list[Snapshot] = []

    def see(self, one: Shown, step: Step, took_ms: float) -> list[Announcement]:
        """Note what FollowMe made of a frame, and how long that took; return what began."""
        self._watch.image(one.time_s, one.frame.bgr)
        self._steps.append((step, took_ms))
        seen = step.obstacles.obstacles
        true = self._truth.snapshot(one.time_s, one.pose, one.outlines, seen, one.sight_yaw_rad)
        self.snapshots.append(as_told(true, one.told))
        begun = self.note(step.announcements)
        self._keys.take(one.frame, step, begun, one.sight_yaw_rad)
        return begun

    def note(self, news: Iterable[Announcement]) -> list[Announcement]:
        """Note what became of announcements; return what began to sound."""
        begun = []
        for a in news:
            if a.outcome is Outcome.STARTED:
                begun.append(a)
            self._outcomes[_key(a)] = a.outcome.value
        self._said += begun
        return begun

    def record(self, end_s: float, track: Track) -> WalkRecord:
        """Return all of it, judged against truth; the walk ended at ``end_s``."""
        moments = self._moments()
        heard = [self._heard(a, moments, track) for a in self._said]
        first_s = self.snapshots[0].time_s
        ahead_s = track.begin_s + track.late_s - first_s
        sound = sounding(track.samples, end_s - track.begin_s)
        silent = np.zeros(max(0, round(ahead_s / PIECE_S)), bool)
        return WalkRecord(
            number=self._subject.number,
            name=self._subject.name,
            seconds=end_s - first_s,
            speed_mps=self._subject.speed_mps,
            moments=moments,
            heard=tuple(sorted(heard, key=lambda h: h.onset_s)),
            sounding=np.r_[silent, sound[max(0, -round(ahead_s / PIECE_S)) :]],
            faults=self._watch.end(end_s - AFTER_S - CHAIN_S),
            pictures=self._keys.pictures,
        )

    def _moments(self) -> tuple[Moment, ...]:
        things = self._truth.things(self.snapshots)
        speeds = walker_speeds(self.snapshots)
        return tuple(
            Moment(
                time_s=snapshot.time_s,
                pose=snapshot.pose,
                speed_mps=float(speed),
                things=there,
                seen=step.obstacles.obstacles,
                matches=snapshot.matches,
                sight=step.obstacles.sight,
                distances_known=step.obstacles.distances_known,
                observed_free=step.obstacles.observed_free,
                rules_ms=took_ms,
            )
            for snapshot, speed, there, (step, took_ms) in zip(
                self.snapshots, speeds, things, self._steps, strict=True
            )
        )

    def _heard(self, a: Announcement, moments: tuple[Moment, ...], track: Track) -> Heard:
        onset_s = track.audible_at_s(a)
        outcome = self._outcomes[_key(a)]
        return Heard(
            onset_s=onset_s,
            stamp_s=a.stamp_ns * 1e-9,
            key=a.key,
            text=a.text,
            priority=a.priority,
            zone=a.zone,
            kind=a.kind,
            side=a.side.name.lower(),
            track_id=a.track_id,
            distance_m=a.distance_m,
            outcome=Outcome.CUT.value if outcome == Outcome.STARTED.value else outcome,
            thing=_about(a, moments),
        )


def _key(a: Announcement) -> tuple[int, str, int]:
    return a.stamp_ns, a.key, a.track_id


def _about(a: Announcement, moments: tuple[Moment, ...]) -> int | None:
    """Return which real thing an announcement is about, where its evidence was seen."""
    with_track = [m for m in moments if a.track_id >= 0 and m.obstacle(a.track_id) is not None]
    if not with_track:
        return None
    evidence = min(with_track, key=lambda m: abs(m.time_s - a.stamp_ns * 1e-9))
    return evidence.matches.get(a.track_id)
