"""Every setting of FollowMe: one frozen dataclass a part, with default, bounds, unit and words."""

from followme.settings.bags import BagPlayerSettings, BagRecorderSettings
from followme.settings.depth import DepthSettings, FloorSettings
from followme.settings.depth_fusion import DepthFusionSettings
from followme.settings.geometry import CorridorSettings, DistanceSettings, ZoneSettings
from followme.settings.ground import GroundSettings
from followme.settings.health import ImageHealthSettings, SightSettings
from followme.settings.motion import EgoMotionSettings
from followme.settings.nodes import (
    CameraNodeSettings,
    DepthEstimatorSettings,
    FaceDetectorSettings,
    ObjectDetectorSettings,
    ObstacleFusionSettings,
    OverlaySettings,
    SegmenterSettings,
    SpeechSettings,
)
from followme.settings.perception import DetectorSettings, ModelSettings, scores_by_name
from followme.settings.setting import (
    Setting,
    SettingsError,
    build,
    did_you_mean,
    flatten,
    setting,
    settings_of,
)
from followme.settings.speech import PhraseSettings, SchedulerSettings, VoiceSettings
from followme.settings.tracking import (
    HysteresisSettings,
    NamingSettings,
    TrackingSettings,
    UnrangedSettings,
)
from followme.settings.walker import WalkerSettings

__all__ = [
    "BagPlayerSettings",
    "BagRecorderSettings",
    "CameraNodeSettings",
    "CorridorSettings",
    "DepthEstimatorSettings",
    "DepthFusionSettings",
    "DepthSettings",
    "DetectorSettings",
    "DistanceSettings",
    "EgoMotionSettings",
    "FaceDetectorSettings",
    "FloorSettings",
    "GroundSettings",
    "HysteresisSettings",
    "ImageHealthSettings",
    "ModelSettings",
    "NamingSettings",
    "ObjectDetectorSettings",
    "ObstacleFusionSettings",
    "OverlaySettings",
    "PhraseSettings",
    "SchedulerSettings",
    "SegmenterSettings",
    "Setting",
    "SettingsError",
    "SightSettings",
    "SpeechSettings",
    "TrackingSettings",
    "UnrangedSettings",
    "VoiceSettings",
    "WalkerSettings",
    "ZoneSettings",
    "build",
    "did_you_mean",
    "flatten",
    "scores_by_name",
    "setting",
    "settings_of",
]
