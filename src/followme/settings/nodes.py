"""The settings of each node: what its ROS parameters are."""

from __future__ import annotations

from dataclasses import dataclass, field

from followme.settings.depth import DepthSettings, FloorSettings
from followme.settings.geometry import CorridorSettings, DistanceSettings, ZoneSettings
from followme.settings.health import ImageHealthSettings, SightSettings
from followme.settings.perception import ModelSettings
from followme.settings.setting import setting
from followme.settings.speech import PhraseSettings, SchedulerSettings, VoiceSettings
from followme.settings.tracking import HysteresisSettings, TrackingSettings
from followme.settings.walker import WalkerSettings

_AUTOSTART = "Configure and activate by itself, again with a growing pause when that fails."


@dataclass(frozen=True)
class CameraNodeSettings:
    """Node camera: frames from a source."""

    autostart: bool = setting(True, _AUTOSTART, read_only=True)
    source: str = setting(
        "synthetic",
        "synthetic, or a folder of images, of RGB-D frames, or a bag.",
        read_only=True,
    )
    rate_hz: float = setting(
        10.0, "Frames a second.", unit="Hz", low=0.1, high=60.0, read_only=True
    )
    loop: bool = setting(False, "Begin again when the source ends.", read_only=True)
    width: int = setting(640, "Of synthetic images.", unit="px", low=16, high=4096, read_only=True)
    height: int = setting(480, "Of synthetic images.", unit="px", low=16, high=4096, read_only=True)
    seed: int = setting(0, "Of the synthetic noise.", low=0, high=2**31 - 1, read_only=True)
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
class DepthEstimatorSettings:
    """Node depth_estimator: metres for each pixel."""

    autostart: bool = setting(True, _AUTOSTART, read_only=True)
    pair_wait_s: float = setting(
        0.05,
        "How long an image waits for the sensor depth of its own stamp.",
        unit="s",
        low=0.0,
        high=0.5,
    )
    model: ModelSettings = field(default_factory=ModelSettings)
    walker: WalkerSettings = field(default_factory=WalkerSettings)
    depth: DepthSettings = field(default_factory=DepthSettings)
    floor: FloorSettings = field(default_factory=FloorSettings)
    image: ImageHealthSettings = field(default_factory=ImageHealthSettings)


@dataclass(frozen=True)
class ObstacleFusionSettings:
    """Node obstacle_fusion: obstacles that last."""

    autostart: bool = setting(True, _AUTOSTART, read_only=True)
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
    zones: ZoneSettings = field(default_factory=ZoneSettings)
    hysteresis: HysteresisSettings = field(default_factory=HysteresisSettings)
    tracking: TrackingSettings = field(default_factory=TrackingSettings)
    sight: SightSettings = field(default_factory=SightSettings)


@dataclass(frozen=True)
class SpeechSettings:
    """Node speech: what is said and when."""

    autostart: bool = setting(True, _AUTOSTART, read_only=True)
    scheduler: SchedulerSettings = field(default_factory=SchedulerSettings)
    phrases: PhraseSettings = field(default_factory=PhraseSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)


@dataclass(frozen=True)
class OverlaySettings:
    """Node overlay: the picture for people who look."""

    autostart: bool = setting(True, _AUTOSTART, read_only=True)
    keep_faces: bool = setting(False, "Leave faces as they are instead of blurring them.")
    corridor: CorridorSettings = field(default_factory=CorridorSettings)
