"""Node object_detector: which things an image shows, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from followme.perception.objects import ObjectDetector
from followme.ros.network_node import NetworkNode
from followme.ros.process import main_of
from followme.settings import ModelSettings, ObjectDetectorSettings
from followme.values.frame import ColourImage


class ObjectDetectorNode(NetworkNode[ObjectDetectorSettings, ObjectDetector]):
    """Publishes the things in each image, once its depth is known."""

    def __init__(self, **wiring: Any) -> None:
        super().__init__("object_detector", "objects", **wiring)
        self._mirror = self.mirror_of("objects")

    def open(self, model: Path, s: ModelSettings) -> ObjectDetector:
        return ObjectDetector(model, s, self.settings.tiles, self.settings.thresholds)

    def began(self, network: ObjectDetector) -> None:
        if self._mirror is not None:
            card = network.card
            self._mirror.name(card.classes, min(card.threshold(name) for name in card.classes))

    def look(self, network: ObjectDetector, image: ColourImage) -> None:
        objects = network.look(image)
        self.publish("objects", objects)
        if self._mirror is not None:
            self._mirror.show(objects, self.frame_id)


main = main_of(ObjectDetectorNode, gives_way=True)
