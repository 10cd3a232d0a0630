"""What of a bag is played, under which names, and on which clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rosbags.interfaces import Connection

from followme.settings import did_you_mean
from followme.sources.bag import BagSource
from followme.sources.bag_images import stamp_of_serialized
from followme.sources.bag_reader import BagReader, Serialized, opened
from followme.sources.bag_remaps import COLOUR, DEPTH, INFO, MOTION, camera_topics
from followme.sources.bag_topics import BagTopics
from followme.sources.image_last import image_last
from followme.sources.source import SourceError
from followme.values.camera import Camera

_MOTION_TYPE = "geometry_msgs/msg/TwistWithCovarianceStamped"
# A camera whose stamps are off by more than this from the recorder's clock has a clock of its own.
_ONE_CLOCK_NS = 1_000_000_000
# An image waits so long, on the clock of the recording, for what belongs to it; where time stands
# still for each image it may be longer, as on the machine of a recorder that was held up.
_TOGETHER_NS, _PATIENT_NS = 50_000_000, 1_000_000_000
# Whoever plays a bag gives the time.
_CLOCK = "/clock"


@dataclass(frozen=True)
class BagPlan:
    """A bag that was looked at and can be played.

    Parameters
    ----------
    path : Path
        Of the bag.
    camera_topics : BagTopics
        Names in the bag; the calibration is empty where it is of no use.
    camera : Camera or None
        Calibration of every image; None unknown.
    rate_hz : float
        Images a second.
    routes : mapping of str to str
        By the name in the bag, the name under which a topic is played.
    connections : mapping of str to Connection
        By the name in the bag: type and recorded quality of service.
    begin_ns, duration_s : int, float
        On the clock of the recorder.
    stamps_ahead_ns : int
        How far the clock of the image stamps is ahead of that of the recorder; 0 where both are
        one clock.
    """

    path: Path
    camera_topics: BagTopics
    camera: Camera | None
    rate_hz: float
    routes: Mapping[str, str]
    connections: Mapping[str, Connection]
    begin_ns: int
    duration_s: float
    stamps_ahead_ns: int

    def messages(
        self, bag: BagReader, start_s: float, patient: bool = False
    ) -> Iterator[Serialized]:
        """Give what is played, an image after its own calibration, depth and motion."""
        from_ns = self.begin_ns + round(start_s * 1e9)
        topics = self.camera_topics
        beside = [t for t in (topics.depth, topics.info) if t]
        beside += [theirs for theirs, ours in self.routes.items() if ours == MOTION]
        return image_last(
            bag.serialized(self.routes, from_ns),
            topics.colour,
            beside,
            _PATIENT_NS if patient else _TOGETHER_NS,
        )


def plan_bag(
    path: Path,
    topics: str,
    remaps: Mapping[str, str],
    start_s: float,
    report: Callable[[str], None],
) -> BagPlan:
    """Look at a bag and decide what of it is played.

    Parameters
    ----------
    path : Path
        Folder of a ROS 2 bag, or one of its files.
    topics : str
        "inputs", "all", or names to play besides the inputs.
    remaps : mapping of str to str
        New names by those in the bag.
    start_s : float
        Seconds that are left out at the beginning.
    report : callable
        Told in one sentence what a user should know.

    Raises
    ------
    SourceError
        When it cannot be read, is of ROS 1, has no images, ends before its beginning, or lacks a
        topic that was named.
    """
    with opened(path) as bag:
        if not bag.is_ros2:
            raise SourceError(
                f"{path}: is a bag of ROS 1, whose messages no ROS 2 can take; convert it with "
                "`rosbags-convert`, or give it to `followme run --source`"
            )
        connections = {c.topic: c for c in bag.connections}
        named = {_named(path, theirs, connections): ours for theirs, ours in remaps.items()}
    source = BagSource(path, *_fields(camera_topics(named)), rate_hz=1000.0, report=report)
    camera = source.topics
    if source.camera is None:
        camera = BagTopics(camera.colour, camera.depth, "")
    routes = {camera.colour: COLOUR, camera.depth: DEPTH, camera.info: INFO}
    routes |= {_motion(connections): MOTION} | named
    routes |= {t: t for t in _asked(path, topics, connections) if t not in routes}
    with opened(path) as bag:
        if start_s and start_s >= bag.duration_s:
            raise SourceError(
                f"start_s: {start_s:g} is behind the end of {path}, which lasts "
                f"{bag.duration_s:.1f} s; give less"
            )
        ahead_ns = _stamps_ahead(bag, camera.colour)
        if ahead_ns:
            report(
                f"{path}: its images are stamped {ahead_ns * 1e-9:+.1f} s off the clock of its "
                "recorder; /clock follows the images"
            )
        return BagPlan(
            path,
            camera,
            source.camera,
            source.rate_hz,
            {t: to for t, to in routes.items() if t},
            connections,
            bag.begin_ns,
            bag.duration_s,
            ahead_ns,
        )


def _fields(topics: BagTopics) -> tuple[str, str, str]:
    return topics.colour, topics.depth, topics.info


def _named(path: Path, name: str, connections: Mapping[str, Connection]) -> str:
    """Return a topic as the bag has it, named with or without the first slash."""
    for topic in connections:
        if topic.strip("/") == name.strip("/"):
            return topic
    raise SourceError(
        f"{path}: holds no messages on {name!r}, its topics are "
        f"{', '.join(sorted(connections)) or 'none'}{did_you_mean(name, connections)}"
    )


def _asked(path: Path, topics: str, connections: Mapping[str, Connection]) -> list[str]:
    words = [w for w in re.split(r"[,\s]+", topics) if w and w != "inputs"]
    if "all" in words:
        return [t for t in connections if t != _CLOCK]
    return [_named(path, word, connections) for word in words]


def _motion(connections: Mapping[str, Connection]) -> str:
    """Return the topic on which somebody told how the walker moves; empty when nobody did."""
    found = (
        t
        for t, c in connections.items()
        if c.msgtype == _MOTION_TYPE
        and t.rpartition("/")[2] == MOTION
        and not t.endswith(f"depth/{MOTION}")  # FollowMe's own estimate
    )
    return next(found, "")


def _stamps_ahead(bag: BagReader, colour: str) -> int:
    first = next(bag.serialized([colour]))
    ahead_ns = stamp_of_serialized(first.data) - first.recorded_ns
    is_unset = ahead_ns == -first.recorded_ns
    return 0 if is_unset or abs(ahead_ns) <= _ONE_CLOCK_NS else ahead_ns
