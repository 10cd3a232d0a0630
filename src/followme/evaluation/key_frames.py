"""The few pictures of a walk that a person should look at: when something began to be heard."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from followme.drawing.overlay import draw_overlay
from followme.drawing.palette import WHITE, Picture
from followme.drawing.perspective import View
from followme.pipeline import Step
from followme.settings import CorridorSettings
from followme.values.depth_map import DepthMap, DepthStatus
from followme.values.frame import ColourImage, Frame
from followme.values.intent import Announcement
from followme.values.label_map import LabelMap

# Without a message a picture is taken this often, so that a silent walk can be looked at too.
_EVERY_S = 4.0
# Before that little is to be seen of what will come.
_FIRST_S = 1.0
# Of the pictures so many at most are of silence.
_SILENT_SHARE = 0.5
_QUALITY = 80
# Radius of the ring around a real thing, pixels.
_RING = 7


class KeyFrames:
    """Keep pictures as JPEG, by second of the walk.

    Parameters
    ----------
    most : int
        How many at most; 0 keeps none and draws none.
    corridor : CorridorSettings
        Drawn on the floor.
    """

    def __init__(self, most: int, corridor: CorridorSettings) -> None:
        self._most, self._corridor = most, corridor
        self._labels: LabelMap | None = None
        self._silent = 0
        self._last_s = _FIRST_S - _EVERY_S
        self.pictures: dict[float, bytes] = {}

    def take(
        self,
        frame: Frame,
        step: Step,
        begun: Sequence[Announcement],
        sight_yaw_rad: float = 0.0,
    ) -> None:
        """Keep the picture of a frame if something began to be heard, or none was kept lately.

        The camera was turned by ``sight_yaw_rad`` against the body, to the left.
        """
        # a network may look at every third image only; drawn is what is of about this one
        if step.names.labels is not None:
            self._labels = step.names.labels
        begun = [a for a in begun if not a.key.startswith("reply.")]
        time_s = frame.stamp_ns * 1e-9
        room = len(self.pictures) < self._most
        silent_due = time_s - self._last_s >= _EVERY_S and self._silent < _SILENT_SHARE * self._most
        if not room or not (begun or silent_due):
            return
        self._silent += not begun
        self._last_s = time_s
        saying = " / ".join(a.text or f"[{a.key.replace('.', ' ')}]" for a in begun)
        self.pictures[time_s] = _jpeg(self._drawn(frame, step, saying, sight_yaw_rad))

    def _drawn(self, frame: Frame, step: Step, saying: str, sight_yaw_rad: float) -> Picture:
        status = step.depth.status if isinstance(step.depth, DepthMap) else step.depth
        bgr = draw_overlay(
            ColourImage(frame.stamp_ns, _doubled(frame.bgr)),
            camera=frame.camera,
            status=status,
            obstacles=step.obstacles,
            corridor=self._corridor,
            saying=saying,
            # who was photographed need not be recognised by who reads the page (B10)
            faces=step.names.faces,
            labels=self._labels,
        )
        draw_truth(bgr, frame, status, sight_yaw_rad)
        return bgr


def draw_truth(bgr: Picture, frame: Frame, status: DepthStatus, sight_yaw_rad: float) -> None:
    """Mark where real things stand on the floor: a ring with a cross, in no zone's colour."""
    height, width = bgr.shape[:2]
    view = View.of(frame.camera, status, width, height)
    if view is None:
        return
    for thing in frame.truth or ():
        # truth is told in the frame of the body, pictures are taken in that of the sight
        x, y, z = thing.nearest_m
        cos, sin = math.cos(sight_yaw_rad), math.sin(sight_yaw_rad)
        across, down = view.pixels(np.array([cos * x + sin * y, cos * y - sin * x, z]))
        if not (math.isfinite(across) and math.isfinite(down) and 0.0 <= across < width):
            continue
        # what stands at one's feet is below the picture, but no less there
        centre = round(float(across)), round(min(max(float(down), _RING), height - _RING))
        cv2.circle(bgr, centre, _RING, WHITE, 2, cv2.LINE_AA)
        cv2.drawMarker(bgr, centre, WHITE, cv2.MARKER_CROSS, 3 * _RING, 1, cv2.LINE_AA)


def _doubled(bgr: Picture) -> Picture:
    if bgr.shape[1] >= 640:
        return bgr
    return cv2.resize(bgr, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR).astype(bgr.dtype)


def _jpeg(bgr: Picture) -> bytes:
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes()
