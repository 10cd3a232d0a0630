"""What a bag says really stood there: the topics ``truth/obstacles`` and ``truth/depth_status``."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Any

from followme.sources.bag_images import stamp_of
from followme.sources.bag_reader import BagReader
from followme.sources.source import SourceError
from followme.values.obstacle import Kind

OBSTACLES, STATUS = "truth/obstacles", "truth/depth_status"
_TYPES = {OBSTACLES: "followme_msgs/msg/ObstacleArray", STATUS: "followme_msgs/msg/DepthStatus"}
# What nobody told the width of is taken to be as wide as a pole.
_POLE_M = 0.05
_BODY_M = 1.0
# Where more images than this have no truth, what they show would count as false.
_LEAST_TOLD = 0.9


@dataclass(frozen=True)
class ToldThing:
    """One real thing at the time of an image, as a bag tells it; walker frame.

    Parameters
    ----------
    id : int
        The same for the same thing in each image.
    kind : Kind
    label : str
        Class name; empty unknown.
    nearest_m : tuple of three floats
        Its point nearest to the walker, metres.
    span_m : tuple of two floats
        Its rightmost and leftmost y, metres.
    bottom_m, top_m : float
        Lowest and highest point above the floor.
    in_corridor : bool
        Whether it reaches into the walker's way.
    """

    id: int
    kind: Kind
    label: str
    nearest_m: tuple[float, float, float]
    span_m: tuple[float, float]
    bottom_m: float
    top_m: float
    in_corridor: bool


@dataclass(frozen=True)
class BagTruth:
    """All that a bag knows of the world around its images.

    Parameters
    ----------
    things : mapping of int to tuple of ToldThing
        By the stamp of the image, nanoseconds.
    camera_height_m : float
        Over the floor, median of the walk; NaN unknown.
    astray : str
        How few images the stamps of ``truth/obstacles`` fit, where that makes it useless.
    """

    things: Mapping[int, tuple[ToldThing, ...]] = field(default_factory=dict)
    camera_height_m: float = math.nan
    astray: str = ""

    def missing(self) -> tuple[str, ...]:
        """Return which truth topics the bag lacks, or has to no avail."""
        obstacles = f"{OBSTACLES} {self.astray}".rstrip()
        lacks = {obstacles: not self.things, STATUS: math.isnan(self.camera_height_m)}
        return tuple(name for name, is_missing in lacks.items() if is_missing)


def truth_in(bag: BagReader, report: Callable[[str], None]) -> BagTruth:
    """Read the truth topics of an open bag; what it lacks stays empty.

    Parameters
    ----------
    bag : BagReader
    report : callable
        Told in one sentence of each thing that cannot be used.

    Raises
    ------
    SourceError
        When a truth topic has another type, or a number in it stands for nothing.
    """
    things: dict[int, tuple[ToldThing, ...]] = {}
    for message in _messages(bag, OBSTACLES):
        stamp_ns = stamp_of(message)
        told = [_thing(one, stamp_ns, report) for one in message.obstacles]
        things[stamp_ns] = tuple(thing for thing in told if thing is not None)
    heights = sorted(
        float(m.camera_height_m)
        for m in _messages(bag, STATUS)
        if math.isfinite(m.camera_height_m) and m.camera_height_m > 0.0
    )
    return BagTruth(things, heights[len(heights) // 2] if heights else math.nan)


def by_images(truth: BagTruth, images_ns: Sequence[int], report: Callable[[str], None]) -> BagTruth:
    """Return truth by the stamps of the images: for each the nearest within half a period.

    Parameters
    ----------
    truth : BagTruth
        By its own stamps.
    images_ns : sequence of int
        Stamps of the images, ascending, nanoseconds.
    report : callable
        Told in one sentence how many images have no truth.

    Returns
    -------
    BagTruth
        Without things where too few images have any: nobody knows then what the others show.
    """
    if not truth.things:
        return truth
    told_ns = sorted(truth.things)
    steps_ns = [after - before for before, after in pairwise(images_ns)]
    reach_ns = median(steps_ns) / 2.0 if steps_ns else 0.0
    found = {
        image_ns: truth.things[near_ns]
        for image_ns in images_ns
        if abs((near_ns := _nearest(told_ns, image_ns)) - image_ns) <= reach_ns
    }
    if len(found) < _LEAST_TOLD * len(images_ns):
        astray = f"whose stamps fit its images ({len(found)} of {len(images_ns)} have one)"
        return replace(truth, things={}, astray=astray)
    if len(found) < len(images_ns):
        report(f"{OBSTACLES}: {len(images_ns) - len(found)} of {len(images_ns)} images have none")
    return replace(truth, things=found)


def _nearest(ascending: Sequence[int], value: int) -> int:
    at = bisect_left(ascending, value)
    return min(ascending[max(0, at - 1) : at + 1], key=lambda one: abs(one - value))


def topic_of(types: Mapping[str, str], name: str) -> str:
    """Return a truth topic as the bag names it, in whatever namespace; empty where there is none.

    Raises
    ------
    SourceError
        When it has another type.
    """
    for topic, kind in types.items():
        if topic.strip("/") != name and not topic.endswith(f"/{name}"):
            continue
        if kind != _TYPES[name]:
            raise SourceError(
                f"{topic}: its type is {kind}, truth is told as {_TYPES[name]}; remap it away"
            )
        return topic
    return ""


def _messages(bag: BagReader, name: str) -> list[Any]:
    topic = topic_of(bag.types(), name)
    return [message for _, _, message in bag.messages([topic])] if topic else []


def _thing(m: Any, stamp_ns: int, report: Callable[[str], None]) -> ToldThing | None:
    nearest_m = (float(m.nearest.x), float(m.nearest.y), float(m.nearest.z))
    if not all(math.isfinite(value) for value in nearest_m):
        report(f"{OBSTACLES}: thing {m.track_id} at {stamp_ns} stands nowhere; it is left out")
        return None
    try:
        kind = Kind(m.kind)
    except ValueError:
        raise SourceError(
            f"{OBSTACLES}: thing {m.track_id} at {stamp_ns} has kind {m.kind}, the last one is "
            f"{max(Kind)}; write the bag with the messages of this FollowMe"
        ) from None
    bottom_m = float(m.bottom_m) if math.isfinite(m.bottom_m) else 0.0
    top_m = float(m.top_m) if math.isfinite(m.top_m) else max(_BODY_M, bottom_m)
    span_m = _span(m, nearest_m)
    return ToldThing(
        int(m.track_id), kind, str(m.label), nearest_m, span_m, bottom_m, top_m, bool(m.in_corridor)
    )


def _span(m: Any, nearest_m: tuple[float, float, float]) -> tuple[float, float]:
    """Return the lateral span; what was left empty is read off the angular width."""
    low_m, high_m = float(m.y_min_m), float(m.y_max_m)
    y_m = nearest_m[1]
    if math.isfinite(low_m) and math.isfinite(high_m) and low_m <= high_m and (low_m or high_m):
        return min(low_m, y_m), max(high_m, y_m)
    wide_rad = float(m.angular_width_rad)
    half_m = _POLE_M
    if math.isfinite(wide_rad) and 0.0 < wide_rad < math.pi:
        half_m = max(half_m, math.hypot(*nearest_m[:2]) * math.tan(wide_rad / 2.0))
    return y_m - half_m, y_m + half_m
