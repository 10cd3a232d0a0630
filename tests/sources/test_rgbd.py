from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme.sources.rgbd import SevenScenesFolder, is_seven_scenes
from followme.sources.source import SourceError
from tests.sources.build_recordings import an_image, seven_scenes, write_image


def walk_at_60_cm_a_second(number: int) -> np.ndarray:
    """Return the pose of a level camera that moves 2 cm forward in each of 30 frames a second."""
    pose = np.eye(4)
    pose[2, 3] = 0.02 * number
    return pose


def silent(text: str) -> None:
    raise AssertionError(f"nothing should have been reported: {text}")


def test_folder_of_other_images_is_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image())
    write_image(tmp_path / "frame-1.depth.png", an_image())
    assert not is_seven_scenes(tmp_path)
    with pytest.raises(SourceError, match="holds no frame-NNNNNN"):
        SevenScenesFolder(tmp_path, 10.0)


def test_folder_of_broken_frames_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frame-000000.color.jpg").write_bytes(b"")
    with pytest.raises(SourceError, match="none of its 1 images"):
        SevenScenesFolder(tmp_path, 10.0)


def test_colour_depth_and_camera_belong_together(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [0, 6, 12])
    assert is_seven_scenes(tmp_path)
    source = SevenScenesFolder(tmp_path, 10.0, report=silent)
    frames = list(source.frames())
    assert [f.stamp_ns for f in frames] == [0, 200_000_000, 400_000_000]
    assert (source.rate_hz, source.length) == (5.0, 3)
    for place, frame in enumerate(frames):
        assert frame.bgr[0, 0, 0] == place
        assert frame.depth_m is not None
        assert frame.depth_m[3, 3] == pytest.approx(place + 1)
        assert np.isnan(frame.depth_m[0, :2]).all()
        assert np.isfinite(frame.depth_m).sum() == 46
        assert not frame.depth_m.flags.writeable
        assert frame.camera is not None
        assert (frame.camera.fx, frame.camera.fy, frame.camera.nominal) == (7.0, 7.5, False)
        assert frame.motion is None


def test_motion_is_in_the_time_of_the_recording(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [0, 6, 12, 15], walk_at_60_cm_a_second)
    source = SevenScenesFolder(tmp_path, 10.0, pitch_rad=0.0, report=silent)
    motions = [f.motion for f in source.frames()]
    assert motions[0] is None
    for stamp, motion in zip((200_000_000, 400_000_000, 500_000_000), motions[1:], strict=True):
        assert motion is not None
        assert motion.stamp_ns == stamp
        assert motion.forward_mps == pytest.approx(0.6)
        assert motion.left_mps == pytest.approx(0.0)


def test_more_frames_than_wanted_are_left_out_and_the_rest_keeps_its_time(tmp_path: Path) -> None:
    seven_scenes(tmp_path, range(0, 24, 3), walk_at_60_cm_a_second)
    source = SevenScenesFolder(tmp_path, 5.0, pitch_rad=0.0, report=silent)
    frames = list(source.frames())
    assert [f.stamp_ns for f in frames] == [0, 200_000_000, 400_000_000, 600_000_000]
    assert source.rate_hz == 5.0
    assert frames[-1].motion is not None
    assert frames[-1].motion.forward_mps == pytest.approx(0.6)


