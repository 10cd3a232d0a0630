"""Frames of a scripted walk, rendered as they are asked for, with truth; a walker may steer it."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.course import Moment
from followme.sources.depth_faults import DepthFaults
from followme.sources.exposure import blurred, covered, dimmed
from followme.sources.outlines import Outline, outlines_of
from followme.sources.packed_frame import yuv_of
from followme.sources.parts import CLASS_NAMES
from followme.sources.renderer import Rendered, render
from followme.sources.scene import Scene, Thing
from followme.sources.scene_truth import nearest_point, truth_of
from followme.sources.sensor import Sensor
from followme.sources.source import SourceError
from followme.sources.sway import Lean, motion_of_sight
from followme.sources.walk import Walk
from followme.sources.walk_events import Conditions, conditions_at
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera
from followme.values.check import check_range
from followme.values.frame import Frame
from followme.values.label_map import LabelMap
from followme.values.motion import Motion
from followme.values.truth import TruthObject

# in less light than this nothing can be recognised
_DARK = 0.08
# over this time the turning of a swaying camera is measured, for its blur and its motion
_TURN_S = 0.01

#: What draws a scene, as :func:`followme.sources.renderer.render` does.
Draw = Callable[[Scene, Camera, Attitude, FloorPose, Moment], Rendered]


class WalkSource:
    """A walk as a camera with a depth sensor gives it.

    Truth is in the frame of the walker's body, which keeps its way while the camera sways.
    Frames come in the order of time; whoever goes back in time begins anew from there. The same
    walk, seed and poses give the same frames, to the bit.

    Parameters
    ----------
    walk : Walk
        What happens.
    width, height : int
        Of the images, 16 to 4096.
    seed : int or None
        Of noise and sway, 0 or more; None for that of the walk.
    exact : bool
        Whether depth has no error and reaches to glass; what the walk does to the sensors
        (darkness, a wrong scale) still happens.
    draw : callable
        What draws the scene, if not FollowMe's own renderer.

    Raises
    ------
    SourceError
        When a figure is out of range.
    """

    def __init__(
        self,
        walk: Walk,
        width: int = 320,
        height: int = 240,
        seed: int | None = None,
        *,
        exact: bool = False,
        draw: Draw = render,
    ) -> None:
        seed = walk.seed if seed is None else seed
        try:
            check_range("walk source width", width, 16, 4096)
            check_range("walk source height", height, 16, 4096)
            check_range("walk source seed", seed, 0, 2**31 - 1)
        except ValueError as error:
            raise SourceError(str(error)) from error
        self.walk = walk
        self._draw = draw
        self._camera = walk.scene.mount.camera(width, height)
        self._sensor = Sensor(width, height, seed, walk.sensor)
        self._faults = None if exact else DepthFaults(width, height, seed, walk.sensor)
        self._swaying = walk.sway.chosen(seed)
        self._sure = np.full((height, width), 255, np.uint8)
        self._began: dict[int, float] = {}
        self._time_s = -math.inf
        self._body: FloorPose | None = None
        self._last: Frame | None = None
        self._seen: Rendered | None = None

    @property
    def rate_hz(self) -> float:
        """Frames a second."""
        return self.walk.rate_hz

    @property
    def camera(self) -> Camera:
        """Of every image."""
        return self._camera

    @property
    def times_s(self) -> tuple[float, ...]:
        """When frames are due, also those that a stalled camera does not give."""
        count = max(1, round(self.walk.seconds * self.walk.rate_hz))
        return tuple(n / self.walk.rate_hz for n in range(count))

    @property
    def length(self) -> int:
        """How many frames come."""
        return sum(not conditions_at(self.walk.events, t).stalled for t in self.times_s)

    @property
    def poses(self) -> tuple[FloorPose, ...]:
        """Where the body of the walker is by the script, at :attr:`times_s`."""
        return tuple(self.walk.scene.path.pose_at(t) for t in self.times_s)

    @property
    def seen(self) -> Rendered | None:
        """What a perfect camera would have seen in the newest frame."""
        return self._seen

    def frames(self) -> Iterator[Frame]:
        """Yield the walk from its beginning, stamps from 0."""
        self._rewind(-math.inf)
        for time_s in self.times_s:
            frame = self.frame_at(time_s)
            if frame is not None:
                yield frame

    def frame_at(self, time_s: float, pose: FloorPose | None = None) -> Frame | None:
        """Return the frame of a time, None while the camera is stalled.

        Parameters
        ----------
        time_s : float
            Seconds in the walk.
        pose : FloorPose, optional
            Where the body of the walker is, if not where the script has it.
        """
        if time_s <= self._time_s:
            self._rewind(time_s)
        stamp_ns = round(time_s * 1e9)
        body = self.walk.scene.path.pose_at(time_s) if pose is None else pose
        going = self._going(time_s, stamp_ns, body, scripted=pose is None)
        self._notice(time_s, body)
        self._time_s, self._body = time_s, body
        now = conditions_at(self.walk.events, time_s)
        if now.stalled:
            return None
        lean = self._swaying.at(time_s, going.speed_mps)
        before = self._swaying.at(time_s - _TURN_S, going.speed_mps)
        sight = self._sight_pose(body, lean)
        truth = truth_of(self.walk.scene, body, self._moment(time_s))
        motion = motion_of_sight(going, lean, before, _TURN_S)
        if now.repeats and self._last is not None:
            labels = self._last.labels
            assert labels is not None
            again = LabelMap(stamp_ns, labels.labels, labels.confidence, labels.names)
            return replace(self._last, stamp_ns=stamp_ns, motion=motion, labels=again, truth=truth)
        self._seen = self._draw(
            self.walk.scene, self._camera, self._attitude(lean), sight, self._moment(time_s)
        )
        number = round(time_s * self.walk.rate_hz)
        self._last = Frame(
            stamp_ns=stamp_ns,
            bgr=self._image(self._seen.bgr, number, now, lean, before, going),
            camera=self._camera,
            depth_m=self._depth(self._seen, number, now),
            motion=motion,
            labels=self._labels(self._seen, stamp_ns, now),
            truth=truth,
        )
        return self._last

    def outlines_at(
        self, time_s: float, pose: FloorPose | None = None, within_m: float = math.inf
    ) -> tuple[Outline, ...]:
        """Return what things within a distance and all walls cover, in the frame of the body.

        What waits for the walker is where the frames asked for so far have brought it.
        """
        body = self.walk.scene.path.pose_at(time_s) if pose is None else pose
        return outlines_of(self.walk.scene, body, self._moment(time_s), within_m)

    def branch(self) -> WalkSource:
        """Return one that has come as far, and goes on from here by itself."""
        twin = copy.copy(self)
        twin._began = dict(self._began)
        return twin

    def pass_without_frame(self, time_s: float, pose: FloorPose) -> None:
        """Let a time pass; a walker who comes near to what waits for that sets it going."""
        if time_s < self._time_s:
            self._rewind(time_s)
        self._notice(time_s, pose)

    def truth_at(self, time_s: float, pose: FloorPose) -> tuple[TruthObject, ...]:
        """Return what really stands there, without a frame; it may be asked between two frames.

        A walker who comes near to what waits for that sets it going here too.
        """
        self.pass_without_frame(time_s, pose)
        return truth_of(self.walk.scene, pose, self._moment(time_s))

    def sight_pose_at(self, time_s: float, pose: FloorPose | None = None) -> FloorPose:
        """Return whither the camera looks; it turns with the sway, while the body keeps its way."""
        body = self.walk.scene.path.pose_at(time_s) if pose is None else pose
        speed = self.walk.scene.path.motion_at(time_s, 0).speed_mps
        return self._sight_pose(body, self._swaying.at(time_s, speed))

    def close(self) -> None:
        """Forget the walk so far."""
        self._rewind(-math.inf)

    def _rewind(self, time_s: float) -> None:
        self._began = {id: t for id, t in self._began.items() if t < time_s}
        self._time_s = -math.inf
        self._body = self._last = self._seen = None

    def _moment(self, time_s: float) -> Moment:
        return Moment(time_s, self._began)

    def _notice(self, time_s: float, body: FloorPose) -> None:
        """Set going what waited for the walker to come here."""
        for thing in self.walk.scene.things:
            if thing.id not in self._began and _reached(thing, body):
                self._began[thing.id] = time_s

    def _going(self, time_s: float, stamp_ns: int, body: FloorPose, *, scripted: bool) -> Motion:
        """Return how the body moves: as the script says, or as it was steered since last time."""
        last, seconds = self._body, time_s - self._time_s
        if scripted or last is None or not math.isfinite(seconds):
            return self.walk.scene.path.motion_at(time_s, stamp_ns)
        ahead, left = last.to_walker(body.x_m, body.y_m)
        turn = math.remainder(body.yaw_rad - last.yaw_rad, math.tau)
        return Motion(stamp_ns, ahead / seconds, left / seconds, turn / seconds)

    def _sight_pose(self, body: FloorPose, lean: Lean) -> FloorPose:
        return FloorPose(body.x_m, body.y_m, body.yaw_rad + lean.yaw_rad)

    def _attitude(self, lean: Lean) -> Attitude:
        mount = self.walk.scene.mount
        return Attitude(mount.height_m + lean.up_m, mount.pitch_rad + lean.pitch_rad, lean.roll_rad)

    def _image(
        self,
        bgr: NDArray[np.uint8],
        number: int,
        now: Conditions,
        lean: Lean,
        before: Lean,
        going: Motion,
    ) -> NDArray[np.uint8]:
        """Return what the camera makes of what is before it."""
        height, width = bgr.shape[:2]
        if now.cover_luma is not None:
            bgr = covered(height, width, now.cover_luma)
        else:
            open_px = self._camera.fx * self.walk.sensor.exposure_s
            yaw = going.yaw_rate_radps + (lean.yaw_rad - before.yaw_rad) / _TURN_S
            pitch = (lean.pitch_rad - before.pitch_rad) / _TURN_S
            bgr = dimmed(blurred(bgr, open_px * yaw, open_px * pitch), now.brightness)
        yuv = yuv_of(bgr)
        brightness = yuv[:height, :width]
        brightness[:] = self._sensor.grey(brightness, number)
        whole = cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420)
        return np.ascontiguousarray(whole[:height, :width], np.uint8)

    def _depth(self, seen: Rendered, number: int, now: Conditions) -> NDArray[np.float32]:
        """Return metres, NaN unknown."""
        if now.no_depth or now.cover_luma is not None:
            return np.full(seen.depth_m.shape, np.nan, np.float32)
        if self._faults is None:
            depth = np.where(np.isfinite(seen.depth_m), seen.depth_m, np.float32(np.nan))
        else:
            measured = self._sensor.depth_mm(self._faults.depth_m(seen, number), number)
            depth = measured * np.float32(1e-3)
            depth[measured == 0] = np.nan
        if now.depth_factor != 1.0:
            depth *= np.float32(now.depth_factor)
        return depth

    def _labels(self, seen: Rendered, stamp_ns: int, now: Conditions) -> LabelMap:
        blind = now.cover_luma is not None or now.brightness < _DARK
        labels = np.zeros_like(seen.labels) if blind else seen.labels
        return LabelMap(stamp_ns, labels, self._sure, CLASS_NAMES)


def _reached(thing: Thing, body: FloorPose) -> bool:
    start = thing.start
    if start.walker_at_x_m is not None:
        return body.x_m >= start.walker_at_x_m
    if start.walker_within_m is None:
        return False
    ahead, left, _ = nearest_point(thing, body)
    return math.hypot(ahead, left) <= start.walker_within_m
