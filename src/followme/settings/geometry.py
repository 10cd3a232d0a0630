"""Settings of the geometry station: from depth to obstacles that last."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import setting


@dataclass(frozen=True)
class CorridorSettings:
    """The space that the walker is about to pass through (B1)."""

    half_width_m: float = setting(
        0.35, "Half of the corridor's width near the walker.", unit="m", low=0.2, high=1.0
    )
    straight_m: float = setting(
        1.5, "Distance to which it keeps that width.", unit="m", low=0.0, high=5.0
    )
    widening: float = setting(
        0.04, "Metres that each half gains per metre beyond.", low=0.0, high=0.5
    )
    length_m: float = setting(5.0, "Length for things that stand.", unit="m", low=1.0, high=10.0)
    length_moving_m: float = setting(
        7.0, "Length for things that come closer.", unit="m", low=1.0, high=15.0
    )
    foot_low_m: float = setting(
        0.05, "Anything lower than this is floor.", unit="m", low=0.01, high=0.3
    )
    cane_high_m: float = setting(
        0.685, "Edges above this are not found by a cane.", unit="m", low=0.3, high=1.2
    )
    torso_high_m: float = setting(
        1.35, "Where torso ends and head begins.", unit="m", low=0.8, high=1.8
    )
    head_min_m: float = setting(
        2.03, "Headroom that a building owes, at least.", unit="m", low=1.0, high=2.6
    )
    head_margin_m: float = setting(
        0.10, "Room kept above the walker's head.", unit="m", low=0.0, high=0.5
    )
    intrusion_m: float = setting(
        0.05, "How far a thing must reach inside to count.", unit="m", low=0.0, high=0.3
    )
    min_width_m: float = setting(
        0.03, "Narrowest thing that counts: a pole.", unit="m", low=0.0, high=0.3
    )
    min_height_m: float = setting(
        0.15, "Lowest extent that counts above the foot band.", unit="m", low=0.0, high=0.5
    )
    support_m: float = setting(
        0.15,
        "Depth within which a leg below an overhang counts as support that a cane finds.",
        unit="m",
        low=0.0,
        high=1.0,
    )


@dataclass(frozen=True)
class DepthSettings:
    """Metric depth at the work size: from the sensor, from a network."""

    work_width: int = setting(320, "Width depth is worked at.", unit="px", low=80, high=1280)
    work_height: int = setting(240, "Height depth is worked at.", unit="px", low=60, high=960)
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
        "Gravity prior: the plane may be tilted this far from the expected attitude.",
        unit="deg",
        low=1.0,
        high=45.0,
    )
    min_inliers: float = setting(
        0.04, "Share of the valid pixels that must lie on the floor.", low=0.005, high=0.9
    )
    min_height_m: float = setting(
        0.25, "A plane nearer than this is a table.", unit="m", low=0.0, high=2.0
    )
    max_height_m: float = setting(
        2.2, "A plane farther than this is no floor.", unit="m", low=0.5, high=3.0
    )
    iterations: int = setting(60, "RANSAC rounds while no floor is known.", low=5, high=1000)
    seed: int = setting(0, "Of the random draws.", low=0, high=2**31 - 1)
    keep_s: float = setting(
        2.0, "How long the last floor is carried when none is seen.", unit="s", low=0.0, high=30.0
    )


@dataclass(frozen=True)
class DistanceSettings:
    """Blobs and their robust distance (B2)."""

    percentile: float = setting(
        10.0, "Percentile of the points that is called the distance.", unit="%", low=0.0, high=50.0
    )
    min_pixels: int = setting(30, "Fewer points are no obstacle.", unit="px", low=1, high=10000)
    speckle_m: float = setting(
        0.15, "Points without a neighbour this near are speckle.", unit="m", low=0.02, high=1.0
    )
    sigma_min_m: float = setting(0.08, "Least standard deviation.", unit="m", low=0.0, high=0.5)
    sigma_per_m: float = setting(0.07, "Least standard deviation per metre.", low=0.0, high=0.5)
    cell_m: float = setting(
        0.10, "Cell of the bird's-eye grid that blobs are joined on.", unit="m", low=0.02, high=0.5
    )
    max_m: float = setting(7.0, "Things beyond are not followed.", unit="m", low=2.0, high=20.0)


@dataclass(frozen=True)
class ZoneSettings:
    """Zones by distance and time to contact (B3)."""

    stop_m: float = setting(1.0, "STOP at this distance.", unit="m", low=0.2, high=3.0)
    stop_s: float = setting(1.5, "STOP at this time to contact.", unit="s", low=0.2, high=5.0)
    warn_m: float = setting(2.0, "WARN at this distance.", unit="m", low=0.5, high=6.0)
    warn_s: float = setting(3.0, "WARN at this time to contact.", unit="s", low=0.5, high=8.0)
    inform_m: float = setting(5.0, "INFORM at this distance.", unit="m", low=1.0, high=10.0)
    least_closing_mps: float = setting(
        0.2, "Closing speed is never taken lower than this.", unit="m/s", low=0.01, high=1.0
    )
    standing_mps: float = setting(
        0.15,
        "A slower walker stands: things that stand too are silent.",
        unit="m/s",
        low=0.0,
        high=0.5,
    )
    mover_mps: float = setting(
        0.30,
        "A thing that comes this fast by itself warns a standing walker.",
        unit="m/s",
        low=0.0,
        high=2.0,
    )
    foot_stop_s: float = setting(
        1.0,
        "Things that a cane finds STOP only at this time to contact.",
        unit="s",
        low=0.0,
        high=3.0,
    )


@dataclass(frozen=True)
class HysteresisSettings:
    """What keeps a zone and a side from flickering (B6)."""

    enter_hits: int = setting(2, "Frames that must agree before a zone rises ...", low=1, high=10)
    enter_window: int = setting(3, "... out of this many.", low=1, high=10)
    instant_stop_share: float = setting(
        0.05, "Share of corridor pixels that makes STOP rise at once.", low=0.0, high=1.0
    )
    instant_stop_m: float = setting(1.0, "... within this distance.", unit="m", low=0.0, high=3.0)
    exit_m: float = setting(0.30, "Distance added to leave a zone.", unit="m", low=0.0, high=2.0)
    exit_share: float = setting(0.15, "Share added to leave a zone.", low=0.0, high=1.0)
    exit_s: float = setting(
        0.5, "Time to contact added to leave a zone.", unit="s", low=0.0, high=3.0
    )
    exit_width_m: float = setting(
        0.10, "Corridor width added to leave it.", unit="m", low=0.0, high=1.0
    )
    exit_hold_s: float = setting(
        0.5, "How long all of that must hold.", unit="s", low=0.0, high=5.0
    )
    side_m: float = setting(0.08, "Dead band of the side.", unit="m", low=0.0, high=0.5)
    side_deg: float = setting(4.0, "Dead band of the side.", unit="deg", low=0.0, high=20.0)
    dwell_s: float = setting(
        0.7, "Least stay in a zone unless it rises.", unit="s", low=0.0, high=5.0
    )


@dataclass(frozen=True)
class TrackingSettings:
    """The same thing over time (B5)."""

    gate_m: float = setting(
        0.5, "Farther than this is another thing ...", unit="m", low=0.05, high=3.0
    )
    gate_per_m: float = setting(0.15, "... plus this per metre of distance.", low=0.0, high=1.0)
    alpha: float = setting(
        0.5, "Share of the position error taken over at once.", low=0.05, high=1.0
    )
    beta: float = setting(0.15, "Share of the position error turned into speed.", low=0.0, high=1.0)
    label_votes: int = setting(10, "Frames that vote about a name.", low=1, high=100)
    label_share: float = setting(0.6, "Share of votes a name needs.", low=0.0, high=1.0)
    new_after_s: float = setting(
        1.0,
        "A thing that was not matched this long may be called new.",
        unit="s",
        low=0.0,
        high=10.0,
    )
    new_beyond_m: float = setting(
        0.7, "... if it is this far from everything known.", unit="m", low=0.0, high=5.0
    )
    keep_s: float = setting(
        6.0, "How long a thing out of view is carried.", unit="s", low=0.1, high=60.0
    )
    keep_sigma_m: float = setting(
        0.5,
        "A carried thing is dropped when it is less sure than this.",
        unit="m",
        low=0.05,
        high=5.0,
    )
    passed_m: float = setting(
        -0.3, "A thing that far behind was passed.", unit="m", low=-3.0, high=0.0
    )
    seen_s: float = setting(
        0.3, "A thing in view that is not found this long is gone.", unit="s", low=0.0, high=5.0
    )
