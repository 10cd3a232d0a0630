"""Networks and stages alone, on images that are few and small."""

from __future__ import annotations

import pytest

from followme.benchmark import model_times
from followme.benchmark.walk_frames import walk_frames
from followme.perception.card import ModelError
from tests.build import tiny_depth_onnx


@pytest.fixture(scope="module")
def frames():
    return walk_frames(6, (160, 120))


def test_the_walk_gives_as_many_frames_as_asked_for(frames):
    assert len(frames) == 6 and frames[0].bgr.shape == (120, 160, 3)
    assert frames[0].depth_m is not None and frames[0].camera is not None
    again = walk_frames(2, (160, 120))
    assert (again[1].bgr == frames[1].bgr).all(), "every bench sees the same images"


def test_each_engine_and_number_of_threads_is_timed(frames, tmp_path):
    file = tiny_depth_onnx(tmp_path / "depth.onnx", 24, 32)
    rows = model_times.measure(frames, 0.02, [("depth", file)])
    assert [(r["runtime"], r["threads"]) for r in rows] == [
        ("onnxruntime", 1),
        ("onnxruntime", 2),
        ("openvino", 1),
        ("openvino", 2),
    ]
    for row in rows:
        assert row["task"] == "depth" and len(row["sha256"]) == 64
        assert row["image"]["n"] >= 1 and 0 < row["image"]["p50_ms"] <= row["image"]["max_ms"]
        assert row["cpu_ms_per_image"] >= 0


def test_a_network_that_cannot_be_used_is_one_sentence(frames, tmp_path):
    file = tiny_depth_onnx(tmp_path / "depth.onnx", 24, 32)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"depth\.onnx"):
        model_times.measure(frames, 0.02, [("depth", file)])


def test_stages_are_timed_one_by_one(frames):
    rows = model_times.stages_alone(frames)
    held = ("depth_network", "metric_depth", "obstacle_fusion")
    assert set(rows) == {*held, "ego_motion", "sum_of_p50_ms", "sum_of_p50_with_ego_motion_ms"}
    assert rows["metric_depth"]["n"] == rows["ego_motion"]["n"] == 6
    assert rows["depth_network"]["n"] in (0, 6)  # 0 where no network comes along
    total_ms = sum(rows[part]["p50_ms"] or 0.0 for part in held)
    assert rows["sum_of_p50_ms"] == pytest.approx(total_ms, abs=1e-3)
    with_motion_ms = total_ms + rows["ego_motion"]["p50_ms"]
    assert rows["sum_of_p50_with_ego_motion_ms"] == pytest.approx(with_motion_ms, abs=1e-3)


@pytest.mark.usefixtures("no_networks")
def test_without_a_network_the_other_stages_are_timed(frames):
    rows = model_times.stages_alone(frames)
    assert rows["depth_network"]["n"] == 0 and rows["metric_depth"]["n"] == 6
    assert model_times.measure(frames, 0.02) == []
