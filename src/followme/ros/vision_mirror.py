"""Detections once more as vision_msgs has them, for tools that know only those."""

from __future__ import annotations

import importlib
from typing import Any

from followme.ros.qos import profile
from followme.ros.stamps import header, to_time
from followme.settings import SettingsError
from followme.values.detections import Detections


class VisionMirror:
    """Publishes ``<topic>/detection2d`` and, latched, ``<topic>/vision_info``.

    Parameters
    ----------
    node : LifecycleNode
        Whose topics they are.
    topic : str
        What is mirrored.

    Raises
    ------
    SettingsError
        When vision_msgs is not installed.
    """

    def __init__(self, node: Any, topic: str) -> None:
        try:
            # only here: the package is on robots, not among the wheels
            self._msg: Any = importlib.import_module("vision_msgs.msg")
        except ImportError as error:
            raise SettingsError(
                f"mirror: vision_msgs cannot be imported ({error}); install it with "
                "'sudo apt-get install ros-jazzy-vision-msgs' or set mirror to false"
            ) from error
        self._node = node
        self._found = node.create_lifecycle_publisher(
            self._msg.Detection2DArray, f"{topic}/detection2d", profile("RESULT")
        )
        self._info = node.create_lifecycle_publisher(
            self._msg.LabelInfo, f"{topic}/vision_info", profile("LATCHED")
        )

    def name(self, names: tuple[str, ...], threshold: float) -> None:
        """Publish which classes there are."""
        info = self._msg.LabelInfo(
            class_map=[
                self._msg.VisionClass(class_id=i, class_name=name) for i, name in enumerate(names)
            ],
            threshold=threshold,
        )
        info.header.stamp = to_time(self._node.clock.now_ns())
        self._info.publish(info)

    def show(self, found: Detections, frame_id: str) -> None:
        """Publish the things found in an image."""
        if self._found.get_subscription_count() == 0:
            return
        stamped = header(found.stamp_ns, frame_id)
        detections = [self._detection(found, i, stamped) for i in range(len(found))]
        self._found.publish(self._msg.Detection2DArray(header=stamped, detections=detections))

    def _detection(self, found: Detections, i: int, stamped: Any) -> Any:
        x1, y1, x2, y2 = found.xyxy[i].tolist()
        detection = self._msg.Detection2D(header=stamped)
        detection.bbox.center.position.x = (x1 + x2) / 2
        detection.bbox.center.position.y = (y1 + y2) / 2
        detection.bbox.size_x, detection.bbox.size_y = x2 - x1, y2 - y1
        result = self._msg.ObjectHypothesisWithPose()
        # the name, which no table is needed for; tools differ on what a number in it means
        result.hypothesis.class_id = found.name[i]
        result.hypothesis.score = float(found.score[i])
        detection.results = [result]
        return detection
