"""The graph as a table: nodes, topics, quality of service, settings. Data only.

Launch files, runners, nodes, documentation and tests read it; nothing else says what is wired
to what.
"""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings import (
    BagPlayerSettings,
    BagRecorderSettings,
    CameraNodeSettings,
    DepthEstimatorSettings,
    FaceDetectorSettings,
    ObjectDetectorSettings,
    ObstacleFusionSettings,
    OverlaySettings,
    SegmenterSettings,
    SpeechSettings,
)

CAMERA_FRAME = "camera_optical_frame"
WALKER_FRAME = "walker"


@dataclass(frozen=True)
class Topic:
    """A stream between nodes.

    Parameters
    ----------
    name : str
        Relative, so that a namespace or a remap moves it.
    type : str
        ROS type; empty for what is only handed over inside a process.
    qos : str
        Name of a profile: IMAGE, RESULT or LATCHED.
    text : str
        What it carries, for a person.
    """

    name: str
    type: str
    qos: str
    text: str


@dataclass(frozen=True)
class NodeSpec:
    """A node.

    Parameters
    ----------
    name : str
        Of the node, its executable and its module in ``followme.nodes``.
    settings : type
        Dataclass of its parameters.
    subscribes, publishes : tuple of str
        Topic names.
    optional : tuple of str
        Those of ``subscribes`` that it can do without.
    services : tuple of str
        Beside those of the life cycle.
    critical : bool
        Whether the way from image to ear leads through it.
    gate : str
        How it shares two cores with other networks: "first" goes before all, "after" waits until
        that has ended and runs at a lower priority; empty: it does neither.
    text : str
        What it does, for a person.
    """

    name: str
    settings: type
    subscribes: tuple[str, ...]
    publishes: tuple[str, ...]
    services: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    critical: bool = False
    gate: str = ""
    text: str = ""


TOPICS: dict[str, Topic] = {
    t.name: t
    for t in (
        Topic("camera/image_raw", "sensor_msgs/msg/Image", "IMAGE", "Colour image."),
        Topic("camera/camera_info", "sensor_msgs/msg/CameraInfo", "IMAGE", "Calibration."),
        Topic(
            "camera/depth/image_raw",
            "sensor_msgs/msg/Image",
            "IMAGE",
            "Sensor depth aligned to colour: 16UC1 millimetres or 32FC1 metres.",
        ),
        Topic(
            "camera/truth",
            "",
            "RESULT",
            "What really stands there, where the source knows; inside one process only.",
        ),
        Topic(
            "faces",
            "followme_msgs/msg/DetectionArray",
            "RESULT",
            "Where faces are, with five points on each; never whose.",
        ),
        Topic("objects", "followme_msgs/msg/DetectionArray", "RESULT", "Which things, and where."),
        Topic(
            "segmentation/labels",
            "sensor_msgs/msg/Image",
            "IMAGE",
            "mono8, class of each pixel, 255 unknown, at the size of the image.",
        ),
        Topic(
            "segmentation/confidence",
            "sensor_msgs/msg/Image",
            "IMAGE",
            "mono8, how sure that is, 0 to 255.",
        ),
        Topic(
            "segmentation/label_info",
            "followme_msgs/msg/LabelInfo",
            "LATCHED",
            "What the numbers in the labels mean.",
        ),
        Topic(
            "ego_motion",
            "geometry_msgs/msg/TwistWithCovarianceStamped",
            "RESULT",
            "How the walker moves, in the walker frame, as a source or a robot tells it.",
        ),
        Topic(
            "depth/ego_motion",
            "geometry_msgs/msg/TwistWithCovarianceStamped",
            "RESULT",
            "The same, estimated from images and depth; taken where nobody tells it. NaN unknown.",
        ),
        Topic(
            "depth/image",
            "sensor_msgs/msg/Image",
            "IMAGE",
            "32FC1, metres along the optical axis, NaN unknown.",
        ),
        Topic(
            "depth/sigma",
            "sensor_msgs/msg/Image",
            "IMAGE",
            "32FC1, standard deviation of the depth in metres.",
        ),
        Topic("depth/camera_info", "sensor_msgs/msg/CameraInfo", "IMAGE", "Calibration of it."),
        Topic(
            "depth/status",
            "followme_msgs/msg/DepthStatus",
            "RESULT",
            "Whose metres, floor, pitch, camera height, image health.",
        ),
        Topic(
            "obstacles",
            "followme_msgs/msg/ObstacleArray",
            "RESULT",
            "What stands in the way and the state of sight.",
        ),
        Topic(
            "obstacles/markers",
            "visualization_msgs/msg/MarkerArray",
            "RESULT",
            "The same for RViz and Foxglove.",
        ),
        Topic("obstacles/scan", "sensor_msgs/msg/LaserScan", "RESULT", "The same as a scan."),
        Topic(
            "announcements",
            "followme_msgs/msg/Announcement",
            "RESULT",
            "What was said, cut or dropped, and when it could be heard.",
        ),
        Topic("overlay/image", "sensor_msgs/msg/Image", "IMAGE", "All of it drawn."),
        Topic(
            "overlay/image/compressed",
            "sensor_msgs/msg/CompressedImage",
            "IMAGE",
            "The same as JPEG, for a radio link.",
        ),
    )
}