def test_missing_depth_and_poses_leave_the_frame(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [0, 6, 12, 18], walk_at_60_cm_a_second)
    (tmp_path / "frame-000006.depth.png").unlink()
    (tmp_path / "frame-000006.pose.txt").unlink()
    frames = list(SevenScenesFolder(tmp_path, 5.0, pitch_rad=0.0, report=silent).frames())
    assert [f.depth_m is None for f in frames] == [False, True, False, False]
    assert [f.motion is None for f in frames] == [True, True, False, False]
    assert frames[2].motion is not None
    assert frames[2].motion.forward_mps == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("ending", "content", "left_out"),
    [
        ("color.png", b"", "the frame is left out"),
        ("depth.png", b"", "the depth is left out"),
        ("depth.png", b"no image", "the depth is left out"),
        ("pose.txt", b"", "the pose is left out"),
        ("pose.txt", b"1 0 0 0", "the pose is left out"),
        ("pose.txt", b"nan " * 16, "the pose is left out"),
        ("pose.txt", b"0 " * 16, "the pose is left out"),
        ("pose.txt", b"\xff\xfe\xfd", "the pose is left out"),
    ],
)
def test_broken_file_is_left_out_and_reported(
    tmp_path: Path, ending: str, content: bytes, left_out: str
) -> None:
    seven_scenes(tmp_path, [0, 6, 12], walk_at_60_cm_a_second)
    (tmp_path / f"frame-000006.{ending}").write_bytes(content)
    told: list[str] = []
    frames = list(SevenScenesFolder(tmp_path, 5.0, report=told.append).frames())
    assert [f.stamp_ns for f in frames] == (
        [0, 400_000_000] if ending == "color.png" else [0, 200_000_000, 400_000_000]
    )
    assert len(told) == 1
    assert f"frame-000006.{ending}" in told[0]
    assert left_out in told[0]
    if ending != "color.png":
        assert (frames[1].depth_m is None) == (ending == "depth.png")
        assert (frames[1].motion is None) == (ending == "pose.txt")


def test_depth_of_eight_bits_is_left_out(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [0, 6])
    write_image(tmp_path / "frame-000006.depth.png", an_image())
    told: list[str] = []
    frames = list(SevenScenesFolder(tmp_path, 5.0, report=told.append).frames())
    assert frames[1].depth_m is None
    assert "one channel of 16 bits" in told[0]


def test_missing_calibration_is_reported(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [0])
    (tmp_path / "camera-intrinsics.txt").unlink()
    told: list[str] = []
    (frame,) = SevenScenesFolder(tmp_path, 5.0, report=told.append).frames()
    assert frame.camera is None
    assert frame.depth_m is not None
    assert "camera is unknown" in told[0]


def test_unreadable_intrinsics_are_refused(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [0])
    (tmp_path / "camera-intrinsics.txt").write_text("not a matrix")
    with pytest.raises(SourceError, match=r"camera-intrinsics\.txt.*three rows"):
        SevenScenesFolder(tmp_path, 5.0)


def test_image_of_another_size_is_refused(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [0, 6])
    write_image(tmp_path / "frame-000006.color.png", an_image(12, 16))
    frames = SevenScenesFolder(tmp_path, 5.0).frames()
    next(frames)
    with pytest.raises(SourceError, match=r"8x6.*16x12"):
        next(frames)


def test_frames_are_ordered_by_number_and_a_number_comes_once(tmp_path: Path) -> None:
    seven_scenes(tmp_path, [100, 99, 7])
    write_image(tmp_path / "frame-000099.color.bmp", an_image())
    write_image(tmp_path / "frame-000099.color.jpg", an_image())
    source = SevenScenesFolder(tmp_path, 30.0, report=silent)
    assert [int(f.bgr[0, 0, 0]) for f in source.frames()] == [2, 1, 0]
    assert source.length == 3


def test_kitchen_has_plausible_depth_and_motion(data_dir: Path) -> None:
    source = SevenScenesFolder(data_dir / "kitchen_rgbd", 10.0, report=silent)
    frames = list(source.frames())
    assert len(frames) == source.length == 50
    assert source.rate_hz == 5.0
    for frame in frames:
        assert frame.bgr.shape == (480, 640, 3)
        assert frame.camera is not None
        assert (frame.camera.fx, frame.camera.cx) == (585.0, 320.0)
        assert frame.depth_m is not None
        known = frame.depth_m[np.isfinite(frame.depth_m)]
        assert known.size > 0.5 * frame.depth_m.size
        assert 0.3 < known.min() < known.max() < 10.0
        assert 0.5 < np.median(known) < 5.0
    motions = [f.motion for f in frames]
    assert motions[0] is None
    speeds = [m.speed_mps for m in motions if m is not None]
    assert len(speeds) == 49
    assert 0.05 < np.median(speeds) < 1.0
    assert max(speeds) < 2.0
    assert max(abs(m.yaw_rate_radps) for m in motions if m is not None) < 2.0
