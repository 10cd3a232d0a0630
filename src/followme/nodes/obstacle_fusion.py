"""Node obstacle_fusion: what stands in the way, and how well FollowMe sees."""

from __future__ import annotations

from typing import Any

from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.graph import WALKER_FRAME
from followme.ros.base_node import BaseNode
from followme.ros.pairing import DepthPairing, LabelPairing
from followme.ros.process import main_of
from followme.ros.transforms import WalkerBroadcast
from followme.ros.views import SeenFromCamera
from followme.settings import ObstacleFusionSettings
from followme.stages.obstacles import ObstacleStage
from followme.values.camera import Attitude
from followme.values.depth_map import DepthMap, DepthStatus
from followme.values.detections import Detections
from followme.values.frame import GreyImage
from followme.values.label_map import LabelMap
from followme.values.obstacle import Obstacles, Sight

# The clock speaks when depth was silent for so many of its periods, so that it never competes
# with depth that comes on time.
_SILENT_PERIODS = 1.5


class ObstacleFusion(BaseNode[ObstacleFusionSettings]):
    """Publishes obstacles for each depth, and by a clock of its own when none comes."""

    def __init__(self, **wiring: Any) -> None:
        super().__init__("obstacle_fusion", **wiring)
        self._stage: ObstacleStage | None = None
        self._pairing = DepthPairing()
        self._labels = LabelPairing()
        self._published_ns = 0
        self._attitude: Attitude | None = None
        self._seen: Obstacles | None = None
        self._tf = WalkerBroadcast(self)
        self.idle_s = 0.5 / self.settings.clock_hz
        # the calibration stands for its image: it is small and comes with each
        self.takes("camera/camera_info", self._image_came)
        self.takes("ego_motion", self._moved)
        self.takes("depth/ego_motion", self._estimated)
        self.takes("depth/image", lambda v, _: self._put("depth", v))
        self.takes("depth/sigma", lambda v, _: self._put("sigma", v))
        self.takes("depth/camera_info", lambda v, _: self._put("info", v))
        self.takes("depth/status", self._status_came)
        self.takes("faces", lambda v, _: self._named(FACES, v))
        self.takes("objects", lambda v, _: self._named(OBJECTS, v))
        self.takes("segmentation/labels", lambda v, _: self._labels_came("labels", v))
        self.takes("segmentation/confidence", lambda v, _: self._labels_came("confidence", v))
        self.takes("segmentation/label_info", lambda v, _: self._labels.info(v))

    def load(self) -> None:
        self._stage = ObstacleStage(self.settings)

    def work(self, item: DepthMap | DepthStatus) -> None:
        assert self._stage is not None
        obstacles = self._stage.see(item, self.clock.now_ns())
        status = item.status if isinstance(item, DepthMap) else item
        self._attitude = status.attitude
        self._publish(obstacles)
        self._tf.send(status.attitude, item.stamp_ns, self.frame_id)
        age_ms = self.note_age(item.stamp_ns)
        if self._timed is not None:
            self._timed("stamp_to_obstacles", age_ms)

    def idle(self) -> None:
        assert self._stage is not None
        now_ns = self.clock.now_ns()
        silent_s = (now_ns - self._published_ns) * 1e-9
        if silent_s >= _SILENT_PERIODS / self.settings.clock_hz:
            self._publish(self._stage.carry(now_ns))

    def restart(self) -> None:
        self._pairing.clear()
        self._labels.clear()
        self._published_ns = 0
        self._attitude = None
        if self._stage is not None:
            self._stage.reset()

    def changed(self) -> None:
        self.idle_s = 0.5 / self.settings.clock_hz
        if self.active:
            self.get_logger().info("rules changed: tracks start afresh")
        self._stage = ObstacleStage(self.settings)

    def free(self) -> None:
        self._stage = self._seen = None
        self.lasting = ""

    def odd(self) -> str:
        stage = self._stage
        if stage is None:
            return ""
        topic = self.ins["camera/camera_info"].resolved
        return stage.lead.sentence(topic) or stage.lag.sentence(topic, self.clock.now_ns())

    def facts(self) -> dict[str, Any]:
        seen = self._seen
        return {
            "sight": "" if seen is None else seen.sight.name.lower(),
            "sight_reason": "" if seen is None else seen.reason,
            "obstacles": 0 if seen is None else len(seen.obstacles),
        }

    def _image_came(self, info: Any, _frame_id: str) -> None:
        if self._stage is not None:
            self._stage.image_came(info.stamp_ns, self.clock.now_ns())

    def _moved(self, motion: Any, _frame_id: str) -> None:
        if self._stage is not None:
            self._stage.moved(motion)

    def _estimated(self, motion: Any, _frame_id: str) -> None:
        if self._stage is not None:
            self._stage.estimated(motion)

    def _status_came(self, status: DepthStatus, frame_id: str) -> None:
        self.frame_id = frame_id
        self._put("status", status)

    def _named(self, who: str, seen: Detections | LabelMap) -> None:
        if self._stage is not None:
            self._stage.named(who, seen)

    def _labels_came(self, part: str, image: GreyImage) -> None:
        try:
            labels = self._labels.put(part, image)
        except ValueError as error:
            # a label that has no name is its sender's mistake: say so, and wait for better ones
            self.trouble(f"segmentation/labels: {error}")
            return
        if labels is not None:
            self._named(LABELS, labels)

    def _put(self, part: str, value: Any) -> None:
        complete = self._pairing.put(part, value)
        if complete is not None:
            self.slot.put(complete)

    def _publish(self, obstacles: Obstacles) -> None:
        self._published_ns = self.clock.now_ns()
        self._seen = obstacles
        blind = obstacles.sight is Sight.BLIND
        before, self.lasting = self.lasting, f"sight is lost: {obstacles.reason}" if blind else ""
        if self.lasting != before:
            self.say_at_once()
        self.publish("obstacles", obstacles)
        if self.wanted("obstacles/markers"):
            self.publish("obstacles/markers", self._drawn(obstacles))
        if self.wanted("obstacles/scan"):
            self.publish("obstacles/scan", obstacles)

    def _drawn(self, obstacles: Obstacles) -> Obstacles | SeenFromCamera:
        if self.settings.markers_frame == WALKER_FRAME or self._attitude is None:
            return obstacles
        return SeenFromCamera(obstacles, self._attitude)


main = main_of(ObstacleFusion)
