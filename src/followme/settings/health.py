"""Settings that decide whether FollowMe sees at all (B4)."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import rising, setting


@dataclass(frozen=True)
class ImageHealthSettings:
    """What an image says about the camera."""

    dark_luma: float = setting(12.0, "A darker mean is too dark.", low=0.0, high=255.0)
    dim_luma: float = setting(
        24.0,
        "Little contrast at a darker mean is want of light, not a covered lens.",
        low=0.0,
        high=255.0,
    )
    bright_luma: float = setting(243.0, "A brighter mean is too bright.", low=0.0, high=255.0)
    covered_contrast: float = setting(
        4.0, "Less contrast (standard deviation) means a covered lens.", low=0.0, high=128.0
    )
    frozen_s: float = setting(
        0.5,
        "Bit-identical images for this long mean a frozen camera.",
        unit="s",
        low=0.05,
        high=10.0,
    )
    blurred_share: float = setting(
        0.25, "Sharpness under this share of its running median is blurred.", low=0.0, high=1.0
    )
    blurred_window_s: float = setting(
        10.0, "How far back that median reaches.", unit="s", low=1.0, high=120.0
    )

    def __post_init__(self) -> None:
        rising(self, "dark_luma", "bright_luma")


@dataclass(frozen=True)
class SightSettings:
    """When sight is lost or limited."""

    image_age_s: float = setting(0.5, "An older image means blind.", unit="s", low=0.1, high=5.0)
    required_age_s: float = setting(
        0.7, "Any required stream older than this means blind.", unit="s", low=0.1, high=5.0
    )
    fade_s: float = setting(
        1.0,
        "Darkness that took longer than this is want of light; sooner it may have any cause.",
        unit="s",
        low=0.0,
        high=30.0,
    )
    lit_share: float = setting(
        0.6,
        "There is light at this share of the brightest image of the last seconds.",
        low=0.0,
        high=1.0,
    )
    lit_window_s: float = setting(
        5.0, "How far back that image is looked for.", unit="s", low=0.5, high=60.0
    )
    min_valid_depth: float = setting(
        0.20, "Less depth than this share of the pixels limits sight.", low=0.0, high=1.0
    )
    no_depth_share: float = setting(
        0.01, "Less depth than this share of the pixels is none ...", low=0.0, high=1.0
    )
    no_depth_s: float = setting(
        0.3, "... and so long without any means blind.", unit="s", low=0.0, high=5.0
    )
    sensor_gone_s: float = setting(
        0.3,
        "A depth sensor that gives nothing for this long, while a network goes on, limits sight.",
        unit="s",
        low=0.1,
        high=10.0,
    )
    scale_low: float = setting(
        0.85,
        "Depth that had to be corrected from less than this times the true one ...",
        low=0.5,
        high=1.0,
    )
    scale_high: float = setting(
        1.15, "... or from more than this limits sight (B12).", low=1.0, high=2.0
    )
