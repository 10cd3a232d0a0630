"""One entry of every type of a scene file, each able to stand in the usual corridor."""

from __future__ import annotations

from typing import Any

EVERY_THING: dict[str, dict[str, Any]] = {
    "box": {"at_m": [3, 0.3]},
    "cylinder": {"at_m": [3, 0.3]},
    "pole": {"at_m": [3, 0.3]},
    "bin": {"at_m": [3, 0.3]},
    "person": {"at_m": [3, 0.3]},
    "chair": {"at_m": [3, 0.3]},
    "table": {"at_m": [3, 0.3]},
    "shelf": {"at_m": [3, 0.3]},
    "pillar": {"at_m": [3, 0.3]},
    "bench": {"at_m": [3, 0.3]},
    "sign": {"at_m": [3, 0.3]},
    "wet_floor_sign": {"at_m": [3, 0.3]},
    "cabinet": {"at_m": [3, 0.3]},
    "door": {"wall": "left", "from_m": 3, "open_deg": 60},
    "doorway": {"x_m": 3},
    "glass_door": {"x_m": 3},
    "window": {"wall": "left", "from_m": 3},
}
EVERY_FLOOR: dict[str, dict[str, Any]] = {
    "hole": {"at_m": [3, 0.2], "size_m": [0.8, 0.6]},
    "drop": {"from_m": 3, "depth_m": 0.2},
    "stairs_down": {"from_m": 3},
    "stairs_up": {"from_m": 3},
    "carpet": {"from_m": 3, "to_m": 5},
    "shiny": {"from_m": 3, "to_m": 5},
}
