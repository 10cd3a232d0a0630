"""Bags of rendered walks."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from rosbags.highlevel import AnyReader

from followme.sources.bag import BagSource
from followme_training.synthetic.cycles import Quality
from followme_training.synthetic.recording import Recording

ROOT = Path(__file__).resolve().parents[2]
SCENE = """
seconds: 0.5
rate_hz: 10
things:
  - {type: box, id: 4, at_m: [3, 0.1]}
  - {type: box, id: 5, at_m: [-2, 0]}
"""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    file = ROOT / "tools" / "make_walk_bag.py"
    spec = importlib.util.spec_from_file_location("make_walk_bag", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_walk_bag"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with walk.yaml, its frames and its bag."""
    folder = tmp_path_factory.mktemp("walk")
    (folder / "walk.yaml").write_text(SCENE, encoding="utf-8")
    Recording(folder / "walk.yaml", folder / "frames", (64, 48), Quality(samples=0)).write()
    names = [str(folder / name) for name in ("walk.yaml", "frames", "bag")]
    assert tool.main(names) == 0
    return folder


def test_a_bag_is_played_as_any_other(made: Path) -> None:
    source = BagSource(made / "bag", rate_hz=30.0, report=pytest.fail)
    frames = list(source.frames())
    assert len(frames) == 5
    assert np.diff([f.stamp_ns for f in frames]).tolist() == [100_000_000] * 4
    assert frames[0].bgr.shape == (48, 64, 3)
    assert frames[0].camera is not None
    assert not frames[0].camera.nominal
    depth = frames[0].depth_m
    assert depth is not None
    assert depth.shape == (24, 32)
    # the box, 2.8 m away from a camera that looks 10 degrees down
    assert float(np.nanmedian(depth[14:16, 15:17])) == pytest.approx(2.8, abs=0.4)


def test_truth_has_the_stamps_of_the_images(made: Path) -> None:
    stamps: dict[str, list[int]] = {}
    obstacles, statuses = [], []
    with AnyReader([made / "bag"]) as bag:
        for connection, _, data in bag.messages():
            message = bag.deserialize(data, connection.msgtype)
            at = message.header.stamp
            stamps.setdefault(connection.topic, []).append(at.sec * 10**9 + at.nanosec)
            if connection.topic == "/truth/obstacles":
                obstacles.append(message)
            if connection.topic == "/truth/depth_status":
                statuses.append(message)
    assert len(stamps) == 6
    assert all(found == stamps["/truth/obstacles"] for found in stamps.values())
    assert obstacles[0].header.frame_id == "walker"
    assert [o.track_id for o in obstacles[0].obstacles] == [4]
    assert obstacles[0].obstacles[0].distance_m == pytest.approx(2.8)
    assert obstacles[0].obstacles[0].in_corridor
    assert statuses[0].camera_height_m == pytest.approx(1.3)
    assert statuses[0].camera_pitch_rad == pytest.approx(np.radians(10))
    assert statuses[0].floor_offset_m == pytest.approx(1.3)
    normal = statuses[0].floor_normal
    expected = [0.0, -np.cos(np.radians(10)), -np.sin(np.radians(10))]
    assert [normal.x, normal.y, normal.z] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("walk.yaml", "frames", "bag"), "exists already"),
        (("none.yaml", "frames", "other"), "cannot be read"),
        (("walk.yaml", "none", "other"), "is no note of a rendering"),
    ],
)
def test_a_mistake_is_one_sentence(
    tool: ModuleType,
    made: Path,
    names: tuple[str, ...],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tool.main([str(made / name) for name in names]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert not (made / "other").exists()
