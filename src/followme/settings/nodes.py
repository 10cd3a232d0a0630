"""The settings of each node: what its ROS parameters are."""

from __future__ import annotations

from dataclasses import dataclass, field

from followme.settings.depth import DepthSettings, FloorSettings
from followme.settings.depth_fusion import DepthFusionSettings
from followme.settings.geometry import CorridorSettings, DistanceSettings, ZoneSettings
from followme.settings.ground import GroundSettings
from followme.settings.health import ImageHealthSettings, SightSettings
from followme.settings.motion import EgoMotionSettings
from followme.settings.perception import (
    AFTER_DEPTH,
    AUTOSTART,
    DetectorSettings,
    ModelSettings,
    image_transport,
)
from followme.settings.setting import setting
from followme.settings.speech import PhraseSettings, SchedulerSettings, VoiceSettings
from followme.settings.tracking import (
    HysteresisSettings,
    NamingSettings,
    TrackingSettings,
    UnrangedSettings,
)
from followme.settings.walker import WalkerSettings


@dataclass(frozen=True)
class CameraNodeSettings:
    """Node camera: frames from a source."""

    autostart: bool = setting(True, AUTOSTART, read_only=True)
    source: str = setting(
        "synthetic",
        "synthetic; webcam:0 or webcam:/dev/video0; a folder of images, of RGB-D frames or of a "
        "bag; a bag or a video file.",
        read_only=True,
    )
    remaps: str = setting(
        "",
        "For a bag with topics of other names: /theirs:=camera/image_raw, with commas or spaces "
        "between. They are found by their types where nothing is said.",
        read_only=True,
    )
    rate_hz: float = setting(
        10.0, "Frames a second.", unit="Hz", low=0.1, high=60.0, read_only=True
    )
    loop: bool = setting(False, "Begin again when the source ends.", read_only=True)
    width: int = setting(
        640,
        "Of synthetic images; a webcam is asked for it.",
        unit="px",
        low=16,
        high=4096,
        read_only=True,
    )
    height: int = setting(
        480,
        "Of synthetic images; a webcam is asked for it.",
        unit="px",
        low=16,
        high=4096,
        read_only=True,
    )
    seed: int = setting(0, "Of the synthetic noise.", low=0, high=2**31 - 1, read_only=True)
    calibration: str = setting(
        "",
        "A camera_info file (YAML, as ROS camera_calibration writes it), valid for every image; "
        "empty: what the source brings.",
        read_only=True,
    )
    field_of_view_deg: float = setting(
        0.0,
        "Horizontal field of view, for a source without calibration: makes a nominal one; 0 when "
        "nobody knows it.",
        unit="deg",
        low=0.0,
        high=179.0,
        read_only=True,
    )
    frame_id: str = setting("camera_optical_frame", "Frame of the images.", read_only=True)
    exit_at_end: bool = setting(
        False, "End the process when the source ends; else the node waits.", read_only=True
    )
    wait_s: float = setting(
        0.0,
        "The source begins when all critical nodes take its images, at the latest after this long.",
        unit="s",
        low=0.0,
        high=120.0,
        read_only=True,
    )


@dataclass(frozen=True)
class FaceDetectorSettings(DetectorSettings):
    """Node face_detector: where faces are, to blur them and to know people."""


@dataclass(frozen=True)
class ObjectDetectorSettings(DetectorSettings):
    """Node object_detector: which things an image shows."""


@dataclass(frozen=True)
class SegmenterSettings:
    """Node segmenter: what each pixel shows."""

    autostart: bool = setting(True, AUTOSTART, read_only=True)
    image_transport: str = image_transport()
    after_depth: bool = setting(True, AFTER_DEPTH)
    every: int = setting(3, "Look at every so many images only.", low=1, high=30)
    model: ModelSettings = field(default_factory=ModelSettings)


@dataclass(frozen=True)
class DepthEstimatorSettings:
    """Node depth_estimator: metres for each pixel."""

    autostart: bool = setting(True, AUTOSTART, read_only=True)
    image_transport: str = image_transport()
    depth_image_transport: str = setting(
        "raw",
        "The same for the sensor's depth. compressed, compressedDepth: 16 bits as PNG, on "
        "camera/depth/image_raw/compressed or .../compressedDepth.",
        choices=("raw", "compressed", "compressedDepth"),
        read_only=True,
    )
    use_sensor: bool = setting(
        True, "Take the metres of a depth sensor where there is one; false: of the network alone."
    )
    pair_wait_s: float = setting(
        0.05,
        "How long an image waits for sensor depth of its own stamp, or within 20 ms of it.",
        unit="s",
        low=0.0,
        high=0.5,
    )
    model: ModelSettings = field(default_factory=ModelSettings)
    walker: WalkerSettings = field(default_factory=WalkerSettings)
    depth: DepthSettings = field(default_factory=DepthSettings)
    fusion: DepthFusionSettings = field(default_factory=DepthFusionSettings)
    floor: FloorSettings = field(default_factory=FloorSettings)
    motion: EgoMotionSettings = field(default_factory=EgoMotionSettings)
    image: ImageHealthSettings = field(default_factory=ImageHealthSettings)


@dataclass(frozen=True)
class ObstacleFusionSettings:
    """Node obstacle_fusion: obstacles that last."""

    autostart: bool = setting(True, AUTOSTART, read_only=True)
    clock_hz: float = setting(
        10.0, "Obstacles are published at least this often.", unit="Hz", low=1.0, high=50.0
    )
    markers_frame: str = setting(
        "walker",
        "Frame of obstacles/markers. walker: tf leads there where tf2_msgs is installed; "
        "camera_optical_frame: that of the image, whatever it is called, and no tf is needed.",
        choices=("walker", "camera_optical_frame"),
    )
    walker: WalkerSettings = field(default_factory=WalkerSettings)
    corridor: CorridorSettings = field(default_factory=CorridorSettings)
    distance: DistanceSettings = field(default_factory=DistanceSettings)
    ground: GroundSettings = field(default_factory=GroundSettings)
    zones: ZoneSettings = field(default_factory=ZoneSettings)
    hysteresis: HysteresisSettings = field(default_factory=HysteresisSettings)
    tracking: TrackingSettings = field(default_factory=TrackingSettings)
    naming: NamingSettings = field(default_factory=NamingSettings)
    unranged: UnrangedSettings = field(default_factory=UnrangedSettings)
    sight: SightSettings = field(default_factory=SightSettings)


@dataclass(frozen=True)
class SpeechSettings:
    """Node speech: what is said and when."""

    autostart: bool = setting(True, AUTOSTART, read_only=True)
    scheduler: SchedulerSettings = field(default_factory=SchedulerSettings)
    phrases: PhraseSettings = field(default_factory=PhraseSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)


@dataclass(frozen=True)
class OverlaySettings:
    """Node overlay: the picture for people who look."""

    autostart: bool = setting(True, AUTOSTART, read_only=True)
    image_transport: str = image_transport()
    keep_faces: bool = setting(False, "Leave faces as they are instead of blurring them.")
    draw_labels: bool = setting(
        True, "Paint the class of each pixel over the image, where the segmenter gives it."
    )
    corridor: CorridorSettings = field(default_factory=CorridorSettings)
