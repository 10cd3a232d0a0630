"""Settings of the walker's motion where the source does not know it."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import setting


@dataclass(frozen=True)
class EgoMotionSettings:
    """The walker's motion from images and depth (B5)."""

    enabled: bool = setting(
        True, "Estimate the motion; what a source tells of it is taken first all the same."
    )
    corners: int = setting(100, "Corners that are followed at most.", low=20, high=1000)
    quality: float = setting(
        0.01, "A corner this much weaker than the best is none.", low=0.001, high=0.5
    )
    apart_px: float = setting(8.0, "Corners are this far apart.", unit="px", low=1.0, high=50.0)
    farthest_m: float = setting(
        6.0, "Corners beyond say little about a step.", unit="m", low=1.0, high=20.0
    )
    tolerance_px: float = setting(
        1.0, "A corner this far from where the step puts it moves.", unit="px", low=0.1, high=10.0
    )
    rounds: int = setting(60, "RANSAC rounds at most.", low=5, high=1000)
    least_corners: int = setting(15, "Fewer corners that agree tell nothing.", low=6, high=500)
    least_share: float = setting(
        0.5, "A smaller share of corners that agree tells nothing.", low=0.1, high=1.0
    )
    longest_gap_s: float = setting(
        0.5, "Images farther apart are not compared.", unit="s", low=0.05, high=2.0
    )
    fastest_mps: float = setting(
        3.0, "Nobody walks faster: not believed.", unit="m/s", low=1.0, high=10.0
    )
