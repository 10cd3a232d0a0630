"""Camera drivers that robots already have, and how they call their topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Driver:
    """A camera driver of another package.

    Parameters
    ----------
    namespace : str
        Where its own launch file publishes.
    topics : mapping of str to str
        By topic of the graph, its own name below that namespace.
    """

    namespace: str
    topics: Mapping[str, str]


#: By package name.
DRIVERS: dict[str, Driver] = {
    # rs_launch.py with enable_sync:=true align_depth.enable:=true (version 4.55 and newer)
    "realsense2_camera": Driver(
        "/camera/camera",
        {
            "camera/image_raw": "color/image_raw",
            "camera/camera_info": "color/camera_info",
            "camera/depth/image_raw": "aligned_depth_to_color/image_raw",
        },
    ),
    # camera.launch.py calls its one camera camera1
    "usb_cam": Driver(
        "/camera1",
        {"camera/image_raw": "image_raw", "camera/camera_info": "camera_info"},
    ),
}
