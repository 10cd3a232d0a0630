"""Tiny walks for the tests of evaluation: written as scene files, few seconds each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

BOX = {"type": "box", "at_m": [5.0, 0.0], "size_m": [0.4, 0.4, 0.4]}


def a_walk(**changed: Any) -> dict[str, Any]:
    """Return what a scene file holds: a box ahead, and a walker who stops before it."""
    content: dict[str, Any] = {
        "number": 2,
        "name": "tiny box",
        "text": "A box, and little time.",
        "seconds": 4.5,
        "rate_hz": 10,
        "walker": {"path": [{"to_m": [4.0, 0]}]},
        "corridor": {"length_m": 12, "doors": False},
        "things": [BOX],
        "expect": {
            "messages": [
                {"say": "WARN", "distance_m": [2.8, 3.7]},
                {"say": "STOP", "distance_m": [1.0, 1.6], "foot": True},
            ],
            "at_most": 2,
        },
    }
    content.update(changed)
    return {key: value for key, value in content.items() if value is not None}


def written(folder: Path, name: str = "02_tiny_box.yaml", **changed: Any) -> Path:
    """Write a scene file and return its path."""
    path = folder / name
    path.write_text(yaml.safe_dump(a_walk(**changed)))
    return path
