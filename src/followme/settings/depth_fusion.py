"""Settings of the fusion of a depth network with a depth sensor."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import rising, setting


@dataclass(frozen=True)
class DepthFusionSettings:
    """How a network's depth is laid over the pixels that a sensor gave, to fill the others."""

    enabled: bool = setting(True, "Let a network fill what the sensor misses.")
    fill_below: float = setting(
        0.8,
        "The network is asked where a smaller share of the sensor's pixels than this is valid; "
        "on two cores a network that would only repeat a sensor stays off.",
        low=0.0,
        high=1.0,
    )
    min_pixels: int = setting(
        200, "Valid pixels at the work size that an alignment needs.", unit="px", low=12, high=10000
    )
    max_misfit: float = setting(
        0.20,
        "An alignment whose median misfit is a larger share of the distance is refused.",
        low=0.01,
        high=1.0,
    )
    min_correlation: float = setting(
        0.15,
        "... and so is one of inverse depths that correlate less than this: a network that always "
        "answers the same explains nothing, one that takes near for far correlates negatively.",
        low=0.0,
        high=1.0,
    )
    ratio_low: float = setting(
        0.54,
        "Network depth over sensor depth: lower is not believed. On foreign scenes networks were "
        "off by 0.75 to 1.38.",
        low=0.1,
        high=1.0,
    )
    ratio_high: float = setting(1.85, "... higher is not believed.", low=1.0, high=10.0)
    smooth_s: float = setting(
        0.5, "Time constant that the alignment is smoothed with.", unit="s", low=0.0, high=10.0
    )
    keep_s: float = setting(
        1.0,
        "How long the last alignment holds while the sensor gives too few pixels.",
        unit="s",
        low=0.0,
        high=10.0,
    )
    flying_m: float = setting(
        0.06,
        "A pixel between a nearer and a farther neighbour, this far from both, is flying ...",
        unit="m",
        low=0.01,
        high=1.0,
    )
    flying_share: float = setting(0.10, "... plus this share of its distance.", low=0.0, high=1.0)
    speckle_px: int = setting(
        6,
        "So few sensor pixels in a square of 7 that contradict all around them, the network too, "
        "are noise.",
        unit="px",
        low=0,
        high=40,
    )
    speckle_share: float = setting(
        0.25, "... where they differ by this share of the distance.", low=0.05, high=1.0
    )
    sigma_share: float = setting(
        0.05,
        "Least deviation of a pixel that the network filled, as a share of its distance. From "
        "0.05 on no filled pixel can pass for floor that was seen.",
        low=0.05,
        high=1.0,
    )

    def __post_init__(self) -> None:
        rising(self, "ratio_low", "ratio_high")
