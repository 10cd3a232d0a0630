"""What travels on each topic: the message type, and how a value becomes one and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from geometry_msgs.msg import TwistWithCovarianceStamped
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, LaserScan
from visualization_msgs.msg import MarkerArray

from followme.imaging.codec import ImageCodecError
from followme.ros import detection_messages, images, messages, views
from followme.ros.stamps import stamp_ns
from followme_msgs.msg import (
    Announcement,
    DepthStatus,
    DetectionArray,
    LabelInfo,
    ObstacleArray,
)


@dataclass(frozen=True)
class Wire:
    """One topic on the wire.

    Parameters
    ----------
    type : type
        Message class.
    pack : callable
        From a value and the frame id of its source to a message.
    unpack : callable or None
        From a message to a value; None where no node of FollowMe subscribes.
    """

    type: type
    pack: Callable[[Any, str], Any]
    unpack: Callable[[Any], Any] | None = None


def stamped(unpack: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what refuses an image whose age nobody can tell, and reads every other one."""

    def read(msg: Image | CompressedImage) -> Any:
        if stamp_ns(msg.header) == 0:
            kind = msg.encoding if isinstance(msg, Image) else msg.format
            raise ImageCodecError(
                f"{kind} image: its stamp is zero, so that nobody can tell how old it is; "
                "let its driver stamp it at capture"
            )
        return unpack(msg)

    return read


_COLOUR = Wire(Image, images.colour_to_msg, stamped(images.colour_from_msg))
_METRES = Wire(Image, images.depth_to_msg, stamped(images.depth_from_msg))
_GREY = Wire(Image, images.grey_to_msg, stamped(images.grey_from_msg))
_INFO = Wire(CameraInfo, images.info_to_msg, images.info_from_msg)
_FOUND = Wire(
    DetectionArray, detection_messages.detections_to_msg, detection_messages.detections_from_msg
)

#: By topic name of the graph. A topic that is not here is handed over inside a process only.
WIRES: dict[str, Wire] = {
    "camera/image_raw": _COLOUR,
    "camera/camera_info": _INFO,
    "camera/depth/image_raw": _METRES,
    "faces": _FOUND,
    "objects": _FOUND,
    "segmentation/labels": _GREY,
    "segmentation/confidence": _GREY,
    "segmentation/label_info": Wire(
        LabelInfo, detection_messages.label_info_to_msg, detection_messages.label_info_from_msg
    ),
    "ego_motion": Wire(
        TwistWithCovarianceStamped, messages.motion_to_msg, messages.motion_from_msg
    ),
    "depth/ego_motion": Wire(
        TwistWithCovarianceStamped, messages.motion_to_msg, messages.motion_from_msg
    ),
    "depth/image": _METRES,
    "depth/sigma": _METRES,
    "depth/camera_info": _INFO,
    "depth/status": Wire(DepthStatus, messages.status_to_msg, messages.status_from_msg),
    "obstacles": Wire(ObstacleArray, messages.obstacles_to_msg, messages.obstacles_from_msg),
    "obstacles/markers": Wire(MarkerArray, views.markers_of),
    "obstacles/scan": Wire(LaserScan, views.scan_of),
    "announcements": Wire(
        Announcement, messages.announcement_to_msg, messages.announcement_from_msg
    ),
    "overlay/image": _COLOUR,
    "overlay/image/compressed": Wire(CompressedImage, images.colour_to_compressed),
}
