"""Node camera: frames from a source, at the pace at which they were taken."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from followme.graph import NODES
from followme.ros.base_node import BaseNode
from followme.ros.peers import takers_of
from followme.ros.process import main_of
from followme.settings import CameraNodeSettings
from followme.sources.open import open_source
from followme.sources.source import Source, SourceError
from followme.values.frame import CameraInfo, ColourImage, DepthImage, Frame

# Who takes the images knows of us so long after we know of it.
_DISCOVERY_S = 1.0
# The last frame has arrived after this long.
_ON_THE_WAY_S = 0.3


class CameraNode(BaseNode[CameraNodeSettings]):
    """Plays a source; each frame gets the stamp of the moment at which it is given out.

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
        self._ended = ended or (_interrupt if self.settings.exit_at_end else None)
        self.frames_out = 0
        self.frame_id = self.settings.frame_id

    def load(self) -> None:
        s = self.settings
        self._source = self._given or open_source(
            s.source,
            rate_hz=s.rate_hz,
            width=s.width,
            height=s.height,
            seed=s.seed,
            report=self.get_logger().warning,
            progress=self._rendering,
        )

    def produce(self, alive: Callable[[], bool]) -> None:
        try:
            while alive():
                self._play(alive)
                if not self.settings.loop:
                    break
        finally:
            # also when it failed midway: no more frames will come
            if alive() and self._ended is not None:
                self._ended()

    def free(self) -> None:
        source, self._source = self._source, None
        if source is not None and source is not self._given:
            source.close()

    def facts(self) -> dict[str, Any]:
        return {"source": self.settings.source, "frames": self.frames_out}

    def _play(self, alive: Callable[[], bool]) -> None:
        """Give out each frame once, in time; a late frame is given at once."""
        assert self._source is not None
        self._await_takers(alive)
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
            self._give(frame)

    def _give(self, frame: Frame) -> None:
        begin = time.perf_counter()
        stamp_ns = self.clock.now_ns()
        if frame.truth is not None:
            self.publish("camera/truth", (stamp_ns, frame.truth))
        if frame.motion is not None:
            self.publish("ego_motion", replace(frame.motion, stamp_ns=stamp_ns))
        if frame.camera is not None:
            self.publish("camera/camera_info", CameraInfo(stamp_ns, frame.camera))
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

    def _await_takers(self, alive: Callable[[], bool]) -> None:
        """Wait for the critical nodes: a recording has no frame to lose at its beginning."""
        topic = "camera/image_raw"
        needed = {n.name for n in NODES if n.critical and topic in n.subscribes}
        deadline_s = time.monotonic() + self.settings.wait_s
        while alive() and time.monotonic() < deadline_s:
            if needed <= takers_of(self, self.resolve_topic_name(topic)):
                time.sleep(_DISCOVERY_S)
                return
            time.sleep(0.05)


def _interrupt() -> None:
    """End the process as Ctrl-C would: in an orderly way."""
    # the last frame is lost when its process ends before it was taken
    time.sleep(_ON_THE_WAY_S)
    os.kill(os.getpid(), signal.SIGINT)


main = main_of(CameraNode)
