"""Makes a bag with truth of the frames that ``followme-train synthetic render`` wrote.

Run it in the environment of tools/env.sh:

    python tools/make_walk_bag.py walks/sample.yaml runs/sample walks/sample

The bag has what a camera and a depth sensor give, as docs/bags.md has it, and what is true:
``truth/obstacles`` (ObstacleArray: what is within 6 m and in the image, exact) and
``truth/depth_status`` (DepthStatus: where the floor is, how the camera stands), with the stamps of
the images.
"""

from __future__ import annotations

import argparse
import array
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage

from followme.evaluation.true_obstacles import TrueObstacles
from followme.graph import CAMERA_FRAME
from followme.outputs.bag_metadata import RecordedTopic
from followme.outputs.bag_writer import BagWriter, BagWriterError
from followme.ros.bag_qos import as_written
from followme.ros.images import info_to_msg
from followme.ros.message_definitions import definition_of
from followme.ros.messages import motion_to_msg, obstacles_to_msg, status_to_msg
from followme.ros.stamps import header
from followme.sources.parts import CLASS_NAMES
from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus, FloorPlane, ImageHealth, Provenance
from followme.values.frame import CameraInfo
from followme.values.motion import Motion
from followme.values.obstacle import Obstacles
from followme_training.datasets.errors import DataError
from followme_training.synthetic.recording import Recording, Taken

IMAGE = "/camera/image_raw/compressed"
INFO = "/camera/camera_info"
DEPTH = "/camera/depth/image_raw/compressedDepth"
MOTION = "/ego_motion"
TRUE_OBSTACLES = "/truth/obstacles"
TRUE_STATUS = "/truth/depth_status"
TYPES = {
    IMAGE: "sensor_msgs/msg/CompressedImage",
    INFO: "sensor_msgs/msg/CameraInfo",
    DEPTH: "sensor_msgs/msg/CompressedImage",
    MOTION: "geometry_msgs/msg/TwistWithCovarianceStamped",
    TRUE_OBSTACLES: "followme_msgs/msg/ObstacleArray",
    TRUE_STATUS: "followme_msgs/msg/DepthStatus",
}
# a stamp of 0 means unknown in a header; the walk begins with the first of January 2026, UTC
BEGIN_NS = 1_767_225_600_000_000_000
# what is smaller in the image is not seen
FEWEST_PX_OF_VGA = 40
FLOOR = CLASS_NAMES.index("floor")
WHOLE_BYTES = 1 << 40


@dataclass(frozen=True)
class KeptFrame:
    """One image of a walk with what came beside it; all stamps are those of the bag.

    Parameters
    ----------
    motion : Motion
        Of the walker.
    camera : Camera
        Of the image.
    image, depth : bytes
        JPEG, and PNG of 16 bits in millimetres.
    status : DepthStatus
        Where the floor truly is.
    """

    motion: Motion
    camera: Camera
    image: bytes
    depth: bytes
    status: DepthStatus


