"""Settings of what lasts: zones that do not flicker, things that stay the same and have names."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import rising, setting


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

    swing_s: float = setting(
        0.55,
        "A swing of the walker's chest, over which a reach is averaged.",
        unit="s",
        low=0.0,
        high=2.0,
    )
    swing_from_m: float = setting(
        2.5,
        "Nearer than this the reach of each frame counts alone.",
        unit="m",
        low=0.0,
        high=10.0,
    )

    def __post_init__(self) -> None:
        rising(self, "enter_hits", "enter_window")


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
    fastest_mps: float = setting(
        4.0,
        "What seems to move faster by itself is another surface.",
        unit="m/s",
        low=1.0,
        high=20.0,
    )
    own_frames: int = setting(
        3, "Frames that a thing must be followed before it moves by itself.", low=1, high=30
    )
    away_s: float = setting(
        1.0,
        "... and this long if it moves away: a door that swings in does so at first.",
        unit="s",
        low=0.0,
        high=5.0,
    )
    own_share: float = setting(
        0.25, "Share of each new measurement of that speed.", low=0.05, high=1.0
    )
    crossing_frames: int = setting(
        6, "Frames that a person must be followed before they cross the way.", low=2, high=60
    )
    crossing_share: float = setting(
        0.2, "Share of each new measurement of that speed.", low=0.05, high=1.0
    )
    crossing_least_mps: float = setting(
        0.5, "Who is slower across the way may stay in it.", unit="m/s", low=0.1, high=2.0
    )
    label_votes: int = setting(10, "Frames that vote about a name.", low=1, high=100)
    label_share: float = setting(0.6, "Share of votes a name needs.", low=0.0, high=1.0)
    label_least: int = setting(2, "... and so many votes at least.", low=1, high=100)
    sure_hits: int = setting(
        4,
        "What was seen in fewer frames becomes no more urgent while it is out of view.",
        low=1,
        high=30,
    )
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
    settled_s: float = setting(
        0.5,
        "A younger track has no speed of its own while the walker's is unknown.",
        unit="s",
        low=0.0,
        high=5.0,
    )
    forget_speed_s: float = setting(
        0.5,
        "Out of view a thing's own speed is forgotten with this time constant.",
        unit="s",
        low=0.05,
        high=10.0,
    )
    motion_keep_s: float = setting(
        1.0, "An older measurement of the walker's motion is unknown.", unit="s", low=0.0, high=10.0
    )
    use_source_motion: bool = setting(
        True, "Take the motion that the source tells before one estimated; false: never take it."
    )
    drift_mps: float = setting(
        0.06,
        "A standing thing out of view gets less sure by this while motion is measured.",
        unit="m/s",
        low=0.0,
        high=1.0,
    )
    drift_blind_mps: float = setting(
        0.20,
        "... and by this for a moving thing, or while motion is unknown.",
        unit="m/s",
        low=0.0,
        high=2.0,
    )


@dataclass(frozen=True)
class UnrangedSettings:
    """How things are followed that have a name and no distance."""

    field_deg: float = setting(
        60.0,
        "Horizontal field of view that their directions are told by.",
        unit="deg",
        low=20.0,
        high=170.0,
    )
    overlap: float = setting(
        0.3,
        "What two boxes must share of what they cover together, to be one thing.",
        low=0.05,
        high=0.95,
    )
    sightings: int = setting(2, "So often it must be seen.", low=1, high=20)
    keep_s: float = setting(
        1.0, "It is forgotten when it was not seen for this long.", unit="s", low=0.1, high=10.0
    )


@dataclass(frozen=True)
class NamingSettings:
    """How names are joined to the things that depth found (B2)."""

    box_shrink: float = setting(
        0.20, "Share of its width and height that a box is shrunk by.", low=0.0, high=0.8
    )
    box_share: float = setting(
        0.4, "Share of a thing's pixels that must lie in the shrunk box.", low=0.0, high=1.0
    )
    box_cover: float = setting(
        0.2, "Share of the shrunk box that a thing must fill.", low=0.0, high=1.0
    )
    label_share: float = setting(
        0.5, "Share of a thing's pixels that must have one label.", low=0.0, high=1.0
    )
    min_pixels: int = setting(
        20, "Fewer pixels in the shrunk box name nothing.", unit="px", low=1, high=10000
    )
