"""Node depth_estimator: honest metres for each image."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from typing import Any

import numpy as np

from followme.ros.base_node import BaseNode
from followme.ros.gate import Gate
from followme.ros.images import float_image
from followme.ros.pairing import FramePairing
from followme.ros.process import main_of
from followme.settings import DepthEstimatorSettings
from followme.stages.depth import DepthStage
from followme.values.depth_map import DepthMap, DepthStatus
from followme.values.frame import CameraInfo, DepthImage, Frame

# What the codec takes a count of 16 bits for (REP-118).
_MILLIMETRE = 0.001


class DepthEstimator(BaseNode[DepthEstimatorSettings]):
    """Pairs image, calibration and sensor depth; publishes depth and its status.

    Parameters
    ----------
    gate : Gate, optional
        Shared by the networks of one process; this one goes first.
    wiring
        As for BaseNode.
    """

    #: An image that waits for its depth is looked after this often.
    idle_s = 0.02
    #: By then nobody sees any more.
    hangs_s = 0.7

    def __init__(self, gate: Gate | None = None, **wiring: Any) -> None:
        super().__init__("depth_estimator", **wiring)
        self._gate = gate
        self._stage: DepthStage | None = None
        self._motion_known = False
        self._status: DepthStatus | None = None
        self._pairing = FramePairing(self.settings.pair_wait_s)
        self.takes("camera/image_raw", self._image_came)
        self.takes("camera/camera_info", lambda v, _: self._put(self._pairing.info(v, _now_s())))
        self.takes("camera/depth/image_raw", self._depth_came)

    def load(self) -> None:
        self._stage = DepthStage(self.settings)
        network = self._stage.network
        self._pairing.network = network is not None
        if network is None:
            self.get_logger().info("no depth network: only a depth sensor gives metres")

    def work(self, item: Frame) -> None:
        # its own to the end: one that hung may come back when the node has a new one
        stage, gate = self._stage, self._gate
        assert stage is not None
        # until it is published, so that fusion wakes before the networks that wait
        with nullcontext() if gate is None else gate.first(item.stamp_ns):
            result = stage.estimate(item)
            motion = stage.motion(item, result)
            self._motion_known = motion is not None and not math.isnan(motion.speed_mps)
            if motion is not None:
                self.publish("depth/ego_motion", motion)
            self.note_age(item.stamp_ns)
            self._status = result.status if isinstance(result, DepthMap) else result
            if isinstance(result, DepthMap):
                self._publish_map(result)
            else:
                self._publish_status(result)

    def idle(self) -> None:
        frame = self._pairing.overdue(_now_s())
        if frame is not None:
            self.work(frame)

    def restart(self) -> None:
        if self._gate is not None:
            self._gate.expect()
        self._pairing.clear()
        if self._stage is not None:
            self._stage.reset()

    def changed(self) -> None:
        self._pairing.wait_s = self.settings.pair_wait_s

    def free(self) -> None:
        stage, self._stage = self._stage, None
        if stage is not None:
            stage.close()

    def odd(self) -> str:
        pairing, topic = self._pairing, self.ins["camera/depth/image_raw"].resolved
        return pairing.fit.sentence(topic, pairing.late_s, pairing.wait_s)

    def facts(self) -> dict[str, Any]:
        network = None if self._stage is None else self._stage.network
        status = self._status
        return {
            "depth_from": "" if status is None else status.provenance.name.lower(),
            "depth_note": "" if status is None else status.note,
            "depth_residual_m": math.nan if status is None else status.residual_m,
            "depth_scale": math.nan if status is None else status.scale,
            "depth_scale_known": status is not None and status.scale_known,
            "ego_motion": "estimated from images" if self._motion_known else "unknown from images",
            "frames_incomplete": self._pairing.incomplete,
            "model": "none" if network is None else network.file.name,
            "model_sha256": "" if network is None else network.card.sha256,
            "sensor_late_s": self._pairing.late_s,
        }

    def _image_came(self, image: Any, frame_id: str) -> None:
        self.frame_id = frame_id
        if self._gate is not None and self.active:
            self._gate.expect()
        self._put(self._pairing.image(image, _now_s()))

    def _depth_came(self, depth: DepthImage, _frame_id: str) -> None:
        count_m = self.settings.depth.count_m
        if depth.counted and count_m != _MILLIMETRE:
            metres = depth.depth_m * np.float32(count_m / _MILLIMETRE)
            depth = float_image(metres, depth.stamp_ns)
        self._put(self._pairing.depth(depth, _now_s()))

    def _put(self, frame: Frame | None) -> None:
        if frame is not None:
            self.slot.put(frame)

    def _publish_map(self, depth: DepthMap) -> None:
        self.publish("depth/image", float_image(depth.depth_m, depth.stamp_ns))
        self.publish("depth/sigma", float_image(depth.sigma_m, depth.stamp_ns))
        self.publish("depth/camera_info", CameraInfo(depth.stamp_ns, depth.camera))
        # last, because with it the instant is complete
        self._publish_status(depth.status)

    def _publish_status(self, status: DepthStatus) -> None:
        self.publish("depth/status", status)


def _now_s() -> float:
    return time.monotonic()


main = main_of(DepthEstimator)
