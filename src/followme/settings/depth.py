"""Settings of metric depth and of the floor that it is held against."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import rising, setting


@dataclass(frozen=True)
class DepthSettings:
    """Metric depth at the work size: from the sensor, from a network."""

    work_width: int = setting(320, "Width depth is worked at.", unit="px", low=80, high=1280)
    work_height: int = setting(240, "Height depth is worked at.", unit="px", low=60, high=960)
    count_m: float = setting(
        0.001,
        "What one count of a 16-bit depth image stands for: 0.001 by REP-118, as drivers of D435 "
        "and Kinect and realsense2_camera have it; 0.00025 for raw counts of an L515. Depth that "
        "comes in metres (32FC1) is left as it is.",
        unit="m",
        low=0.00001,
        high=0.1,
    )
    min_m: float = setting(
        0.25, "Nearer sensor depth is taken as unknown.", unit="m", low=0.0, high=2.0
    )
    max_m: float = setting(
        10.0, "Farther sensor depth is taken as unknown.", unit="m", low=1.0, high=50.0
    )
    sigma_floor_m: float = setting(
        0.005, "Sensor noise at distance zero.", unit="m", low=0.0, high=0.5
    )
    sigma_per_m2: float = setting(
        0.003,
        "Sensor noise grows with distance squared by this factor (structured light and stereo).",
        unit="1/m",
        low=0.0,
        high=0.1,
    )
    nominal_field_deg: float = setting(
        65.0,
        "Horizontal field of view taken for granted when the camera is not calibrated.",
        unit="deg",
        low=20.0,
        high=150.0,
    )

    def __post_init__(self) -> None:
        rising(self, "min_m", "max_m")


@dataclass(frozen=True)
class FloorSettings:
    """The floor plane of each frame (B11)."""

    tolerance_m: float = setting(
        0.03,
        "Points this near to the plane lie on it, plus the share below.",
        unit="m",
        low=0.005,
        high=0.2,
    )
    tolerance_per_m: float = setting(
        0.02, "Tolerance gained per metre of distance.", low=0.0, high=0.2
    )
    max_tilt_deg: float = setting(
        15.0,
        "Gravity prior: the plane may be tilted this far from the last one.",
        unit="deg",
        low=1.0,
        high=45.0,
    )
    first_tilt_deg: float = setting(
        40.0,
        "... and this far from the assumed attitude while there is no last one.",
        unit="deg",
        low=1.0,
        high=45.0,
    )
    min_inliers: float = setting(
        0.04, "Share of the valid pixels that must lie on the floor.", low=0.005, high=0.9
    )
    short_m: float = setting(
        1.0,
        "A strip of floor shorter than this has its tilt from points that face up alone.",
        unit="m",
        low=0.0,
        high=3.0,
    )
    strip_step_m: float = setting(
        0.08,
        "... and one this far above or below the last floor is a tread.",
        unit="m",
        low=0.01,
        high=0.5,
    )
    min_height_m: float = setting(
        0.25, "A plane nearer than this is a table.", unit="m", low=0.0, high=2.0
    )
    min_height_share: float = setting(
        0.5,
        "... and so is one nearer than this share of the walker's height, as long as the height "
        "of the camera was not told.",
        low=0.0,
        high=1.0,
    )
    max_height_m: float = setting(
        2.2, "A plane farther than this is no floor.", unit="m", low=0.5, high=3.0
    )
    iterations: int = setting(60, "RANSAC rounds while no floor is known.", low=5, high=1000)
    seed: int = setting(0, "Of the random draws.", low=0, high=2**31 - 1)
    keep_s: float = setting(
        2.0, "How long the last floor is carried when none is seen.", unit="s", low=0.0, high=30.0
    )
    plumb_keep_s: float = setting(
        5.0,
        "How long the way up that edges told is carried while too few are in view.",
        unit="s",
        low=0.0,
        high=60.0,
    )
    height_gate_m: float = setting(
        0.30,
        "A plane this far from the camera height that was told is no floor.",
        unit="m",
        low=0.02,
        high=1.0,
    )
    height_step_m: float = setting(
        0.15,
        "A plane this far above or below the last floor is no floor.",
        unit="m",
        low=0.02,
        high=1.0,
    )
    height_keep_s: float = setting(
        10.0,
        "How long after the last floor no higher plane is believed.",
        unit="s",
        low=0.0,
        high=600.0,
    )
    scale_inliers: float = setting(
        0.15,
        "Share of the pixels that must lie on the floor before it tells the scale.",
        low=0.01,
        high=0.9,
    )
    scale_window_s: float = setting(
        1.0, "The scale is the median over this long.", unit="s", low=0.0, high=10.0
    )
    scale_low: float = setting(
        0.70, "Network depth over true depth: lower is not believed.", low=0.1, high=1.0
    )
    scale_high: float = setting(1.43, "... higher is not believed.", low=1.0, high=10.0)
    scale_fine_low: float = setting(0.85, "A scale from here ...", low=0.5, high=1.0)
    scale_fine_high: float = setting(
        1.15,
        "... to here is fine; beyond it is corrected, and sight is limited.",
        low=1.0,
        high=2.0,
    )
    sensor_inliers: float = setting(
        0.10,
        "Share of the pixels that must lie on the floor before it tells against a sensor. A "
        "camera that looks straight ahead sees little floor.",
        low=0.01,
        high=0.9,
    )
    sensor_frames: int = setting(5, "... in so many frames.", low=1, high=100)
    suspect_factor: float = setting(
        2.0,
        "Where no floor is found, one is sought up to this factor nearer and farther than the "
        "camera height that was told.",
        low=1.0,
        high=4.0,
    )
    scale_std: float = setting(
        0.10, "A scale that wavers more than this is not believed ...", low=0.0, high=1.0
    )
    scale_std_s: float = setting(2.0, "... over this long.", unit="s", low=0.1, high=10.0)

    def __post_init__(self) -> None:
        rising(self, "min_height_m", "max_height_m")
