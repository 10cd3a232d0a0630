from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme_training.datasets.errors import DataError
from followme_training.depth.walks import read_walks

WALKS = Path(__file__).parents[3] / "config" / "walks"


def test_depth_of_a_walk_is_that_of_its_floor() -> None:
    """A ray below the horizon meets the floor where camera height over its slope says."""
    samples = read_walks([WALKS / "01_empty.yaml"], every_s=2.0)
    assert len(samples) >= 3 and len({s.name for s in samples}) == len(samples)
    for sample in samples:
        assert sample.depth_m.shape == (240, 320) and sample.rgb.shape == (240, 320, 3)
        row, column = 235, 160
        y = (row - sample.camera.cy) / sample.camera.fy
        # the camera is between 0.9 and 1.6 m high and looks up to 20 degrees down
        assert 0.9 / (y + 0.4) < sample.depth_m[row, column] < 1.6 / (y - 0.05)


def test_a_wrong_scale_and_a_dark_image_are_the_sensors_not_the_truths() -> None:
    """Walk 20 multiplies the sensor's depth and walk 13 fades to dark: neither is learnt."""
    drifting = read_walks([WALKS / "20_scale_drift.yaml"], every_s=1.0)
    nearest = np.array([np.nanmin(s.depth_m[-5:]) for s in drifting[:10]])
    assert nearest.max() / nearest.min() < 1.02, "the floor before the feet stays where it is"
    fading = read_walks([WALKS / "13_fade_to_dark.yaml"], every_s=1.0)
    assert min(float(s.rgb.mean()) for s in fading) > 40


def test_panes_have_the_depth_of_the_pane() -> None:
    samples = read_walks([WALKS / "12_glass_door.yaml"], every_s=0.5)
    middle = [float(s.depth_m[110, 160]) for s in samples]
    assert min(middle) < 1.5, "the walker comes to stand before the glass"


def test_what_cannot_be_rendered_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no_such\.yaml"):
        read_walks([tmp_path / "no_such.yaml"], every_s=1.0)
    with pytest.raises(DataError, match="walk_every_s: 0 is not above 0"):
        read_walks([WALKS / "01_empty.yaml"], every_s=0.0)
