"""A scene of two images, recorded without Blender."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from followme_training.synthetic.cycles import Quality
from followme_training.synthetic.recording import Recording

SCENE = """
name: short
seconds: 0.3
rate_hz: 10
seed: 3
things:
  - {type: chair, id: 2, at_m: [2.5, 0.5], turned_deg: 120}
  - {type: person, id: 5, at_m: [3.5, -0.5], heading_deg: 150}
  - {type: glass_door, id: 7, x_m: 8}
  - {type: window, wall: left, from_m: 1.5}
floor:
  - {type: stairs_down, id: 9, from_m: 5, steps: 4}
"""
SIZE = (64, 48)
#: FollowMe's own renderer.
PLAIN = Quality(samples=0)


@pytest.fixture(autouse=True)
def as_eager_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the niceness of the tests' process, which could not be lowered again."""
    monkeypatch.setattr(os, "nice", lambda _: 0)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    file = tmp_path / "short.yaml"
    file.write_text(SCENE, encoding="utf-8")
    return file


@pytest.fixture
def recorded(scene: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "frames"
    Recording(scene, folder, SIZE, PLAIN).write()
    return folder
