"""Node overlay: a picture of all that is known, drawn only while somebody looks."""

from __future__ import annotations

from typing import Any

from followme.drawing.overlay import draw_overlay
from followme.ros.base_node import BaseNode
from followme.ros.process import main_of
from followme.settings import OverlaySettings
from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus
from followme.values.frame import CameraInfo, ColourImage
from followme.values.intent import Announcement, Outcome
from followme.values.obstacle import Obstacles


class Overlay(BaseNode[OverlaySettings]):
    """Draws the newest results over the newest image."""

    def __init__(self, **wiring: Any) -> None:
        super().__init__("overlay", **wiring)
        self._camera: Camera | None = None
        self._status: DepthStatus | None = None
        self._obstacles: Obstacles | None = None
        self._saying = ""
        self.takes("camera/image_raw", self._image_came)
        self.takes("camera/camera_info", self._info_came)
        self.takes("depth/status", self._status_came)
        self.takes("obstacles", self._obstacles_came)
        self.takes("announcements", self._announcement_came)

    def work(self, item: ColourImage) -> None:
        if not self.wanted("overlay/image"):
            return
        picture = draw_overlay(
            item,
            camera=self._camera,
            status=self._status,
            obstacles=self._obstacles,
            corridor=self.settings.corridor,
            saying=self._saying,
            now_ns=self.clock.now_ns(),
        )
        self.publish("overlay/image", ColourImage(item.stamp_ns, picture))
        self.note_age(item.stamp_ns)

    def restart(self) -> None:
        self._status = self._obstacles = None
        self._saying = ""

    def _image_came(self, image: ColourImage, frame_id: str) -> None:
        self.frame_id = frame_id
        self.slot.put(image)

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
