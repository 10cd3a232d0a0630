"""Metres of a network alone: by upright edges and the floor, by the floor, or as it guesses."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.geometry.corner_fill import with_corners
from followme.geometry.depth_statuses import DepthStatuses, depth_map, scaled
from followme.geometry.floor import FloorFinder, FloorFit
from followme.geometry.levelling import Level, LevelFit, Leveller
from followme.geometry.parallax import Parallax
from followme.geometry.pooling import pool_nearest
from followme.geometry.posture import Posture
from followme.geometry.scale import Scale, ScaleJudge, worded
from followme.geometry.uprights import Plumb, straight_edges
from followme.settings import DepthSettings, FloorSettings, WalkerSettings
from followme.values.camera import Attitude, Camera
from followme.values.depth_map import (
    DepthMap,
    FloorPlane,
    ImageHealth,
    MonocularDepth,
    Provenance,
)
from followme.values.frame import Frame

# Of the variance of a network's logarithm so much is that of the whole image, which the floor
# tells: median errors of the kitchen fell from 18 to 13 % by the right scale alone.
_OWN_SHARE = 0.72
# What may be so many times nearer or farther (its logarithm) is not known at all.
_MOST_LOG_STD = 1.0
# A floor that leans so far off what edges say is none (B12 asks 4 of a sensor of gravity).
_MOST_LEAN_DEG = 8.0


@dataclass(frozen=True)
class _Answer:
    """What there is to go by for one frame.

    Parameters
    ----------
    frame : Frame
    guess_m, log_std : (h, w) float32
        Of the network, at the work size.
    camera : Camera
        At that size.
    focal_known : bool
        Whether the camera is calibrated.
    health : ImageHealth
    word : str
        A sentence that the note begins with.
    """

    frame: Frame
    guess_m: NDArray[np.float32]
    log_std: NDArray[np.float32]
    camera: Camera
    focal_known: bool
    health: ImageHealth
    word: str


class LoneNetwork:
    """Turns a network's answer into metres where no sensor helps (B12).

    Where edges tell which way is up, the camera is calibrated and its height was told, the
    answer is laid over the floor by scale and shift. Where they do not, a floor is sought in the
    answer itself, and tells its scale.

    Parameters
    ----------
    s : DepthSettings
        Range.
    floor : FloorSettings
        How the floor is found.
    walker : WalkerSettings
        How the camera is worn.
    posture : Posture
        How it stood in earlier frames.
    finder : FloorFinder
        Finds a floor without knowing which way is up.
    """

    def __init__(
        self,
        s: DepthSettings,
        floor: FloorSettings,
        walker: WalkerSettings,
        posture: Posture,
        finder: FloorFinder,
    ) -> None:
        self._s = s
        self._floor = floor
        self._told_m = walker.camera_height_m
        self._posture = posture
        self._finder = finder
        self._statuses = DepthStatuses(s, walker, posture)
        self._scale = ScaleJudge(floor, walker.camera_height_m)
        self._leveller = Leveller(floor)
        worn = Attitude(walker.assumed_camera_height_m, math.radians(walker.assumed_pitch_deg))
        self._plumb = Plumb(floor, worn)
        self._parallax = Parallax()
        self._last: tuple[int, Level] | None = None

    def reset(self) -> None:
        """Forget scale, level and which way is up: time jumped."""
        self._scale.reset()
        self._plumb.reset()
        self._parallax.reset()
        self._last = None

    def estimate(
        self,
        frame: Frame,
        guess: MonocularDepth,
        camera: Camera,
        health: ImageHealth,
        word: str = "",
    ) -> DepthMap:
        """Return the depth of one frame with its status.

        Parameters
        ----------
        frame : Frame
            The one.
        guess : MonocularDepth
            What the network says of it.
        camera : Camera
            At the work size.
        health : ImageHealth
            Of the image.
        word : str
            A sentence that the note begins with.
        """
        size = (camera.width, camera.height)
        log_std = np.asarray(
            cv2.resize(guess.log_std, size, interpolation=cv2.INTER_NEAREST), np.float32
        )
        guess_m = pool_nearest(guess.depth_m, camera.height, camera.width, 1e-3, np.inf)
        answer = _Answer(
            frame,
            np.where(log_std < _MOST_LOG_STD, guess_m, np.float32(np.nan)),
            log_std,
            camera,
            guess.focal_known,
            health,
            word,
        )
        up = None
        if guess.focal_known and self._told_m > 0.0:
            small = cv2.resize(frame.bgr, size, interpolation=cv2.INTER_AREA)
            grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
            ends = straight_edges(grey)
            up = self._plumb.up(frame.stamp_ns, ends, camera)
            depth = None if up is None else self._levelled(answer, up, grey, ends)
            if depth is not None:
                return depth
        return self._by_own_floor(answer, up)

    def _levelled(
        self,
        answer: _Answer,
        up: NDArray[np.float64],
        grey: NDArray[np.uint8],
        ends: NDArray[np.float64],
    ) -> DepthMap | None:
        """Return depth that is laid over the floor; None: no floor has told how lately."""
        stamp_ns, before = answer.frame.stamp_ns, self._last
        if before is not None and (stamp_ns - before[0]) * 1e-9 > self._floor.keep_s:
            before = None
        last = None if before is None else before[1]
        fit = self._leveller.fit(answer.guess_m, answer.camera, up, self._told_m, last)
        if fit is not None and not self._floor.scale_low <= fit.ratio <= self._floor.scale_high:
            fit = None  # a worktop rather than the floor, or metres that nobody believes (B12)
        scale = self._judged(stamp_ns, fit)
        if fit is not None and fit.inliers >= self._floor.scale_inliers:
            last = fit.level
            self._last = (stamp_ns, fit.level)
        if last is None:
            return None
        depth_m = last.depth_m(answer.guess_m)
        sigma_m = depth_m * answer.log_std * last.stretch(answer.guess_m, depth_m)
        sigma_m *= np.float32(_OWN_SHARE)
        ranged = self._parallax.measure(stamp_ns, grey, depth_m, answer.camera, up, ends)
        depth_m, sigma_m = with_corners(depth_m, sigma_m, ranged)
        normal = (float(up[0]), float(up[1]), float(up[2]))
        plane = FloorPlane(normal, self._told_m, 0.0 if fit is None else fit.inliers)
        floor = None if fit is None else FloorFit(plane, fit.residual_m)
        return self._map(answer, (depth_m, sigma_m), floor, scale, plane.attitude())

    def _judged(self, stamp_ns: int, fit: LevelFit | None) -> Scale:
        if fit is None:
            return self._scale.judge(stamp_ns, math.nan, 0.0)
        return self._scale.judge(stamp_ns, fit.ratio * self._told_m, fit.inliers)

    def _by_own_floor(self, answer: _Answer, up: NDArray[np.float64] | None) -> DepthMap:
        """Return depth with the scale that a floor tells which leans as the answer has it."""
        stamp_ns = answer.frame.stamp_ns
        prior = self._posture.prior(stamp_ns, measured=False)
        fit = self._finder.find(answer.guess_m, answer.camera, prior)
        height_m, inliers = math.nan, 0.0
        if fit is not None and up is not None and _leans(fit, up):
            fit = None
        if fit is not None:
            height_m, inliers = fit.plane.offset_m, fit.plane.inliers
        scale = self._scale.judge(stamp_ns, height_m, inliers)
        if not answer.focal_known:
            note = "The scale is a guess: the camera is not calibrated."
            scale = replace(scale, known=False, note=note)
        depth_m = answer.guess_m * np.float32(scale.factor)
        return self._map(
            answer, (depth_m, depth_m * answer.log_std), scaled(fit, scale.factor), scale
        )

    def _map(
        self,
        answer: _Answer,
        depth: tuple[NDArray[np.float32], NDArray[np.float32]],
        floor: FloorFit | None,
        scale: Scale,
        attitude: Attitude | None = None,
    ) -> DepthMap:
        depth_m, sigma_m = depth
        far = depth_m > self._s.max_m
        depth_m[far] = sigma_m[far] = np.nan
        scale = worded(scale, answer.word)
        status = self._statuses.known(
            answer.frame, floor, Provenance.MONOCULAR, scale, answer.health
        )
        if attitude is not None:
            status = replace(status, attitude=attitude, height_known=True)
        return depth_map(depth_m, sigma_m, answer.camera, status)


def _leans(fit: FloorFit, up: NDArray[np.float64]) -> bool:
    cosine = float(np.asarray(fit.plane.normal) @ up)
    return cosine < math.cos(math.radians(_MOST_LEAN_DEG))
