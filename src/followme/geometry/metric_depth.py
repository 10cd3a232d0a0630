"""Honest metres at the work size: whose they are, how sure, and how the camera stands."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from followme.geometry.depth_alignment import Refused
from followme.geometry.depth_fusion import DepthFusion, Fused
from followme.geometry.depth_statuses import DepthStatuses, depth_map, scaled
from followme.geometry.floor import FloorFinder, FloorFit
from followme.geometry.flying import flying
from followme.geometry.lone_network import LoneNetwork
from followme.geometry.pooling import pool_nearest
from followme.geometry.posture import Posture
from followme.geometry.scale import Scale, worded
from followme.geometry.sensor_scale import SensorScale
from followme.settings import (
    DepthFusionSettings,
    DepthSettings,
    FloorSettings,
    WalkerSettings,
)
from followme.values.camera import Camera
from followme.values.depth_map import (
    DepthMap,
    DepthStatus,
    ImageHealth,
    MonocularDepth,
    Provenance,
)
from followme.values.frame import Frame

_NO_DEPTH = "There is no depth: no sensor gave any, and no network was asked."
#: Why a network is not asked, or not believed at all.
NO_METRE = (
    "There is no depth: the camera is neither calibrated nor is its height told, so that a "
    "network's metre could be any length; give the parameter walker.camera_height_m or a "
    "calibration."
)
# A sensor with this share of its pixels sees a floor by itself, if there is one.
_ENOUGH = 0.5


class MetricDepth:
    """Turns what a sensor measured, or a network guessed, into one depth map with its status.

    A sensor's metres win over a network's, which fills what the sensor misses where the two
    agree. A network's own metres are believed only where the camera is calibrated, its height
    was given and the floor agrees with it (B12); where neither lens nor height is known they are
    no metres at all, and depth is unknown.

    Parameters
    ----------
    s : DepthSettings
        Work size, range, noise of the sensor.
    floor : FloorSettings
        How the floor is found.
    walker : WalkerSettings
        How the camera is worn.
    fusion : DepthFusionSettings, optional
        How a network's depth is laid over a sensor's.
    """

    def __init__(
        self,
        s: DepthSettings,
        floor: FloorSettings,
        walker: WalkerSettings,
        fusion: DepthFusionSettings | None = None,
    ) -> None:
        self._s = s
        self._fusing = fusion or DepthFusionSettings()
        self._fusion = DepthFusion(self._fusing, s.min_m, s.max_m)
        self._floor = floor
        self._walker = walker
        self._finder = FloorFinder(floor)
        self._suspecting = FloorFinder(floor)
        self._sensor_scale = SensorScale(floor, walker.camera_height_m)
        self._posture = Posture(floor, walker)
        self._statuses = DepthStatuses(s, walker, self._posture)
        self._lone = LoneNetwork(s, floor, walker, self._posture, self._finder)
        self._stamp_ns: int | None = None

    def reset(self) -> None:
        """Forget the floor and the scale: time jumped."""
        self._finder.reset()
        self._suspecting.reset()
        self._fusion.reset()
        self._lone.reset()
        self._sensor_scale.reset()
        self._posture.reset()
        self._stamp_ns = None

    def can_use_guess(self, frame: Frame) -> bool:
        """Return whether a network's answer for a frame could become metres.

        It could not where neither lens nor height is known and no sensor gave a scale lately.
        """
        lens_known = frame.camera is not None and not frame.camera.nominal
        scaled_by_sensor = frame.depth_m is not None or self._fusion.holds(frame.stamp_ns)
        return lens_known or self._walker.camera_height_m > 0.0 or scaled_by_sensor

    def estimate(
        self, frame: Frame, monocular: MonocularDepth | None, health: ImageHealth
    ) -> DepthMap | DepthStatus:
        """Return depth with its status, or the status alone where there is no depth at all.

        Parameters
        ----------
        frame : Frame
            With sensor depth where there is a sensor.
        monocular : MonocularDepth or None
            Of a network, where one was asked.
        health : ImageHealth
            Of the image; passed on, depth is computed whatever it says.
        """
        if self._stamp_ns is not None and frame.stamp_ns < self._stamp_ns:
            self.reset()
        self._stamp_ns = frame.stamp_ns
        if frame.depth_m is not None:
            return self._from_sensor(frame, frame.depth_m, monocular, health)
        if monocular is not None:
            return self._from_network(frame, monocular, health)
        return self._statuses.unknown(frame, health, _NO_DEPTH)

    def _from_sensor(
        self,
        frame: Frame,
        depth_m: NDArray[np.float32],
        guess: MonocularDepth | None,
        health: ImageHealth,
    ) -> DepthMap | DepthStatus:
        camera = self._camera(frame)
        s = self._s
        pooled_m = pool_nearest(depth_m, camera.height, camera.width, s.min_m, s.max_m)
        if guess is not None:  # without one the gaps that they leave would stay
            pooled_m[flying(pooled_m, self._fusing)] = np.nan
        sigma_m = np.float32(s.sigma_floor_m) + np.float32(s.sigma_per_m2) * pooled_m**2
        both = None
        if guess is not None:
            both = self._fusion.fuse(frame.stamp_ns, guess, pooled_m, sigma_m)
            if isinstance(both, Refused) and both.few:
                return self._from_network(frame, guess, health, both.word)
        fit, scale = self._sensor_floor(frame.stamp_ns, pooled_m, camera)
        if isinstance(both, Fused):
            if fit is None and np.count_nonzero(np.isfinite(pooled_m)) < _ENOUGH * pooled_m.size:
                fit = self._fused_floor(frame, both)
            return self._fused(frame, both, fit, scale, health)
        if both is not None:
            scale = self._doubted(both, scale)
        if scale.factor != 1.0:
            pooled_m *= np.float32(scale.factor)
            sigma_m *= np.float32(scale.factor)
        status = self._statuses.known(
            frame, scaled(fit, scale.factor), Provenance.SENSOR, scale, health
        )
        return depth_map(pooled_m, sigma_m, camera, status)

    def _fused(
        self, frame: Frame, both: Fused, fit: FloorFit | None, scale: Scale, health: ImageHealth
    ) -> DepthMap:
        """Return the depth of sensor and network; what is wrong with the sensor is with both."""
        scale = worded(scale, both.word)
        factor = np.float32(scale.factor)
        status = self._statuses.known(
            frame, scaled(fit, scale.factor), Provenance.FUSED, scale, health
        )
        status = replace(status, residual_m=both.residual_m * scale.factor)
        return depth_map(both.depth_m * factor, both.sigma_m * factor, self._camera(frame), status)

    def _fused_floor(self, frame: Frame, both: Fused) -> FloorFit | None:
        ratio = self._sensor_scale.ratio
        prior = self._posture.prior(frame.stamp_ns, measured=True, ratio=ratio)
        return self._finder.find(both.depth_m, self._camera(frame), prior)

    def _doubted(self, refused: Refused, scale: Scale) -> Scale:
        """Return the scale of a sensor that a network contradicts (it may be the one that errs).

        A sensor whose metres the floor vouches for is believed. Any other may count in other
        units than its driver says.
        """
        known = scale.known and (math.isnan(refused.ratio) or self._sensor_scale.vouched)
        return worded(Scale(scale.factor, known, scale.note), refused.word)

    def _sensor_floor(
        self, stamp_ns: int, depth_m: NDArray[np.float32], camera: Camera
    ) -> tuple[FloorFit | None, Scale]:
        """Return the floor in the metres of a sensor, and what to do with them (B12)."""
        prior = self._posture.prior(stamp_ns, measured=True, ratio=self._sensor_scale.ratio)
        fit = self._finder.find(depth_m, camera, prior)
        suspect = None
        if fit is None and self._walker.camera_height_m > 0.0:
            # the gates that keep table tops away would also hide a floor in wrong metres
            suspect = self._suspecting.find(depth_m, camera, self._posture.suspicion(stamp_ns))
        told_by = fit or suspect
        height_m, inliers = (math.nan, 0.0) if told_by is None else _height_and_share(told_by)
        scale = self._sensor_scale.judge(stamp_ns, height_m, inliers)
        if suspect is not None:
            height_m = suspect.plane.offset_m
            off_m = height_m * scale.factor - self._walker.camera_height_m
            # in metres that are fine, a step up from the last floor is the tread of a stair
            tread = scale.factor == 1.0 and not prior.low_m <= height_m <= prior.high_m
            if not scale.known or (abs(off_m) <= self._floor.height_gate_m and not tread):
                fit = suspect
        return fit, scale

    def _from_network(
        self, frame: Frame, guess: MonocularDepth, health: ImageHealth, word: str = ""
    ) -> DepthMap | DepthStatus:
        camera = self._camera(frame)
        both = self._fusion.carried(frame.stamp_ns, guess, (camera.height, camera.width))
        if both is not None:
            fit = self._fused_floor(frame, both)
            return self._fused(frame, both, fit, Scale(1.0, True), health)
        if not guess.focal_known and self._walker.camera_height_m <= 0.0:
            return self._statuses.unknown(frame, health, f"{word} {NO_METRE}".strip())
        return self._lone.estimate(frame, guess, camera, health, word)

    def _camera(self, frame: Frame) -> Camera:
        """Return the camera at the work size; a nominal one where the frame has none."""
        height, width = frame.bgr.shape[:2]
        field_rad = math.radians(self._s.nominal_field_deg)
        full = frame.camera or Camera.from_field_of_view(width, height, field_rad)
        return full.scaled(self._s.work_width, self._s.work_height)


def _height_and_share(fit: FloorFit) -> tuple[float, float]:
    return fit.plane.offset_m, fit.plane.inliers
