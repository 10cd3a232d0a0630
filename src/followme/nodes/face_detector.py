"""Node face_detector: where faces are, with five points on each; never whose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from followme.perception.faces import FACE, FaceDetector
from followme.ros.network_node import NetworkNode
from followme.ros.process import main_of
from followme.settings import FaceDetectorSettings, ModelSettings
from followme.values.frame import ColourImage


class FaceDetectorNode(NetworkNode[FaceDetectorSettings, FaceDetector]):
    """Publishes the faces of each image, once its depth is known."""

    def __init__(self, **wiring: Any) -> None:
        super().__init__("face_detector", "face", **wiring)
        self._mirror = self.mirror_of("faces")

    def open(self, model: Path, s: ModelSettings) -> FaceDetector:
        return FaceDetector(model, s, self.settings.tiles, self.settings.thresholds)

    def began(self, network: FaceDetector) -> None:
        if self._mirror is not None:
            self._mirror.name((FACE,), network.card.threshold(FACE))

    def look(self, network: FaceDetector, image: ColourImage) -> None:
        faces = network.look(image)
        self.publish("faces", faces)
        if self._mirror is not None:
            self._mirror.show(faces, self.frame_id)


main = main_of(FaceDetectorNode, gives_way=True)
