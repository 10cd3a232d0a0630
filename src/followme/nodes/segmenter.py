"""Node segmenter: what each pixel shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from followme.perception.segmentation import Segmenter
from followme.ros.network_node import NetworkNode
from followme.ros.process import main_of
from followme.settings import ModelSettings, SegmenterSettings
from followme.stages.names import EveryNth
from followme.values.frame import ColourImage, GreyImage


class SegmenterNode(NetworkNode[SegmenterSettings, Segmenter]):
    """Publishes labels and how sure they are, of every n-th image, once its depth is known."""

    def __init__(self, **wiring: Any) -> None:
        super().__init__("segmenter", "segmentation", **wiring)
        self._every = EveryNth()

    def open(self, model: Path, s: ModelSettings) -> Segmenter:
        return Segmenter(model, s)

    def began(self, network: Segmenter) -> None:
        self.publish("segmentation/label_info", network.info(self.clock.now_ns()))

    def look(self, network: Segmenter, image: ColourImage) -> None:
        seen = network.look(image)
        self.publish("segmentation/confidence", GreyImage(seen.stamp_ns, seen.confidence))
        # last, because with it the instant is complete
        self.publish("segmentation/labels", GreyImage(seen.stamp_ns, seen.labels))

    def restart(self) -> None:
        self._every.reset()

    def image_came(self, image: ColourImage, frame_id: str) -> None:
        if self._every.due(self.settings.every):
            super().image_came(image, frame_id)


main = main_of(SegmenterNode, gives_way=True)
