"""Recordings: what is written, kept, and refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from followme.sources.parts import CLASS_NAMES
from followme_training.datasets.errors import DataError
from followme_training.depth.rgbd_folder import read_rgbd_folder
from followme_training.synthetic.cycles import Quality
from followme_training.synthetic.recording import Recording, Taken, write_frame
from followme_training.synthetic.sheet import write_sheet
from tests.training.synthetic.conftest import PLAIN, SIZE


def test_depth_reads_a_recording(recorded: Path) -> None:
    samples = read_rgbd_folder(recorded)
    assert len(samples) == 3
    assert samples[0].rgb.shape == (48, 64, 3)
    # the last row looks 41.8 degrees down: 10 of the camera, 31.8 from its middle to that row
    down, below = np.radians(41.8), np.radians(31.8)
    floor_m = 1.30 / np.sin(down) * np.cos(below)
    assert float(samples[0].depth_m[-1, 32]) == pytest.approx(floor_m, rel=0.02)
    assert samples[0].camera.fx == pytest.approx(24 / np.tan(np.radians(32.5)))


def test_classes_things_and_poses_are_beside_each_image(recorded: Path) -> None:
    things = cv2.imread(str(recorded / "frame-000000.things.png"), cv2.IMREAD_UNCHANGED)
    labels = cv2.imread(str(recorded / "frame-000000.labels.png"), cv2.IMREAD_UNCHANGED)
    assert {2, 5, 7}.issubset(np.unique(things).tolist())
    assert set(labels[things == 5].tolist()) == {CLASS_NAMES.index("person")}
    pose = np.loadtxt(recorded / "frame-000002.pose.txt")
    np.testing.assert_allclose(pose[:3, 3], [0.2, 0.0, 1.3], atol=1e-6)
    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-6)


def test_measured_depth_lacks_most_of_a_window(recorded: Path) -> None:
    measured = cv2.imread(str(recorded / "frame-000000.measured.png"), cv2.IMREAD_UNCHANGED)
    labels = cv2.imread(str(recorded / "frame-000000.labels.png"), cv2.IMREAD_UNCHANGED)
    window = labels == CLASS_NAMES.index("window")
    assert window.sum() > 50
    assert (measured[window] == 0).mean() > 0.5


def test_what_is_there_is_not_rendered_again(recorded: Path, scene: Path) -> None:
    views = sorted((recorded / "exact").glob("*.npz"))
    before = [f.stat().st_mtime_ns for f in views]
    views[1].unlink()
    (recorded / "frame-000002.color.jpg").unlink()
    assert Recording(scene, recorded, SIZE, PLAIN).write() == 3
    after = [f.stat().st_mtime_ns for f in views]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]
    assert (recorded / "frame-000002.color.jpg").is_file()


def with_sensor(scene: Path, keys: str) -> Path:
    text = scene.read_text(encoding="utf-8").partition("sensor:")[0]
    scene.write_text(f"{text}sensor: {{{keys}}}\n", encoding="utf-8")
    return scene


def frames_in(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in folder.glob("frame-*")}


def test_another_sensor_is_laid_over_the_views_that_are_there(
    recorded: Path, scene: Path, tmp_path: Path
) -> None:
    views = sorted((recorded / "exact").glob("*.npz"))
    before, rendered = frames_in(recorded), [f.stat().st_mtime_ns for f in views]
    with_sensor(scene, "grey_sigma: 9, glass_dropout: 0, dropout: 0.3")
    assert Recording(scene, recorded, SIZE, PLAIN).write() == 3
    after = frames_in(recorded)
    changed = {name.split(".", 1)[1] for name in after if after[name] != before[name]}
    assert changed == {"color.jpg", "measured.png"}
    assert [f.stat().st_mtime_ns for f in views] == rendered
    Recording(scene, tmp_path / "fresh", SIZE, PLAIN).write()
    assert after == frames_in(tmp_path / "fresh")


def test_a_change_of_sensors_that_was_stopped_goes_on(
    recorded: Path, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_sensor(scene, "grey_sigma: 9")

    def stops(taken: Taken, stem: Path) -> None:
        if taken.number == 1:
            raise InterruptedError
        write_frame(taken, stem)

    with monkeypatch.context() as patched:
        patched.setattr("followme_training.synthetic.recording.write_frame", stops)
        with pytest.raises(InterruptedError):
            Recording(scene, recorded, SIZE, PLAIN).write()
    whole = recorded / "frame-000000.color.jpg"
    written = whole.stat().st_mtime_ns
    assert Recording(scene, recorded, SIZE, PLAIN).write() == 3
    assert whole.stat().st_mtime_ns == written
    Recording(scene, tmp_path / "fresh", SIZE, PLAIN).write()
    assert frames_in(recorded) == frames_in(tmp_path / "fresh")


def test_a_recording_is_read_without_a_renderer(recorded: Path, scene: Path) -> None:
    taken = list(Recording(scene, recorded).take())
    assert [t.number for t in taken] == [0, 1, 2]
    (recorded / "exact" / "000001.npz").unlink()
    with pytest.raises(DataError, match=r"000001\.npz: is missing; run"):
        list(Recording(scene, recorded).take())


@pytest.mark.parametrize("data", [b"", b"no zip", None])
def test_a_damaged_view_is_named(recorded: Path, scene: Path, data: bytes | None) -> None:
    file = recorded / "exact" / "000001.npz"
    file.write_bytes(file.read_bytes()[:-200] if data is None else data)
    with pytest.raises(DataError, match=r"000001\.npz: is damaged"):
        list(Recording(scene, recorded).take())


def test_frames_of_another_scene_size_or_quality_are_not_mixed(recorded: Path, scene: Path) -> None:
    with pytest.raises(DataError, match="holds frames with width 64, not 32"):
        Recording(scene, recorded, (32, 24), PLAIN)
    with pytest.raises(DataError, match="holds frames with samples 0, not 4"):
        Recording(scene, recorded, SIZE, Quality(samples=4))
    text = scene.read_text(encoding="utf-8")
    scene.write_text(text + "sensor: {grey_sigma: 5}\n", encoding="utf-8")
    Recording(scene, recorded, SIZE, PLAIN)  # no view depends on that
    scene.write_text(text + "camera: {height_m: 1.2}\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds frames with scene"):
        Recording(scene, recorded, SIZE, PLAIN)
    with pytest.raises(DataError, match="holds frames with scene"):
        Recording(scene, recorded)


def test_a_folder_that_was_not_recorded_is_refused(tmp_path: Path, scene: Path) -> None:
    with pytest.raises(DataError, match="is no note of a rendering"):
        Recording(scene, tmp_path / "nothing")
    note = tmp_path / "damaged" / "exact" / "about.json"
    note.parent.mkdir(parents=True)
    note.write_text('{"scene": 1}', encoding="utf-8")
    with pytest.raises(DataError, match="is no note of a rendering"):
        Recording(scene, tmp_path / "damaged")


@pytest.mark.parametrize(
    "wrong", [{"samples": -1}, {"bounces": 99}, {"scale": 0.1}, {"scale": float("nan")}]
)
def test_a_quality_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(DataError, match=rf"synthetic: {next(iter(wrong))} .* must be from"):
        Quality(**wrong)  # type: ignore[arg-type]


def test_a_sheet_shows_frames_in_five_columns(recorded: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert write_sheet(recorded, sheet) == 3
    assert cv2.imread(str(sheet)).shape == (3 * 240, 5 * 320, 3)
    with pytest.raises(DataError, match="is no folder"):
        write_sheet(tmp_path / "nothing", sheet)
    with pytest.raises(DataError, match="holds no frames"):
        write_sheet(tmp_path, sheet)
    (recorded / "frame-000001.labels.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"frame-000001\.labels\.png"):
        write_sheet(recorded, sheet)
