"""Node camera: frames from a source, at the pace at which they were taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from followme.nodes.playing import await_takers, interrupt
from followme.ros.base_node import BaseNode
from followme.ros.process import main_of
from followme.settings import CameraNodeSettings
from followme.sources.camera_choice import CameraChoice
from followme.sources.open import open_source
from followme.sources.source import LiveSource, Source, SourceError
from followme.values.frame import CameraInfo, ColourImage, DepthImage, Frame

# A live source is asked this long before it is looked at whether the node still works.
_LIVE_WAIT_S = 0.5


class CameraNode(BaseNode[CameraNodeSettings]):
    """Plays a source.

    A recorded or synthetic frame gets the stamp of the moment at which it is given out; a live one
    keeps the stamp of its capture.

    Parameters
    ----------
    source : Source, optional
        An opened source in place of the one that the parameters name.
    ended : callable, optional
        Called when the source has no more frames.
    """

    def __init__(
        self,
        source: Source | None = None,
        ended: Callable[[], None] | None = None,
        **wiring: Any,
    ) -> None:
        super().__init__("camera", **wiring)
        self._given = source
        self._source: Source | None = None
        self._choice = CameraChoice("", 0.0, self.trouble)
        self._ended = ended or (interrupt if self.settings.exit_at_end else None)
        self.frames_out = 0
        self.frame_id = self.settings.frame_id

    def load(self) -> None:
        s = self.settings
        self._choice = CameraChoice(s.calibration, s.field_of_view_deg, self.trouble)
        self._source = self._given or open_source(
            s.source,
            rate_hz=s.rate_hz,
            width=s.width,
            height=s.height,
            seed=s.seed,
            remaps=s.remaps,
            report=self.trouble,
            progress=self._rendering,
            now_ns=self.clock.now_ns,
        )
        if s.calibration:
            # refused now, not when somebody walks
            first = _first_frame(self._source)
            if first is not None:
                self._choice.camera_for(first)

    def produce(self, alive: Callable[[], bool]) -> None:
        if isinstance(self._source, LiveSource):
            self._relay(self._source, alive)
            return
        try:
            while alive():
                self._play(alive)
                if not self.settings.loop:
                    break
        except SourceError as error:
            self.trouble(str(error))
        finally:
            # also when it failed midway: no more frames will come
            if alive() and self._ended is not None:
                self._ended()

    def free(self) -> None:
        source, self._source = self._source, None
        if source is not None and source is not self._given:
            source.close()

    def facts(self) -> dict[str, Any]:
        facts = {
            "source": self.settings.source,
            "frames": self.frames_out,
            "calibration": self._choice.about,
        }
        if isinstance(self._source, LiveSource):
            facts |= {"source_dropped": self._source.dropped, "source_fault": self._source.fault}
        return facts

    def _play(self, alive: Callable[[], bool]) -> None:
        """Give out each frame once, in time; a late frame is given at once."""
        assert self._source is not None
        await_takers(self, self.settings.wait_s, alive)
        first_ns, begin_s = None, 0.0
        for frame in self._source.frames():
            if first_ns is None:
                first_ns, begin_s = frame.stamp_ns, time.monotonic()
            due_s = begin_s + (frame.stamp_ns - first_ns) * 1e-9
            # short naps, so that a stop is never waited for
            while alive() and (pause_s := due_s - time.monotonic()) > 0:
                time.sleep(min(pause_s, 0.05))
            if not alive():
                return
            self._give(frame, self.clock.now_ns())

    def _relay(self, source: LiveSource, alive: Callable[[], bool]) -> None:
        """Give out what is captured as it comes; say what is wrong while nothing comes."""
        faulty = False
        while alive():
            frame = source.newest(_LIVE_WAIT_S)
            if not alive():
                return
            if frame is not None:
                if faulty:
                    self.get_logger().info("the source gives images again")
                faulty = False
                self.note_age(frame.stamp_ns)
                self._give(frame, frame.stamp_ns)
            elif source.fault:
                self.trouble(source.fault)
                faulty = True

    def _give(self, frame: Frame, stamp_ns: int) -> None:
        begin = time.perf_counter()
        try:
            camera = self._choice.camera_for(frame)
        except SourceError as error:
            # what cannot be measured must not look as if it were
            self.trouble(f"{error}; the image is left out")
            return
        if frame.truth is not None:
            self.publish("camera/truth", (stamp_ns, frame.truth))
        if frame.motion is not None:
            self.publish("ego_motion", replace(frame.motion, stamp_ns=stamp_ns))
        if camera is not None:
            self.publish("camera/camera_info", CameraInfo(stamp_ns, camera))
        if frame.depth_m is not None:
            self.publish("camera/depth/image_raw", DepthImage(stamp_ns, frame.depth_m))
        # last, because with it the instant is complete
        self.publish("camera/image_raw", ColourImage(stamp_ns, frame.bgr))
        self.frames_out += 1
        self.note_work((time.perf_counter() - begin) * 1e3)

    def _rendering(self, _done: int, _of: int) -> None:
        """Give up a walk that nobody will see: its threads would outlive Ctrl-C."""
        if self.leaving:
            raise SourceError("source 'synthetic': its rendering was interrupted; start it again")


def _first_frame(source: Source) -> Frame | None:
    """Return a frame to look at; None where a live source has none just now."""
    if isinstance(source, LiveSource):
        return source.newest(_LIVE_WAIT_S)
    return next(source.frames(), None)


main = main_of(CameraNode)
