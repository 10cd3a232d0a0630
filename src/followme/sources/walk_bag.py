"""A bag as a walk that can be judged: frames with motion, and what really stood there."""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from followme.sources.bag import BagSource
from followme.sources.bag_images import stamp_of, stamp_of_serialized
from followme.sources.bag_plan import BagPlan, plan_bag
from followme.sources.bag_reader import BagReader, opened
from followme.sources.bag_remaps import MOTION
from followme.sources.bag_topics import BagTopics
from followme.sources.bag_truth import BagTruth, ToldThing, by_images, truth_in
from followme.values.frame import Frame
from followme.values.motion import Motion
from followme.values.truth import TruthObject

# Motion of a time is that of an image; another clock of the same robot may be a little off.
_SAME_NS = 20_000_000


class WalkBag:
    """Colour, depth, motion and truth of a bag, one frame an image.

    Parameters
    ----------
    path : Path
        Folder of a ROS 2 bag, or one of its files.
    remaps : mapping of str to str
        New names of topics by those in the bag.
    colour_only : bool
        Withhold the depth of the sensor.
    report : callable
        Told in one sentence what a user should know, each sentence once; warns by default.

    Raises
    ------
    SourceError
        When it cannot be read, has no images, lacks a topic that was named, or tells a truth that
        cannot be.
    """

    def __init__(
        self,
        path: Path,
        remaps: Mapping[str, str],
        *,
        colour_only: bool = False,
        report: Callable[[str], None] = warnings.warn,
    ) -> None:
        self._told: set[str] = set()
        self._report_to = report
        plan = plan_bag(path, "inputs", remaps, 0.0, self._report)
        self._plan = without_depth(plan) if colour_only else plan
        topics = self._plan.camera_topics
        self._source = BagSource(
            path,
            *(topics.colour, topics.depth, topics.info),
            rate_hz=1000.0,
            report=self._report,
        )
        self._has_depth = bool(topics.depth)
        with opened(path) as bag:
            told = truth_in(bag, self._report)
            stamps = _stamps(bag, topics.colour)
            #: From the first to the last image.
            self.seconds = (stamps[-1] - stamps[0]) * 1e-9
            #: What really stood there, by the stamps of the images.
            self.truth: BagTruth = by_images(told, stamps, self._report)
            #: Motion by stamp, as the bag tells it.
            self.motions: Mapping[int, Motion] = _motions(bag, self._plan)

    @property
    def plan(self) -> BagPlan:
        """What of the bag is played."""
        return self._plan

    @property
    def length(self) -> int:
        """How many images there are."""
        return self._source.length or 0

    @property
    def rate_hz(self) -> float:
        """Images a second."""
        return self._plan.rate_hz

    @property
    def has_depth(self) -> bool:
        """Whether a depth sensor's frames come along."""
        return self._has_depth

    def frames(self) -> Iterator[Frame]:
        """Yield the walk from its beginning, with the stamps of the bag."""
        stamps = sorted(self.motions)
        for frame in self._source.frames():
            at = bisect_right(stamps, frame.stamp_ns + _SAME_NS) - 1
            motion = replace(self.motions[stamps[at]], stamp_ns=frame.stamp_ns) if at >= 0 else None
            told = self.truth.things.get(frame.stamp_ns)
            depth_m = frame.depth_m if self._has_depth else None
            yield replace(
                frame,
                depth_m=depth_m,
                motion=motion,
                truth=None if told is None else tuple(_truth_object(t) for t in told),
            )

    def _report(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._report_to(sentence)


def without_depth(plan: BagPlan) -> BagPlan:
    """Return a plan that plays no depth of a sensor."""
    topics = plan.camera_topics
    routes = {theirs: ours for theirs, ours in plan.routes.items() if theirs != topics.depth}
    return replace(plan, camera_topics=BagTopics(topics.colour, "", topics.info), routes=routes)


def _stamps(bag: BagReader, colour: str) -> list[int]:
    """Return the stamps of all images, ascending, as the source of the frames has them."""
    images = bag.serialized([colour])
    return sorted({stamp_of_serialized(one.data) or one.recorded_ns for one in images})


def _motions(bag: BagReader, plan: BagPlan) -> dict[int, Motion]:
    topic = next((theirs for theirs, ours in plan.routes.items() if ours == MOTION), "")
    found: dict[int, Motion] = {}
    for _, recorded_ns, message in bag.messages([topic]) if topic else ():
        twist = message.twist.twist
        stamp_ns = stamp_of(message) or recorded_ns
        motion = Motion(stamp_ns, twist.linear.x, twist.linear.y, twist.angular.z)
        if math.isfinite(motion.speed_mps) and math.isfinite(motion.yaw_rate_radps):
            found[stamp_ns] = motion
    return found


def _truth_object(thing: ToldThing) -> TruthObject:
    return TruthObject(thing.id, thing.kind, thing.label, thing.nearest_m)
