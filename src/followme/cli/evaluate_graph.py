"""The whole graph on a bag, in the time of the bag, watched for what it says."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followme.cli.observer import RunObserver
from followme.cli.replay_graph import BagGraphSource
from followme.cli.run_graph import run_watched
from followme.evaluation.bag_run import drill_times
from followme.evaluation.engine_drill import real_hang
from followme.evaluation.fault_drills import (
    CAMERA_STALL,
    DEPTH_STALL,
    ENGINE_HANG,
    FROZEN,
    INVALID_DEPTH,
    Drill,
    DrillResult,
    Schedule,
    drills_for,
    tried,
)
from followme.evaluation.graph_record import ImageTimes, Published, record_of, sound_began_s
from followme.evaluation.walk_record import Heard, WalkRecord
from followme.nodes.composition import Composition
from followme.outputs.files import make_folder
from followme.outputs.latency import LatencyRow
from followme.sources.bag_plan import BagPlan
from followme.sources.faulty_bag import FaultyPlan, Spoil, emptied, given_again, left_out
from followme.sources.walk_bag import WalkBag
from followme.voices.pcm import read_wav

TRACK = "speech.wav"
#: In the folder of ``--out``: what was heard of each fault.
DRILL_TRACKS = "drills"


class PlannedSource(BagGraphSource):
    """A bag that was looked at already.

    Parameters
    ----------
    given : Namespace
        As ``followme replay`` takes it.
    plan : BagPlan
        What of the bag is played.
    height_m : float
        Of the camera, as its wearer measured it; 0 when nobody did.
    track : Path
        Where what is said is written to.
    """

    def __init__(
        self, given: argparse.Namespace, plan: BagPlan, height_m: float, track: Path
    ) -> None:
        super().__init__(given)
        self._plan = plan
        self._height_m, self._track = height_m, track
        self.ended = False

    def open(self) -> None:
        """Do nothing: the bag was looked at."""

    def wiring(self, end: Callable[[], None]) -> dict[str, Any]:
        def noted() -> None:
            self.ended = True
            end()

        return super().wiring(noted)

    def overrides(self) -> dict[str, dict[str, Any]]:
        asked = super().overrides()
        asked.setdefault("depth_estimator", {})["walker.camera_height_m"] = self._height_m
        asked.setdefault("speech", {})["voice.track"] = str(self._track.resolve())
        return asked


def run_graph_on(
    bag: WalkBag, given: argparse.Namespace, height_m: float, pictures: int
) -> tuple[WalkRecord, Mapping[str, LatencyRow]]:
    """Play a bag into the graph; return the record, and how long each stage took.

    Parameters
    ----------
    bag : WalkBag
    given : Namespace
        Of ``followme evaluate``.
    height_m : float
        Of the camera, as its wearer measured it; 0 when nobody did.
    pictures : int
        How many to keep at most.

    Raises
    ------
    KeyboardInterrupt
        When somebody ended it: the nodes take the signal, so that they end well.
    ValueError
        When a parameter or the output cannot be used.
    """
    with _folder_of(given, "") as folder:
        track = folder / TRACK
        run = _played(bag.plan, _as_replay(given, given.out), height_m, track)
        record = record_of(bag, run.published, read_wav(track), pictures=pictures)
    return record, run.latency


def drill_graph(bag: WalkBag, given: argparse.Namespace, height_m: float) -> list[DrillResult]:
    """Inject each fault into the graph and return how long it took to be heard.

    Both ends are taken on the monotonic clock, so that a machine whose bag falls behind does not
    look faster than it is.

    Raises
    ------
    KeyboardInterrupt
        When somebody ended it: the nodes take the signal, so that they end well.
    ValueError
        When the bag is too short, or a track cannot be written.
    VoiceError
        When the sound process does not start.
    """
    schedules = drill_times(bag)
    with _folder_of(given, DRILL_TRACKS) as folder:

        def heard(drill: Drill, schedule: Schedule) -> tuple[Heard, ...]:
            return _heard(bag, drill, schedule, given, height_m, folder)

        found = [tried(drill, schedules, heard) for drill in drills_for(bag.has_depth)]
        return [*found, real_hang(folder / f"{ENGINE_HANG}.wav")]


def _heard(
    bag: WalkBag,
    drill: Drill,
    schedule: Schedule,
    given: argparse.Namespace,
    height_m: float,
    folder: Path,
) -> tuple[Heard, ...]:
    """Play a bag with a fault; return what was heard, in seconds as the graph lived them."""
    spoil = _spoiled_by(drill, bag.plan)
    plan = FaultyPlan.of(bag.plan, spoil, schedule.from_s, schedule.until_s)
    name = f"{drill.name}_{round(10 * schedule.from_s)}"
    track = folder / f"{name}.wav"
    # nodes of the graph before this one are known to others for a while after their end
    run = _played(plan, _as_replay(given, None, f"evaluate_{name}"), height_m, track)
    begin_s = run.images.fault_s(schedule.from_s) - schedule.from_s
    return record_of(
        bag,
        run.published,
        read_wav(track),
        until_s=schedule.until_s,
        track_begin_s=sound_began_s(track) - begin_s,
    ).heard


def _spoiled_by(drill: Drill, plan: BagPlan) -> dict[str, Spoil]:
    topics = plan.camera_topics
    both = (topics.colour, topics.depth)
    spoils: dict[str, tuple[Spoil, tuple[str, ...]]] = {
        CAMERA_STALL: (left_out, (*both, topics.info)),
        DEPTH_STALL: (left_out, (topics.depth,)),
        INVALID_DEPTH: (emptied, (topics.depth,)),
        FROZEN: (given_again, both),
    }
    spoil, fails = spoils[drill.name]
    # a bag need not have depth or a calibration
    return {topic: spoil for topic in fails if topic}


@dataclass(frozen=True)
class _Run:
    published: Published
    images: ImageTimes
    latency: Mapping[str, LatencyRow]


def _played(plan: BagPlan, given: argparse.Namespace, height_m: float, track: Path) -> _Run:
    published, images = Published(), ImageTimes()
    watching: list[RunObserver] = []

    def joined(graph: Composition, observer: RunObserver) -> None:
        watching.append(observer)
        graph.listen("camera/image_raw", images.came)
        graph.listen("obstacles", published.obstacles_came)
        graph.listen("depth/status", published.status_came)
        graph.listen("faces", published.faces_came)
        graph.listen("announcements", published.announcements.append)

    source = PlannedSource(given, plan, height_m, track)
    with Path(os.devnull).open("w") as nowhere:
        run_watched(given, source, nowhere, joined)
    if not source.ended:
        raise KeyboardInterrupt
    return _Run(published, images, watching[0].latency.rows())


@contextmanager
def _folder_of(given: argparse.Namespace, name: str) -> Iterator[Path]:
    """Give the folder for sound tracks: in that of ``--out``, or one that does not stay."""
    if given.out is not None:
        folder = given.out / name
        make_folder(folder)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="followme_evaluate_") as passing:
        yield Path(passing)


def _as_replay(
    given: argparse.Namespace, out: Path | None, namespace: str = "evaluate"
) -> argparse.Namespace:
    """Return what ``followme replay`` would have been given, in a namespace of its own."""
    return argparse.Namespace(
        bag=given.bag,
        remap=given.remap,
        params_file=given.params_file,
        keep_faces=given.keep_faces,
        out=out,
        speech="wav",
        namespace=namespace,
        **dict.fromkeys(("rate", "loop", "start", "every_frame", "seconds", "camera_height")),
    )
