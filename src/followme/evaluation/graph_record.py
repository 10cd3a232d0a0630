"""The record of a walk from what the graph published: values by their stamps, and the track."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from followme.evaluation.bag_run import subject_of, with_truth
from followme.evaluation.hearing import CHAIN_S
from followme.evaluation.walk_record import WalkRecord
from followme.evaluation.walk_run import AFTER_S, Track, WalkLog
from followme.pipeline import Step
from followme.settings import ObstacleFusionSettings
from followme.sources.walk_bag import WalkBag
from followme.stages.names import Names
from followme.values.depth_map import DepthStatus
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.intent import Announcement, Outcome
from followme.values.obstacle import Obstacles
from followme.voices.device import Device
from followme.voices.pcm import Pcm


@dataclass
class Published:
    """What the nodes published, in the order in which it came; any thread may add to it.

    Parameters
    ----------
    obstacles, statuses, faces : dict
        By the stamp of the image: the first of each.
    announcements : list of Announcement
    """

    obstacles: dict[int, Obstacles] = field(default_factory=dict)
    statuses: dict[int, DepthStatus] = field(default_factory=dict)
    faces: dict[int, Detections] = field(default_factory=dict)
    announcements: list[Announcement] = field(default_factory=list)

    def obstacles_came(self, value: Obstacles) -> None:
        """Keep obstacles; what is carried on without an image has the stamp of the last one."""
        self.obstacles.setdefault(value.stamp_ns, value)

    def status_came(self, value: DepthStatus) -> None:
        """Keep what is known of the depth of an image."""
        self.statuses.setdefault(value.stamp_ns, value)

    def faces_came(self, value: Detections) -> None:
        """Keep where faces are in an image."""
        self.faces.setdefault(value.stamp_ns, value)


@dataclass
class ImageTimes:
    """When each image was given out, seconds on the monotonic clock.

    Parameters
    ----------
    given_s : dict
        By the stamp of the image.
    """

    given_s: dict[int, float] = field(default_factory=dict)

    def came(self, image: ColourImage) -> None:
        """Note an image, in the thread of who gives it."""
        self.given_s.setdefault(image.stamp_ns, time.monotonic())

    def fault_s(self, from_s: float) -> float:
        """Return when a fault began on the monotonic clock.

        Parameters
        ----------
        from_s : float
            The same, seconds from the first image. The last image before it tells when that was:
            a player that was held up gives its images later than they were recorded.

        Returns
        -------
        float
            NaN when no image was given.
        """
        if not self.given_s:
            return math.nan
        begin_ns = min(self.given_s)
        before_ns = max(s for s in self.given_s if s == begin_ns or (s - begin_ns) * 1e-9 < from_s)
        return self.given_s[before_ns] + from_s - (before_ns - begin_ns) * 1e-9


def sound_began_s(track: Path) -> float:
    """Return when a sound track began on the monotonic clock, by its log; 0 when all is silent.

    Parameters
    ----------
    track : Path
        The WAV file; its log lies beside it.
    """
    for line in track.with_name(f"{track.name}.jsonl").read_text().splitlines():
        row = json.loads(line)
        return float(row["monotonic_s"] - row["at_s"])
    return 0.0


class NothingSeenError(ValueError):
    """A graph that answered no image; one sentence with the mend."""


def record_of(
    bag: WalkBag,
    published: Published,
    samples: Pcm,
    *,
    pictures: int = 0,
    until_s: float = 0.0,
    track_begin_s: float | None = None,
) -> WalkRecord:
    """Return the record of a walk that the graph has seen.

    Images that the graph passed over are left out: nobody knows what it would have made of them.

    Parameters
    ----------
    bag : WalkBag
        That was played.
    published : Published
        Meanwhile.
    samples : (N,) int16
        The sound track.
    pictures : int
        How many to keep at most.
    until_s : float
        The walk went on to here, also when no image came any more.
    track_begin_s : float or None
        The second of the walk at which the track began, where a clock that nothing holds up tells
        it; the loudspeaker is so much later than the track as a device is. None: each onset is
        where the nodes had the time of the bag.

    Raises
    ------
    NothingSeenError
        When no image was answered.
    """
    log = WalkLog(subject_of(bag), ObstacleFusionSettings(), pictures)
    begin_ns, said = None, list(published.announcements)
    begun = sorted((a for a in said if a.outcome is Outcome.STARTED), key=_onset_ns)
    for one, frame in zip(with_truth(bag), bag.frames(), strict=True):
        begin_ns = frame.stamp_ns if begin_ns is None else begin_ns
        obstacles = published.obstacles.get(frame.stamp_ns)
        status = published.statuses.get(frame.stamp_ns)
        if obstacles is None or status is None:
            continue
        now = [a for a in begun if _onset_ns(a) <= frame.stamp_ns]
        begun = begun[len(now) :]
        names = Names(faces=published.faces.get(frame.stamp_ns))
        news = tuple(_since(a, begin_ns) for a in now)
        log.see(one, Step(status, obstacles, news, names), math.nan)
    if begin_ns is None or not log.snapshots:
        raise NothingSeenError(
            f"{bag.plan.path}: no image was answered; run 'followme doctor', or take --pipeline"
        )
    rest = [a for a in said if a.outcome is not Outcome.STARTED]
    log.note(_since(a, begin_ns) for a in (*begun, *rest))
    end_s = max(log.snapshots[-1].time_s, until_s) + CHAIN_S + AFTER_S
    if track_begin_s is not None:
        return log.record(end_s, Track(samples, track_begin_s, Device.LATENCY_S))
    # a machine that is busy holds up the time of a bag, not that of the sound
    track = Track(samples, _track_begin_s(said, begin_ns), begun_s=lambda a: _onset_ns(a) * 1e-9)
    return log.record(end_s, track)


def _since(a: Announcement, begin_ns: int) -> Announcement:
    return replace(a, stamp_ns=a.stamp_ns - begin_ns)


def _onset_ns(a: Announcement) -> int:
    return a.stamp_ns + round(a.latency_s * 1e9)


def _track_begin_s(said: Sequence[Announcement], begin_ns: int) -> float:
    """Return the second of the walk at which the track begins: each onset tells it."""
    begins = [
        (_onset_ns(a) - begin_ns) * 1e-9 - a.onset_s
        for a in said
        if math.isfinite(a.onset_s) and math.isfinite(a.latency_s)
    ]
    return float(np.median(begins)) if begins else 0.0
