"""The few pictures of a walk that a person should look at: when something began to be heard."""

from __future__ import annotations

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

# Without a message a picture is taken this often, so that a silent walk can be looked at too.
_EVERY_S = 4.0
# Before that little is to be seen of what will come.
_FIRST_S = 1.0
# Of the pictures so many at most are of silence.
_SILENT_SHARE = 0.5
_QUALITY = 80


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
        self._silent = 0
        self._last_s = _FIRST_S - _EVERY_S
        self.pictures: dict[float, bytes] = {}

    def take(self, frame: Frame, step: Step, begun: Sequence[Announcement]) -> None:
        """Keep the picture of a frame if something began to be heard, or none was kept lately."""
        begun = [a for a in begun if not a.key.startswith("reply.")]
        time_s = frame.stamp_ns * 1e-9
        room = len(self.pictures) < self._most
        silent_due = time_s - self._last_s >= _EVERY_S and self._silent < _SILENT_SHARE * self._most
        if not room or not (begun or silent_due):
            return
        self._silent += not begun
        self._last_s = time_s
        saying = " / ".join(a.text or f"[{a.key.replace('.', ' ')}]" for a in begun)
        self.pictures[time_s] = _jpeg(self._drawn(frame, step, saying))

    def _drawn(self, frame: Frame, step: Step, saying: str) -> Picture:
        status = step.depth.status if isinstance(step.depth, DepthMap) else step.depth
        bgr = draw_overlay(
            ColourImage(frame.stamp_ns, _doubled(frame.bgr)),
            camera=frame.camera,
            status=status,
            obstacles=step.obstacles,
            corridor=self._corridor,
            saying=saying,
        )
        _draw_truth(bgr, frame, status)
        return bgr


def _draw_truth(bgr: Picture, frame: Frame, status: DepthStatus) -> None:
    """Mark where real things stand on the floor: a ring with a cross, in no zone's colour."""
    height, width = bgr.shape[:2]
    view = View.of(frame.camera, status, width, height)
    if view is None:
        return
    for thing in frame.truth or ():
        spot = view.pixels(np.array(thing.nearest_m))
        if np.isfinite(spot).all():
            centre = round(float(spot[0])), round(float(spot[1]))
            cv2.circle(bgr, centre, 7, WHITE, 2, cv2.LINE_AA)
            cv2.drawMarker(bgr, centre, WHITE, cv2.MARKER_CROSS, 22, 1, cv2.LINE_AA)


def _doubled(bgr: Picture) -> Picture:
    if bgr.shape[1] >= 640:
        return bgr
    return cv2.resize(bgr, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR).astype(bgr.dtype)


def _jpeg(bgr: Picture) -> bytes:
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes()
