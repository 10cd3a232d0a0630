"""Node overlay: a picture of all that is known, drawn only while somebody looks."""

from __future__ import annotations

import time
from typing import Any

from followme.drawing.overlay import draw_overlay
from followme.health.awaited import Awaited
from followme.ros.base_node import BaseNode
from followme.ros.pairing import LabelPairing
from followme.ros.process import main_of
from followme.settings import OverlaySettings
from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus
from followme.values.detections import Detections
from followme.values.frame import CameraInfo, ColourImage, GreyImage
from followme.values.intent import Announcement, Outcome
from followme.values.label_map import LabelMap
from followme.values.obstacle import Obstacles

# Faces that were silent for so long are not waited for.
_FACES_SILENT_S = 0.7
_IMAGES_KEPT = 5


class Overlay(BaseNode[OverlaySettings]):
    """Draws the newest results over the newest image, or over the newest whose faces are known.

    While faces come, an image waits for its own, so that they can be blurred.
    """

    def __init__(self, **wiring: Any) -> None:
        super().__init__("overlay", **wiring)
        self._camera: Camera | None = None
        self._status: DepthStatus | None = None
        self._obstacles: Obstacles | None = None
        self._saying = ""
        self._objects: Detections | None = None
        self._labels: LabelMap | None = None
        self._label_pairing = LabelPairing(with_confidence=False)
        self._faces_s = float("-inf")
        self._images: Awaited[ColourImage] = Awaited(_IMAGES_KEPT)
        self.takes("camera/image_raw", self._image_came)
        self.takes("camera/camera_info", self._info_came)
        self.takes("depth/status", self._status_came)
        self.takes("faces", self._faces_came)
        self.takes("objects", self._objects_came)
        self.takes("segmentation/labels", self._labels_came)
        self.takes("segmentation/label_info", lambda v, _: self._label_pairing.info(v))
        self.takes("obstacles", self._obstacles_came)
        self.takes("announcements", self._announcement_came)

    def work(self, item: tuple[ColourImage, Detections | None]) -> None:
        wanted = [topic for topic in self.spec.publishes if self.wanted(topic)]
        if not wanted:
            return
        image, faces = item
        picture = draw_overlay(
            image,
            camera=self._camera,
            status=self._status,
            obstacles=self._obstacles,
            corridor=self.settings.corridor,
            saying=self._saying,
            now_ns=self.clock.now_ns(),
            faces=faces,
            objects=self._objects,
            labels=self._labels if self.settings.draw_labels else None,
        )
        for topic in wanted:
            self.publish(topic, ColourImage(image.stamp_ns, picture))
        self.note_age(image.stamp_ns)

    def restart(self) -> None:
        self._status = self._obstacles = self._objects = self._labels = None
        self._label_pairing.clear()
        self._faces_s = float("-inf")
        self._images.clear()
        self._saying = ""

    def _image_came(self, image: ColourImage, frame_id: str) -> None:
        self.frame_id = frame_id
        if self.settings.keep_faces or time.monotonic() - self._faces_s > _FACES_SILENT_S:
            self.slot.put((image, None))
            return
        self._images.put(image.stamp_ns, image)

    def _faces_came(self, faces: Detections, _frame_id: str) -> None:
        self._faces_s = time.monotonic()
        image = self._images.take(faces.stamp_ns)
        if image is not None:
            self.slot.put((image, faces))

    def _objects_came(self, objects: Detections, _frame_id: str) -> None:
        self._objects = objects

    def _labels_came(self, image: GreyImage, _frame_id: str) -> None:
        try:
            labels = self._label_pairing.put("labels", image)
        except ValueError as error:
            # a label that has no name is its sender's mistake: say so, and wait for better ones
            self.trouble(f"segmentation/labels: {error}")
            return
        if labels is not None:
            self._labels = labels

    def _info_came(self, info: CameraInfo, _frame_id: str) -> None:
        self._camera = info.camera

    def _status_came(self, status: DepthStatus, _frame_id: str) -> None:
        self._status = status

    def _obstacles_came(self, obstacles: Obstacles, _frame_id: str) -> None:
        self._obstacles = obstacles

    def _announcement_came(self, announcement: Announcement, _frame_id: str) -> None:
        began = announcement.outcome is Outcome.STARTED
        if began or announcement.text == self._saying:
            self._saying = announcement.text if began else ""


main = main_of(Overlay)
