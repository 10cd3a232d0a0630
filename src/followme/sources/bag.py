"""Recordings of ROS topics as a source, read without ROS."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from followme.imaging import ImageCodecError
from followme.sources.bag_images import camera_of, colour_of, depth_of, stamp_of
from followme.sources.bag_reader import opened
from followme.sources.bag_topics import BagTopics, choose_topics
from followme.sources.calibration import check_size
from followme.sources.depth_pairing import DepthPairing
from followme.sources.folder import check_rate
from followme.sources.rate_limit import RateLimit
from followme.sources.source import SourceError
from followme.values.camera import Camera
from followme.values.frame import Frame


class BagSource:
    """Colour, depth and calibration of a bag, as frames.

    Stamps are those of the message headers; where a header has none, the time of recording.
    Depth belongs to the colour image of the same stamp, else it is the nearest within 20 ms. The
    calibration is the first CameraInfo of its topic. Messages that cannot be decoded, and images
    not newer than the one before, are left out and reported. Where the bag has more than
    ``rate_hz`` frames a second, some are left out; it is never played faster than recorded.

    Parameters
    ----------
    path : Path
        Folder of a ROS 2 bag, or a single .mcap, .db3 or (ROS 1) .bag file.
    colour_topic, depth_topic, info_topic : str
        Found by their types where empty.
    rate_hz : float
        Frames a second at most.
    report : callable
        Told in one sentence what a user should know; warns by default.

    Raises
    ------
    SourceError
        When the bag cannot be read, holds no colour images that can be decoded, a named topic is
        not in it, or the calibration is for images of another size.
    """

    def __init__(
        self,
        path: Path,
        colour_topic: str = "",
        depth_topic: str = "",
        info_topic: str = "",
        *,
        rate_hz: float,
        report: Callable[[str], None] = warnings.warn,
    ) -> None:
        self._path = path
        self._limit_hz = check_rate(rate_hz)
        self._report = report
        with opened(path) as bag:
            for cut in bag.cuts:
                report(cut)
            named = BagTopics(colour_topic, depth_topic, info_topic)
            self._topics = choose_topics(path, bag, named, report)
            self._camera: Camera | None = None
            if self._topics.info:
                info = bag.first(self._topics.info)
                self._camera = camera_of(self._topics.info, info, report)
            else:
                report(f"{path}: no CameraInfo beside {self._topics.colour}, camera unknown")
            self._count = bag.count(self._topics.colour)
            self._recorded_hz = self._count / max(bag.duration_s, 1e-3)
        self._check_first()

    @property
    def rate_hz(self) -> float:
        return min(self._limit_hz, self._recorded_hz)

    @property
    def length(self) -> int | None:
        return self._count if self._recorded_hz <= self._limit_hz else None

    @property
    def topics(self) -> BagTopics:
        """What is read; empty where there is none."""
        return self._topics

    @property
    def camera(self) -> Camera | None:
        """Calibration of every image; None unknown."""
        return self._camera

    def frames(self) -> Iterator[Frame]:
        return self._play(self._report)

    def close(self) -> None:
        """Nothing stays open once its frames are read or let go."""

    def _play(self, report: Callable[[str], None]) -> Iterator[Frame]:
        colour, depth = self._topics.colour, self._topics.depth
        pairing = DepthPairing[Any](has_depth=bool(depth))
        limit = RateLimit(self._limit_hz)
        newest_ns = -1
        with opened(self._path) as bag:
            for topic, recorded_ns, message in bag.messages([t for t in (colour, depth) if t]):
                stamp_ns = stamp_of(message) or recorded_ns
                if topic == depth:
                    pairing.depth_came(stamp_ns, recorded_ns, message)
                elif stamp_ns <= newest_ns:
                    report(f"{colour}: image {stamp_ns} is not newer than the last; left out")
                else:
                    newest_ns = stamp_ns
                    if limit.passes(stamp_ns):
                        pairing.colour_came(stamp_ns, recorded_ns, message)
                for pair in pairing.settled(recorded_ns):
                    yield from self._frame(*pair, report)
            for pair in pairing.settled():
                yield from self._frame(*pair, report)

    def _frame(
        self, stamp_ns: int, colour: Any, depth: Any, report: Callable[[str], None]
    ) -> Iterator[Frame]:
        try:
            bgr = colour_of(colour)
        except ImageCodecError as error:
            report(f"{self._topics.colour} at {stamp_ns}: {error}; the frame is left out")
            return
        if self._camera is not None:
            check_size(self._topics.info, self._camera, (bgr.shape[1], bgr.shape[0]))
        try:
            depth_m = None if depth is None else depth_of(depth)
        except ImageCodecError as error:
            report(f"{self._topics.depth} at {stamp_ns}: {error}; the depth is left out")
            depth_m = None
        yield Frame(stamp_ns, bgr, self._camera, depth_m)

    def _check_first(self) -> None:
        reasons: list[str] = []
        if next(self._play(reasons.append), None) is None:
            first = reasons[0] if reasons else "it is empty"
            raise SourceError(
                f"{self._path}: no image of {self._topics.colour} can be used, the first because "
                f"{first}; name another colour topic"
            )