#: What FollowMe takes from a camera or a robot; what a bag must hold to be played again.
INPUTS = ("camera/image_raw", "camera/camera_info", "camera/depth/image_raw", "ego_motion")

#: Pictures for people who look; no bag needs them.
DRAWN = ("overlay/image", "overlay/image/compressed")

_SEGMENTATION = (
    "segmentation/labels",
    "segmentation/confidence",
    "segmentation/label_info",
)
_NAMES = ("faces", "objects", *_SEGMENTATION)
# a picture does not tell how sure a label is
_PAINTED = ("segmentation/labels", "segmentation/label_info")

NODES: tuple[NodeSpec, ...] = (
    NodeSpec(
        "camera",
        CameraNodeSettings,
        subscribes=(),
        publishes=(
            "camera/image_raw",
            "camera/camera_info",
            "camera/depth/image_raw",
            "camera/truth",
            "ego_motion",
        ),
        critical=True,
        text="Frames from a source.",
    ),
    NodeSpec(
        "face_detector",
        FaceDetectorSettings,
        subscribes=("camera/image_raw", "depth/status"),
        optional=("depth/status",),
        publishes=("faces",),
        gate="after",
        text="Where faces are.",
    ),
    NodeSpec(
        "object_detector",
        ObjectDetectorSettings,
        subscribes=("camera/image_raw", "depth/status"),
        optional=("depth/status",),
        publishes=("objects",),
        gate="after",
        text="Which things an image shows, and where.",
    ),
    NodeSpec(
        "segmenter",
        SegmenterSettings,
        subscribes=("camera/image_raw", "depth/status"),
        optional=("depth/status",),
        publishes=_SEGMENTATION,
        gate="after",
        text="What each pixel shows; unknown where it is less sure than the network's card asks.",
    ),
    NodeSpec(
        "depth_estimator",
        DepthEstimatorSettings,
        subscribes=("camera/image_raw", "camera/camera_info", "camera/depth/image_raw"),
        publishes=(
            "depth/image",
            "depth/sigma",
            "depth/camera_info",
            "depth/status",
            "depth/ego_motion",
        ),
        critical=True,
        gate="first",
        text="Honest metres for each pixel.",
    ),
    NodeSpec(
        "obstacle_fusion",
        ObstacleFusionSettings,
        subscribes=(
            # the calibration stands for the image's age: it is small and comes with each image
            "camera/camera_info",
            "depth/image",
            "depth/sigma",
            "depth/camera_info",
            "depth/status",
            "ego_motion",
            "depth/ego_motion",
            *_NAMES,
        ),
        optional=("ego_motion", "depth/ego_motion", *_NAMES),
        publishes=("obstacles", "obstacles/markers", "obstacles/scan"),
        critical=True,
        text="Obstacles that last, with zones and the state of sight.",
    ),
    NodeSpec(
        "speech",
        SpeechSettings,
        subscribes=("obstacles",),
        publishes=("announcements",),
        services=("~/repeat", "~/describe", "~/hush", "~/status"),
        critical=True,
        text="Says what is worth saying.",
    ),
    NodeSpec(
        "overlay",
        OverlaySettings,
        subscribes=(
            "camera/image_raw",
            "camera/camera_info",
            "depth/status",
            "faces",
            "objects",
            *_PAINTED,
            "obstacles",
            "announcements",
        ),
        optional=("faces", "objects", *_PAINTED),
        publishes=DRAWN,
        text="A picture for people who look.",
    ),
)

#: Beside the way of an image: they are started when somebody asks for them.
BAG_NODES: tuple[NodeSpec, ...] = (
    NodeSpec(
        "bag_player",
        BagPlayerSettings,
        subscribes=("obstacles",),
        optional=("obstacles",),
        publishes=INPUTS,
        text="Plays a bag in the place of the camera, with its own stamps and /clock.",
    ),
    NodeSpec(
        "bag_recorder",
        BagRecorderSettings,
        subscribes=(),
        publishes=(),
        text="Writes topics to a bag (MCAP) as they come, nothing decoded.",
    ),
)

ALL_NODES: tuple[NodeSpec, ...] = (*NODES, *BAG_NODES)