class WalkBag:
    """Writes the messages of a walk.

    Parameters
    ----------
    folder : Path
        Of the bag; must not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = BagWriter(
            folder, split_bytes=WHOLE_BYTES, compression="zstd", ros_distro="jazzy"
        )
        for name, kind in TYPES.items():
            profile = qos_profile_sensor_data if name in (IMAGE, DEPTH) else QoSProfile(depth=5)
            definition = definition_of(kind)
            self._writer.add_topic(RecordedTopic(name, kind, definition, qos=[as_written(profile)]))

    def write(self, kept: KeptFrame, obstacles: Obstacles) -> None:
        """Write what came with one image, and what is true of it."""
        stamp_ns = kept.status.stamp_ns
        messages: tuple[tuple[str, Any], ...] = (
            (MOTION, motion_to_msg(kept.motion)),
            (INFO, info_to_msg(CameraInfo(stamp_ns, kept.camera), CAMERA_FRAME)),
            (DEPTH, _compressed(kept.depth, "16UC1; png compressed", stamp_ns)),
            (IMAGE, _compressed(kept.image, "bgr8; jpeg compressed bgr8", stamp_ns)),
            (TRUE_OBSTACLES, obstacles_to_msg(replace(obstacles, stamp_ns=stamp_ns))),
            (TRUE_STATUS, status_to_msg(kept.status, CAMERA_FRAME)),
        )
        for topic, message in messages:
            self._writer.write(topic, stamp_ns, stamp_ns, serialize_message(message))

    def close(self) -> None:
        """Write what belongs to the end of a bag."""
        self._writer.close()


def kept_frame(taken: Taken, jpeg_quality: int, shrink: int) -> KeptFrame:
    """Return a frame as the bag will have it, small enough to keep a walk of them in memory."""
    frame = taken.frame
    if frame.camera is None or frame.depth_m is None or frame.motion is None:
        raise DataError(f"frame {taken.number}: has no depth, so it belongs into no bag")
    stamp_ns = BEGIN_NS + frame.stamp_ns
    known = frame.depth_m[shrink // 2 :: shrink, shrink // 2 :: shrink]
    counts = np.rint(np.nan_to_num(known) * 1000.0).astype(np.uint16)
    return KeptFrame(
        replace(frame.motion, stamp_ns=stamp_ns),
        frame.camera,
        encoded(".jpg", frame.bgr, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]),
        encoded(".png", counts, [cv2.IMWRITE_PNG_COMPRESSION, 9]),
        true_status(taken, stamp_ns),
    )


def _compressed(data: bytes, format: str, stamp_ns: int) -> CompressedImage:
    message = CompressedImage(header=header(stamp_ns, CAMERA_FRAME), format=format)
    # an array.array is taken as it is, other bytes are looked at one by one
    message.data = array.array("B", data)
    return message


def encoded(ending: str, pixels: NDArray[Any], options: list[int]) -> bytes:
    """Return the bytes of an image file."""
    done, data = cv2.imencode(ending, pixels, options)
    if not done:
        raise DataError("make_walk_bag: an image could not be encoded")
    return bytes(data)


def true_status(taken: Taken, stamp_ns: int) -> DepthStatus:
    """Return where the floor truly is."""
    normal = taken.attitude.floor_normal()
    seen = float((taken.seen.labels == FLOOR).mean())
    plane = FloorPlane((normal[0], normal[1], normal[2]), taken.attitude.height_m, seen)
    return DepthStatus(
        stamp_ns=stamp_ns,
        provenance=Provenance.SENSOR,
        scale=1.0,
        scale_known=True,
        residual_m=0.0,
        floor=plane,
        attitude=taken.attitude,
        height_known=True,
        valid_fraction=float(np.isfinite(taken.frame.depth_m).mean()),
        image=ImageHealth(),
    )


def visible(taken: Taken) -> list[int]:
    """Return the ids of the things that an image shows."""
    ids, counts = np.unique(taken.seen.ids, return_counts=True)
    fewest = FEWEST_PX_OF_VGA * taken.seen.ids.size / (640 * 480)
    return [int(i) for i, n in zip(ids, counts, strict=True) if i and n >= fewest]


def make(scene: Path, frames: Path, folder: Path, jpeg_quality: int, shrink: int) -> int:
    """Write the bag of a walk and return how many images it has.

    Raises
    ------
    DataError
        When frames are missing, or of another scene.
    BagWriterError
        When the folder exists already.
    """
    bag = WalkBag(folder)
    recording = Recording(scene, frames)
    truth = TrueObstacles()
    source = recording.source
    kept = []
    for taken in recording.take():
        time_s = taken.frame.stamp_ns * 1e-9
        body = recording.walk.scene.path.pose_at(time_s)
        turn = source.sight_pose_at(time_s).yaw_rad - body.yaw_rad
        truth.add(time_s, body, source.outlines_at(time_s), visible(taken), turn)
        kept.append(kept_frame(taken, jpeg_quality, shrink))
    # speeds are known when the walk has ended
    for frame, obstacles in zip(kept, truth.all(), strict=True):
        bag.write(frame, obstacles)
    bag.close()
    return len(kept)


def main(arguments: list[str] | None = None) -> int:
    """Make a bag; return 2 on a user's mistake."""
    parser = argparse.ArgumentParser(description="Makes a bag with truth of rendered frames.")
    parser.add_argument("scene", type=Path, help="YAML file of the walk")
    parser.add_argument("frames", type=Path, help="--out of followme-train synthetic render")
    parser.add_argument("bag", type=Path, help="folder of the bag; must not exist")
    parser.add_argument("--jpeg-quality", type=int, default=80, help="of the images; 80")
    parser.add_argument(
        "--shrink-depth", type=int, default=2, help="times that depth has fewer rows; 2"
    )
    given = parser.parse_args(arguments)
    try:
        count = make(given.scene, given.frames, given.bag, given.jpeg_quality, given.shrink_depth)
    except (DataError, BagWriterError) as error:
        print(f"make_walk_bag: {error}", file=sys.stderr)
        return 2
    size = sum(file.stat().st_size for file in given.bag.iterdir())
    print(f"{given.bag}: {count} images, {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
