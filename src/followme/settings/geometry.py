"""Settings of what stands where: the corridor, blobs in it, and how urgent they are."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import rising, setting


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
    crossing_room_m: float = setting(
        0.15,
        "Who crosses must be this far beside the way when the walker comes there.",
        unit="m",
        low=0.0,
        high=1.0,
    )
    gap_m: float = setting(
        0.60,
        "Two things that leave at least this between them are a gap.",
        unit="m",
        low=0.3,
        high=1.2,
    )
    gap_slack_m: float = setting(
        0.05, "A gap ends when it is this much narrower.", unit="m", low=0.0, high=0.3
    )
    gap_depth_m: float = setting(
        0.5, "Its sides stand at most this far behind each other.", unit="m", low=0.0, high=3.0
    )
    doorway_m: float = setting(
        0.75,
        "A gap of at least this and one's shoulders beside neither side is a doorway.",
        unit="m",
        low=0.6,
        high=1.2,
    )
    doorway_widest_m: float = setting(
        1.0,
        "What is wider is no doorway: its sides are two things.",
        unit="m",
        low=0.7,
        high=2.0,
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
    floor_tolerance_m: float = setting(
        0.03,
        "Points this near to the floor are floor, plus the share below.",
        unit="m",
        low=0.005,
        high=0.2,
    )
    floor_tolerance_per_m: float = setting(
        0.02, "Tolerance of the floor gained per metre of distance.", low=0.0, high=0.2
    )
    heading_s: float = setting(
        0.5, "Time constant of the direction of travel.", unit="s", low=0.0, high=5.0
    )
    max_heading_deg: float = setting(
        20.0,
        "The direction of travel is never farther from where the camera looks.",
        unit="deg",
        low=0.0,
        high=60.0,
    )
    turn_degps: float = setting(
        45.0,
        "In turns faster than this the direction of travel is not smoothed.",
        unit="deg/s",
        low=5.0,
        high=360.0,
    )
    course_from_mps: float = setting(
        0.3,
        "The speed of a slower walker does not tell how the chest is turned.",
        unit="m/s",
        low=0.05,
        high=2.0,
    )
    sway_deg: float = setting(
        7.0,
        "A speed that points farther from the direction of travel is a sidestep.",
        unit="deg",
        low=0.0,
        high=20.0,
    )
    free_cell_m: float = setting(
        0.25, "Cell in which floor is remembered as seen.", unit="m", low=0.1, high=0.5
    )
    free_from_m: float = setting(
        0.8, "Where the stretch that must be seen free begins.", unit="m", low=0.0, high=2.0
    )
    free_to_m: float = setting(2.5, "... and where it ends.", unit="m", low=1.0, high=4.0)
    free_keep_s: float = setting(
        3.0, "How long seen floor is remembered while walking on.", unit="s", low=0.0, high=10.0
    )

    def __post_init__(self) -> None:
        rising(self, "foot_low_m", "cane_high_m", "torso_high_m")
        rising(self, "free_from_m", "free_to_m")


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
    max_m: float = setting(8.0, "Things beyond are not followed.", unit="m", low=2.0, high=20.0)
    front_m: float = setting(
        0.25,
        "A thing is measured on its front, this deep.",
        unit="m",
        low=0.05,
        high=2.0,
    )
    join_m: float = setting(
        0.5,
        "What lies this closely behind a thing is part of it.",
        unit="m",
        low=0.0,
        high=2.0,
    )
    wall_m: float = setting(
        2.0,
        "Longer things beside the corridor are walls and no obstacles.",
        unit="m",
        low=0.5,
        high=20.0,
    )
    beside_m: float = setting(
        2.5,
        "Things farther beside the corridor's middle are not followed.",
        unit="m",
        low=0.5,
        high=10.0,
    )


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
    path_s: float = setting(
        3.0, "Paths of people are foreseen for this long (B10).", unit="s", low=0.0, high=10.0
    )
    uncertain_factor: float = setting(
        1.3, "Limits grow by this factor where the scale is a guess (B12).", low=1.0, high=3.0
    )

    def __post_init__(self) -> None:
        rising(self, "stop_m", "warn_m", "inform_m")
        rising(self, "stop_s", "warn_s")
