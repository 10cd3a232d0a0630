"""The film of the overlays, drawn and encoded beside the run by one thread."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from followme.drawing.contact_sheet import contact_sheet, placeholder
from followme.drawing.overlay import draw_overlay
from followme.drawing.palette import Picture
from followme.outputs.files import OutputError
from followme.outputs.highlights import Highlights
from followme.outputs.transcript import clock
from followme.outputs.video import VideoWriter
from followme.settings import CorridorSettings
from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.label_map import LabelMap
from followme.values.obstacle import Obstacles, Sight

_WAITING = 30  # pictures; at ten a second, three seconds of a busy machine


@dataclass(frozen=True)
class Shot:
    """All that is drawn into one picture of the film; see ``followme.drawing.overlay``."""

    image: ColourImage
    camera: Camera | None
    status: DepthStatus | None
    obstacles: Obstacles | None
    saying: str
    faces: Detections | None
    now_ns: int | None
    labels: LabelMap | None = None

    @property
    def shown_ns(self) -> int:
        """When it belongs into the film."""
        return self.image.stamp_ns if self.now_ns is None else self.now_ns


class Film:
    """``overlay.mp4``, and the pictures of it that stand for the run.

    Parameters
    ----------
    folder : Path
        Where they go.
    rate_hz : float
        Pictures a second of the film.
    corridor : CorridorSettings
        The walker's way, drawn on the floor.
    """

    def __init__(self, folder: Path, rate_hz: float, corridor: CorridorSettings) -> None:
        self._folder, self._rate_hz, self._corridor = folder, rate_hz, corridor
        self._condition = threading.Condition()
        self._waiting: deque[Shot] = deque()
        self._closed = False
        self._dropped = 0
        self._video: VideoWriter | None = None
        self._highlights = Highlights()
        self._first_ns: int | None = None
        self._last_saying = ""
        self._fault: OutputError | None = None
        self._thread = threading.Thread(target=self._work, name="film", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many pictures gave way because drawing could not keep up."""
        return self._dropped

    @property
    def fault(self) -> OutputError | None:
        """Why the film ended early; None while all is well."""
        return self._fault

    def put(self, shot: Shot) -> None:
        """Queue a picture and return at once; when the queue is full, the oldest one is dropped."""
        with self._condition:
            if self._closed:
                return
            if self._fault is not None:
                self._dropped += 1
                return
            if len(self._waiting) == _WAITING:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(shot)
            self._condition.notify()

    def close(self) -> None:
        """Draw what waits and complete the film; a picture that says so where none came.

        Raises
        ------
        OutputError
            The first thing that could not be written.
        """
        with self._condition:
            self._closed = True
            self._condition.notify()
        self._thread.join()
        if self._fault is None and self._video is None:
            self._encode(placeholder("No picture came."), 0)
        if self._video is not None:
            self._video.close()
        if self._fault is not None:
            raise self._fault

    def sheet(self) -> Picture:
        """Return a page of pictures spread over the run; call it after :meth:`close`."""
        return contact_sheet([(h.bgr, h.caption) for h in self._highlights.chosen()])

    def _work(self) -> None:
        while (shot := self._next()) is not None:
            try:
                self._draw(shot)
            except OutputError as error:
                self._give_up(error)
                return
            except Exception as error:
                self._give_up(OutputError(f"film: it ended early, please report this: {error!r}"))
                raise

    def _give_up(self, fault: OutputError) -> None:
        with self._condition:
            self._fault = fault
            self._dropped += 1 + len(self._waiting)
            self._waiting.clear()

    def _next(self) -> Shot | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closed)
            return self._waiting.popleft() if self._waiting else None

    def _draw(self, shot: Shot) -> None:
        if self._video is not None and not self._video.wants(shot.shown_ns):
            return
        bgr = draw_overlay(
            shot.image,
            camera=shot.camera,
            status=shot.status,
            obstacles=shot.obstacles,
            corridor=self._corridor,
            saying=shot.saying,
            now_ns=shot.now_ns,
            faces=shot.faces,
            labels=shot.labels,
        )
        self._encode(bgr, shot.shown_ns)
        if self._first_ns is None:
            self._first_ns = shot.shown_ns
        when = clock((shot.shown_ns - self._first_ns) * 1e-9)
        self._highlights.offer(bgr, f"{when}  {shot.saying}".rstrip(), self._weight(shot))
        self._last_saying = shot.saying

    def _encode(self, bgr: Picture, stamp_ns: int) -> None:
        if self._video is None:
            size = (bgr.shape[1], bgr.shape[0])
            self._video = VideoWriter(self._folder / "overlay.mp4", self._rate_hz, size)
        self._video.write(bgr, stamp_ns)

    def _weight(self, shot: Shot) -> float:
        """Prefer the moment at which words begin, then words, then blindness and urgency."""
        weight = 0.0
        if shot.saying:
            weight = 1.0 if shot.saying == self._last_saying else 2.0
        if shot.obstacles is not None:
            zones = [int(o.zone) for o in shot.obstacles.obstacles]
            weight += 0.1 * max(zones, default=0) + 0.2 * (shot.obstacles.sight is Sight.BLIND)
        return weight
