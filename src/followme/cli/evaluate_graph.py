"""The whole graph on a bag, in the time of the bag, watched for what it says."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping
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
    FROZEN,
    INVALID_DEPTH,
    Drill,
    DrillResult,
    Schedule,
    drills_for,
    tried,
)
from followme.evaluation.graph_record import Published, record_of
from followme.evaluation.walk_record import Heard, WalkRecord
from followme.nodes.composition import Composition
from followme.outputs.latency import LatencyRow
from followme.sources.bag_plan import BagPlan
from followme.sources.faulty_bag import FaultyPlan, Spoil, emptied, given_again, left_out
from followme.sources.walk_bag import WalkBag
from followme.voices.pcm import read_wav

TRACK = "speech.wav"


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
    return _played(bag, bag.plan, _as_replay(given, given.out), height_m, pictures=pictures)


def drill_graph(bag: WalkBag, given: argparse.Namespace, height_m: float) -> list[DrillResult]:
    """Inject each fault into the graph and return how long it took to be heard.

    Raises
    ------
    KeyboardInterrupt
        When somebody ended it: the nodes take the signal, so that they end well.
    ValueError
        When the bag is too short.
    """

    def heard(drill: Drill, schedule: Schedule) -> tuple[Heard, ...]:
        spoil = _spoiled_by(drill, bag.plan)
        plan = FaultyPlan.of(bag.plan, spoil, schedule.from_s, schedule.until_s)
        name = f"evaluate_{drill.name}_{round(10 * schedule.from_s)}"
        replay = _as_replay(given, None, name)
        return _played(bag, plan, replay, height_m, until_s=schedule.until_s)[0].heard

    schedules = drill_times(bag)
    found = [tried(drill, schedules, heard) for drill in drills_for(bag.has_depth)]
    return [*found, real_hang()]


def _spoiled_by(drill: Drill, plan: BagPlan) -> dict[str, Spoil]:
    topics = plan.camera_topics
    spoils: dict[str, dict[str, Spoil]] = {
        CAMERA_STALL: dict.fromkeys(plan.routes, left_out),
        DEPTH_STALL: {topics.depth: left_out},
        INVALID_DEPTH: {topics.depth: emptied},
        FROZEN: {topics.colour: given_again, topics.depth: given_again},
    }
    return spoils[drill.name]


def _played(
    bag: WalkBag,
    plan: BagPlan,
    given: argparse.Namespace,
    height_m: float,
    *,
    pictures: int = 0,
    until_s: float = 0.0,
) -> tuple[WalkRecord, Mapping[str, LatencyRow]]:
    published = Published()
    watching: list[RunObserver] = []

    def joined(graph: Composition, observer: RunObserver) -> None:
        watching.append(observer)
        graph.listen("obstacles", published.obstacles_came)
        graph.listen("depth/status", published.status_came)
        graph.listen("faces", published.faces_came)
        graph.listen("announcements", published.announcements.append)

    with tempfile.TemporaryDirectory(prefix="followme_evaluate_") as folder:
        track = (given.out or Path(folder)) / TRACK
        source = PlannedSource(given, plan, height_m, track)
        with Path(os.devnull).open("w") as nowhere:
            run_watched(given, source, nowhere, joined)
        if not source.ended:
            raise KeyboardInterrupt
        samples = read_wav(track)
    record = record_of(bag, published, samples, pictures=pictures, until_s=until_s)
    return record, watching[0].latency.rows()


def _as_replay(
    given: argparse.Namespace, out: Path | None, namespace: str = "evaluate"
) -> argparse.Namespace:
    """Return what ``followme replay`` would have been given, in a namespace of its own.

    Nodes of the graph before this one are known to others for a while after their end.
    """
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
