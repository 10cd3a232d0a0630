"""Settings of the floor that is missing or cannot be judged (B11)."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import rising, setting


@dataclass(frozen=True)
class GroundSettings:
    """Drops, unclear floor and glass (B11)."""

    from_m: float = setting(0.8, "Where the floor is looked at from.", unit="m", low=0.3, high=2.0)
    to_m: float = setting(
        6.0,
        "... and to. At 1.4 m/s a pane must be known at 4.9 m, and its rail hides the floor "
        "behind.",
        unit="m",
        low=2.0,
        high=7.0,
    )
    hole_depth_m: float = setting(
        0.08, "What lies this much below the floor is a hole.", unit="m", low=0.03, high=0.5
    )
    overshoot_m: float = setting(
        0.3,
        "... and so is what is seen this much farther away than the floor should be.",
        unit="m",
        low=0.1,
        high=2.0,
    )
    hole_width_m: float = setting(
        0.4, "A hole this wide in the corridor is a drop.", unit="m", low=0.1, high=1.0
    )
    hole_length_m: float = setting(
        0.2, "... if it goes on for this long.", unit="m", low=0.05, high=1.0
    )
    ramp_m: float = setting(
        0.04,
        "Floor that already lies this low before a hole is a ramp.",
        unit="m",
        low=0.01,
        high=0.08,
    )
    steady_s: float = setting(
        3.0, "A floor is held against those of this long.", unit="s", low=0.0, high=10.0
    )
    steady_deg: float = setting(
        7.0,
        "One that is tilted this far from them shows no hole: it may lie along stairs.",
        unit="deg",
        low=1.0,
        high=45.0,
    )
    steady_m: float = setting(
        0.10, "... nor does one this far above or below them.", unit="m", low=0.02, high=1.0
    )
    unclear_length_m: float = setting(
        0.5, "Floor without depth for this long is unclear.", unit="m", low=0.2, high=3.0
    )
    unknown_share: float = setting(
        0.5,
        "More of the corridor without depth limits sight (B4) ...",
        low=0.1,
        high=1.0,
    )
    unknown_s: float = setting(1.0, "... after this long.", unit="s", low=0.0, high=10.0)

    def __post_init__(self) -> None:
        rising(self, "from_m", "to_m")
