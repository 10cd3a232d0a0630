"""The person who walks, and the camera that they wear."""

from __future__ import annotations

from dataclasses import dataclass

from followme.settings.setting import setting


@dataclass(frozen=True)
class WalkerSettings:
    """Body and camera mount."""

    height_m: float = setting(1.75, "Height of the walker.", unit="m", low=0.8, high=2.3)
    camera_height_m: float = setting(
        0.0,
        "Height of the camera above the floor; 0 when nobody measured it. It is read off the "
        "floor where a sensor sees it.",
        unit="m",
        low=0.0,
        high=2.5,
    )
    assumed_camera_height_m: float = setting(
        1.30,
        "Height taken for granted while none is known; such distances are never spoken.",
        unit="m",
        low=0.1,
        high=2.5,
    )
    assumed_pitch_deg: float = setting(
        10.0,
        "How far the camera looks down, taken for granted until a floor was seen.",
        unit="deg",
        low=-45.0,
        high=60.0,
    )
    reach_m: float = setting(
        0.40,
        "From the camera to the leading foot, arm or belly; contact happens there (A: d_eff).",
        unit="m",
        low=0.0,
        high=1.0,
    )
    speed_mps: float = setting(
        1.0, "Speed taken for granted while none is measured.", unit="m/s", low=0.0, high=3.0
    )
