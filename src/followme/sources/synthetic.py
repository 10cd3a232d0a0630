"""Frames of a scripted walk, rendered ahead, with truth."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from followme.sources.corridor_walk import demonstration
from followme.sources.packed_frame import PackedFrame, deflated, yuv_of
from followme.sources.parts import CLASS_NAMES
from followme.sources.renderer import ready, render
from followme.sources.scene import Scene
from followme.sources.scene_truth import truth_of
from followme.sources.sensor import Sensor, SensorModel
from followme.sources.source import SourceError
from followme.values.check import check_range
from followme.values.frame import Frame
from followme.values.label_map import LabelMap

_BYTES_PER_PIXEL = 3.6
_MOST_BYTES = 2 << 30


class SyntheticSource:
    """A scripted walk as a camera with a depth sensor gives it.

    The same seed gives the same frames, to the bit; no two frames are alike, even while the
    walker stands.

    Parameters
    ----------
    width, height : int
        Of the images, 16 to 4096.
    rate_hz : float
        Frames a second, 0.1 to 60.
    seed : int
        Of the noise, 0 or more.
    seconds : float or None
        How long; None for the whole walk. A walker whose walk has ended stands.
    progress : callable or None
        Told how many frames are done and how many there will be.
    scene : Scene or None
        The walk; None for the demonstration.
    model : SensorModel or None
        How the sensors err; None for the usual errors.

    Raises
    ------
    SourceError
        When a figure is out of range, or the frames would not fit into memory.
    """

    def __init__(
        self,
        width: int = 640,
        height: int = 480,
        rate_hz: float = 10.0,
        seed: int = 0,
        seconds: float | None = None,
        progress: Callable[[int, int], None] | None = None,
        *,
        scene: Scene | None = None,
        model: SensorModel | None = None,
    ) -> None:
        self._scene = scene or demonstration()
        lasts_s = self._scene.path.seconds if seconds is None else seconds
        _check(width, height, rate_hz, seed, lasts_s)
        self._rate_hz = float(rate_hz)
        self._length = max(1, round(lasts_s * rate_hz))
        _check_memory(self._length, width, height)
        self._camera = self._scene.mount.camera(width, height)
        self._attitude = self._scene.mount.attitude()
        self._sensor = Sensor(width, height, seed, model)
        self._progress = progress
        self._packed: list[PackedFrame] = []
        self._sure = np.full((height, width), 255, np.uint8)

    @property
    def rate_hz(self) -> float:
        """Frames a second."""
        return self._rate_hz

    @property
    def length(self) -> int:
        """How many frames."""
        return self._length

    @property
    def size_bytes(self) -> int:
        """Memory that the frames take by now."""
        return sum(packed.size_bytes for packed in self._packed)

    def prepare(self) -> None:
        """Render the whole walk into memory, so that playing it costs next to nothing."""
        if self._packed:
            return
        ready(self._scene)  # before threads do the same work side by side
        packed: list[PackedFrame] = []
        pool = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))
        try:
            for frame in pool.map(self._render, range(self._length)):
                packed.append(frame)
                if self._progress is not None:
                    self._progress(len(packed), self._length)
        finally:
            # who interrupts must not wait for the rest of the walk
            pool.shutdown(cancel_futures=True)
        self._packed = packed

    def frames(self) -> Iterator[Frame]:
        """Yield the walk from its beginning, stamps from 0."""
        self.prepare()
        for number, packed in enumerate(self._packed):
            yield self._frame(number, packed)

    def close(self) -> None:
        """Free the memory; :meth:`frames` renders again."""
        self._packed = []

    def _render(self, number: int) -> PackedFrame:
        time_s = number / self._rate_hz
        seen = render(
            self._scene, self._camera, self._attitude, self._scene.path.pose_at(time_s), time_s
        )
        yuv = yuv_of(seen.bgr)
        brightness = yuv[: self._camera.height, : self._camera.width]
        brightness[:] = self._sensor.grey(brightness, number)
        return PackedFrame(yuv, self._sensor.depth_mm(seen.depth_m, number), deflated(seen.labels))

    def _frame(self, number: int, packed: PackedFrame) -> Frame:
        time_s = number / self._rate_hz
        stamp_ns = round(number * 1e9 / self._rate_hz)
        path = self._scene.path
        return Frame(
            stamp_ns=stamp_ns,
            bgr=packed.bgr(),
            camera=self._camera,
            depth_m=packed.depth_m(),
            motion=path.motion_at(time_s, stamp_ns),
            labels=LabelMap(stamp_ns, packed.label_indices(), self._sure, CLASS_NAMES),
            truth=truth_of(self._scene, path.pose_at(time_s), time_s),
        )


def _check(width: int, height: int, rate_hz: float, seed: int, seconds: float) -> None:
    for name, value in (("width", width), ("height", height), ("seed", seed)):
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
            raise SourceError(f"synthetic source {name}: {value!r} must be a whole number")
    try:
        check_range("synthetic source width", width, 16, 4096)
        check_range("synthetic source height", height, 16, 4096)
        check_range("synthetic source rate_hz", rate_hz, 0.1, 60.0)
        check_range("synthetic source seed", seed, 0, 2**31 - 1)
        check_range("synthetic source seconds", seconds, 0.0, 3600.0)
    except ValueError as error:
        raise SourceError(str(error)) from error
    if seconds == 0.0 or not math.isfinite(seconds):
        raise SourceError(f"synthetic source seconds: {seconds!r} must be above 0")


def _check_memory(frames: int, width: int, height: int) -> None:
    needed = frames * width * height * _BYTES_PER_PIXEL
    if needed > _MOST_BYTES:
        raise SourceError(
            f"synthetic source: {frames} frames of {width}x{height} take {needed / 2**30:.1f} GiB, "
            f"give fewer seconds, a lower rate or a smaller image to stay below "
            f"{_MOST_BYTES / 2**30:.0f} GiB"
        )
