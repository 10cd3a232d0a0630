"""Who watches a run: prints, times, and hands on to the files of ``--out``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from followme.cli.face_hold import FaceHold, RunPicture
from followme.cli.live import LiveLines
from followme.health.awaited import Awaited
from followme.outputs.latency import LatencyTable
from followme.outputs.record import RunRecord
from followme.ros.pairing import LabelPairing
from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus
from followme.values.detections import Detections
from followme.values.frame import CameraInfo, ColourImage, GreyImage
from followme.values.intent import Announcement, Outcome
from followme.values.label_map import LabelInfo, LabelMap
from followme.values.obstacle import Obstacles
from followme.values.truth import TruthObject

# An image waits here for the obstacles of its stamp.
_IMAGES_KEPT = 12
# Nodes whose stage goes by another name in latency.json.
_STAGES = {"camera": "capture", "bag_player": "capture"}


class RunObserver:
    """Takes every value of a run, in the threads of those who publish.

    Parameters
    ----------
    lines : LiveLines
        What a person reads.
    record : RunRecord or None
        The files of ``--out``.
    began_s : float
        When the process began, on the monotonic clock.
    """

    def __init__(self, lines: LiveLines, record: RunRecord | None, began_s: float) -> None:
        #: Whether somebody looks for faces, or is about to: pictures then wait for them.
        self.faces_looked_for: Callable[[], bool] = lambda: False
        self._hold = FaceHold(self._give, lambda: self.faces_looked_for())
        self._lines = lines
        self._record = record
        self._began_s = began_s
        self._lock = threading.Lock()
        self._images: Awaited[ColourImage] = Awaited(_IMAGES_KEPT)
        self._camera: Camera | None = None
        self._status: DepthStatus | None = None
        self._labels: LabelMap | None = None
        self._label_pairing = LabelPairing(with_confidence=False)
        self._saying = ""
        self.latency = LatencyTable()
        self.images_in = 0
        self.frames_out = 0
        self.first_obstacles_s: float | None = None

    def timed(self, node: str, ms: float) -> None:
        """Note the milliseconds of a piece of work."""
        stage = _STAGES.get(node, node)
        if stage in self.latency.stages:
            self.latency.add(stage, ms)

    def image(self, image: ColourImage) -> None:
        """Keep an image until its obstacles come."""
        with self._lock:
            self.images_in += 1
        self._images.put(image.stamp_ns, image)

    def info(self, info: CameraInfo) -> None:
        """Take the calibration."""
        self._camera = info.camera

    def status(self, status: DepthStatus) -> None:
        """Take what is known about the depth, and print what is odd about it."""
        self._status = status
        self._lines.depth_note(status.note)

    def label_info(self, info: LabelInfo) -> None:
        """Take what the numbers of labels mean."""
        self._label_pairing.info(info)

    def labels(self, image: GreyImage) -> None:
        """Take the class of each pixel: it is painted over the pictures of about its image."""
        if self._record is None:
            return
        try:
            self._labels = self._label_pairing.put("labels", image)
        except ValueError:
            # a number without a name: fusion and overlay tell whose mistake it is
            self._labels = None

    def obstacles(self, obstacles: Obstacles) -> None:
        """Print and record obstacles; the picture is that of their stamp."""
        self._lines.obstacles(obstacles)
        image = self._images.take(obstacles.stamp_ns)
        with self._lock:
            if image is not None:
                self.frames_out += 1
            if obstacles.obstacles and self.first_obstacles_s is None:
                self.first_obstacles_s = time.monotonic() - self._began_s
        if self._record is not None:
            self._record.obstacles(obstacles)
            if image is not None:
                self._hold.picture(
                    RunPicture(
                        image, self._camera, self._status, obstacles, self._saying, self._labels
                    )
                )

    def faces(self, faces: Detections) -> None:
        """Take the faces of an image: they are blurred in its picture."""
        if self._record is not None:
            self._hold.faces(faces)

    def announcement(self, announcement: Announcement) -> None:
        """Print and record an announcement."""
        self._lines.announcement(announcement)
        if announcement.outcome is Outcome.STARTED:
            self._saying = announcement.text
            self.latency.add("stamp_to_announcement", announcement.latency_s * 1e3)
        elif announcement.text == self._saying:
            self._saying = ""
        if self._record is not None:
            self._record.announcement(announcement)

    def truth(self, stamped: tuple[int, tuple[TruthObject, ...]]) -> None:
        """Record what really stands there."""
        if self._record is not None:
            self._record.truth(*stamped)

    def close(self, summary: dict[str, Any]) -> None:
        """Finish the files."""
        if self._record is not None:
            self._hold.close()
            facts: dict[str, Any] = {"frames_in": self.images_in, "frames_out": self.frames_out}
            facts["first_obstacles_s"] = self.first_obstacles_s
            facts["pictures_left_out_unsearched"] = self._hold.left_out
            self._record.close(self.latency, facts | summary)

    def _give(self, p: RunPicture, faces: Detections | None) -> None:
        if self._record is not None:
            self._record.frame(
                p.image, p.camera, p.status, p.obstacles, p.saying, faces, labels=p.labels
            )
