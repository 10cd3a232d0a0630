"""From an image to metres: image health, network where it is needed, sensor, floor."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from followme.geometry.ego_motion import EgoMotion
from followme.geometry.metric_depth import NO_METRE, MetricDepth
from followme.health.frozen_depth import FrozenDepth
from followme.health.image_health import ImageJudge
from followme.perception.depth import DepthNetwork
from followme.perception.model_file import find_model
from followme.settings import DepthEstimatorSettings
from followme.values.depth_map import (
    DepthMap,
    DepthStatus,
    ImageHealth,
    ImageState,
    MonocularDepth,
)
from followme.values.frame import Frame
from followme.values.motion import Motion

# Of such an image a network would tell what it has learnt, not what is there.
_SHOWS_NOTHING = {ImageState.DARK, ImageState.BRIGHT, ImageState.COVERED, ImageState.FROZEN}
# Widths over heights that differ by less come from rounding.
_ALIGNED = 0.02
_FROZEN = "The depth sensor repeats its last frame: it is not used."


class DepthStage:
    """Honest metres for each frame.

    Parameters
    ----------
    s : DepthEstimatorSettings
        Which network, which floor, which work size.

    Raises
    ------
    ModelError
        When a model file was asked for and cannot be used.
    """

    def __init__(self, s: DepthEstimatorSettings) -> None:
        model = find_model("depth", s.model)
        self.network = None if model is None else DepthNetwork(model, s.model)
        self._use_sensor = s.use_sensor
        self._fusion = s.fusion
        self._metric = MetricDepth(s.depth, s.floor, s.walker, s.fusion)
        self._frozen = FrozenDepth(s.image.frozen_s)
        self._ego_motion = EgoMotion(s.motion) if s.motion.enabled else None
        self._judge = ImageJudge(s.image)

    def estimate(self, frame: Frame) -> DepthMap | DepthStatus:
        """Return depth with its status, or the status alone where distance cannot be judged.

        A sensor that repeats its last frame is not used while the image goes on, nor one whose
        depth has another shape than the image, over which it would be stretched.
        """
        unaligned = _unaligned(frame) if self._use_sensor else ""
        if unaligned or not self._use_sensor:
            frame = replace(frame, depth_m=None)
        health = self._judge.judge(frame.bgr, frame.stamp_ns)
        frozen = self._frozen.judge(frame.depth_m, frame.stamp_ns) and not health.frozen
        if frozen:
            frame = replace(frame, depth_m=None)
        in_vain = self.network is not None and not self._metric.can_use_guess(frame)
        guess = None if in_vain else self._guess(frame, health)
        result = self._metric.estimate(frame, guess, health)
        if in_vain:
            result = _noted(result, NO_METRE)
        word = _FROZEN if frozen else unaligned
        return _noted(result, word) if word else result

    def _guess(self, frame: Frame, health: ImageHealth) -> MonocularDepth | None:
        """Ask the network where the sensor leaves much open and the image shows something.

        On two cores a network that would only repeat what a sensor measured stays off.
        """
        if self.network is None or health.state in _SHOWS_NOTHING:
            return None
        if frame.depth_m is not None:
            known = float(np.count_nonzero(np.isfinite(frame.depth_m))) / frame.depth_m.size
            if not self._fusion.enabled or known >= self._fusion.fill_below:
                return None
        return self.network.infer(frame)

    def motion(self, frame: Frame, depth: DepthMap | DepthStatus) -> Motion | None:
        """Return how the walker moves, as the images and their depth tell it.

        Parameters
        ----------
        frame : Frame
            The one that ``depth`` was estimated of.
        depth : DepthMap or DepthStatus
            Without a map nothing can be estimated.

        Returns
        -------
        Motion or None
            NaN: it cannot be told; None: it is not to be estimated.
        """
        if self._ego_motion is None:
            return None
        if not isinstance(depth, DepthMap):
            self._ego_motion.reset()
            return Motion(frame.stamp_ns, math.nan, math.nan, math.nan)
        return self._ego_motion.estimate(frame.bgr, depth)

    def reset(self) -> None:
        """Forget what was carried from earlier frames: time jumped."""
        self._metric.reset()
        if self._ego_motion is not None:
            self._ego_motion.reset()
        self._judge.reset()
        self._frozen.reset()

    def close(self) -> None:
        """Free the network."""
        if self.network is not None:
            self.network.close()


def _unaligned(frame: Frame) -> str:
    """Return in a sentence why sensor depth cannot lie over the image; empty when it can."""
    if frame.depth_m is None:
        return ""
    (height, width), (rows, columns) = frame.bgr.shape[:2], frame.depth_m.shape
    # the shape that fits may be off by a pixel, which is much of a tiny one
    off_px = abs(columns * height / width - rows)
    if off_px <= max(1.0, _ALIGNED * rows):
        return ""
    return (
        f"The sensor's depth is {columns}x{rows}, its image {width}x{height}: it is not aligned to "
        "colour and is not used; give the topic of depth that is."
    )


def _noted(result: DepthMap | DepthStatus, word: str) -> DepthMap | DepthStatus:
    """Return a result whose note begins with a sentence."""
    if isinstance(result, DepthMap):
        note = f"{word} {result.status.note}".strip()
        return replace(result, status=replace(result.status, note=note))
    return replace(result, note=word)
