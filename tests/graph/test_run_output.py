"""What ``followme run --out`` leaves: complete, consistent, and true to what was heard."""

from __future__ import annotations

import json
import re
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.real_ros import await_that
from tests.sources.build_recordings import write_camera_info

from .conftest import Processes

pytestmark = pytest.mark.graph

_LOUD = 200  # of 32767: well above the silence between words, well below any word
_EARLY_S, _LATE_S = 0.05, 0.05


def ran(processes: Processes, out: Path, *arguments: str) -> str:
    """Run FollowMe to its end and return what it printed."""
    process = processes.followme("run", "--speech", "wav", "--out", str(out), *arguments)
    await_that(lambda: process.poll() is not None, 90, "the run ends")
    assert process.returncode == 0, processes.output(process)
    return processes.output(process)


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def sound(track: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(track)) as w:
        return np.frombuffer(w.readframes(w.getnframes()), np.int16), w.getframerate()


def test_a_synthetic_run_is_complete_and_the_track_is_what_was_logged(
    processes: Processes, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    printed = ran(processes, out, "--source", "synthetic", "--seconds", "9")
    assert "in the way" in printed and 'says     "' in printed
    summary = json.loads((out / "summary.json").read_text())
    assert summary["frames_in"] > 60
    # what was given and not counted as lost came through; the last ones were still in work
    given = {r["stamp_ns"] for r in rows(out / "truth.jsonl")}
    came = {r["stamp_ns"] for r in rows(out / "obstacles.jsonl")}
    assert summary["frames_out"] > 50
    lost = [stamp for stamp in given - came if stamp < max(came)]
    assert len(lost) <= sum(summary["dropped"].values()), (lost, summary)
    latency = json.loads((out / "latency.json").read_text())
    assert abs(latency["stamp_to_obstacles"]["n"] - summary["frames_out"]) <= 1
    for stage in ("face_detector", "object_detector", "segmenter", "depth_estimator"):
        assert latency[stage]["n"] > 0 and latency[stage]["p50_ms"] > 0.0, stage
    assert rows(out / "truth.jsonl") and (out / "overlay.mp4").stat().st_size > 10_000

    heard = [r for r in rows(out / "announcements.jsonl") if r["onset_s"] is not None]
    assert len(heard) >= 2
    samples, rate = sound(out / "speech.wav")
    loud = np.abs(samples.astype(np.int32)) > _LOUD
    for row in heard:
        at = int(row["onset_s"] * rate)
        begin, end = max(0, at - int(_EARLY_S * rate)), at + int(_LATE_S * rate)
        assert loud[begin:end].any(), f"{row['text']!r} at {row['onset_s']} s"
        assert not loud[max(0, begin - rate // 20) : begin].any() or _speaks_before(row, heard)
    quiet_s = max(0.0, heard[0]["onset_s"] - _EARLY_S)
    assert not loud[: int(quiet_s * rate)].any(), "silence before the first words"


def _speaks_before(row: dict[str, Any], heard: list[dict[str, Any]]) -> bool:
    """Return whether something else may still sound just before, because it was cut."""
    return any(0 < row["onset_s"] - r["onset_s"] < 3.0 for r in heard)


def test_real_images_give_obstacles_and_words(
    processes: Processes, tmp_path: Path, data_dir: Path
) -> None:
    out = tmp_path / "out"
    printed = ran(processes, out, "--source", str(data_dir / "kitchen_rgbd"))
    assert "in the way" in printed
    assert any(r["text"].startswith("Stop. ") for r in rows(out / "announcements.jsonl"))
    seen = rows(out / "obstacles.jsonl")
    assert any(o["in_corridor"] and o["distance_m"] < 2.0 for r in seen for o in r["obstacles"])


SIDES = ("left", "ahead left", "ahead", "ahead right", "right")


def test_without_a_height_doors_are_named_with_their_side_and_no_distance(
    processes: Processes, tmp_path: Path, data_dir: Path
) -> None:
    out = tmp_path / "out"
    printed = ran(processes, out, "--source", str(data_dir / "hallway"))
    assert "give the parameter walker.camera_height_m or a calibration" in printed
    seen, named = rows(out / "obstacles.jsonl"), rows(out / "announcements.jsonl")
    assert not any(r["obstacles"] for r in seen), "none is invented"
    assert any(t["label"] == "door" for r in seen for t in r["unranged"])
    heard = {r["text"] for r in named if r["onset_s"] is not None}
    assert "Cannot judge distance" in heard
    # which of them is heard, and not gone by then, depends on the machine: docs/detection.md
    doors = [r for r in named if r["text"].startswith("Door ")]
    assert doors and {r["text"].removeprefix("Door ") for r in doors} <= set(SIDES)
    assert all(r["distance_m"] is None for r in named)
    assert not any(any(c.isdigit() for c in text) for text in heard), "no number is spoken"
    assert not METRES.search(printed), "nor printed"


METRES = re.compile(r"\b\d+\.\d\d m, ")


@pytest.mark.parametrize("height_m", [0.0, 0.4])
def test_with_a_lens_a_distance_is_told_only_with_a_height(
    processes: Processes, tmp_path: Path, data_dir: Path, height_m: float
) -> None:
    # nobody knows the lens of these images: one of 90 degrees stands for it
    matrix = {"rows": 3, "cols": 3, "data": [320.0, 0, 319.5, 0, 320.0, 179.5, 0, 0, 1]}
    lens = write_camera_info(tmp_path / "lens.yaml", 640, 360, camera_matrix=matrix)
    file = tmp_path / "camera.yaml"
    file.write_text(f"/**/camera:\n  ros__parameters: {{calibration: {lens}}}\n")
    words = ["--params-file", str(file), "--camera-height", f"{height_m:g}"]
    printed = ran(processes, tmp_path / "out", "--source", str(data_dir / "hallway"), *words)
    assert "in the way: " in printed
    if height_m:
        assert METRES.search(printed), printed
    else:
        assert "The scale is a guess: the camera's height was not given." in printed
        assert "unknown distance" in printed and not METRES.search(printed), printed
    said = rows(tmp_path / "out" / "announcements.jsonl")
    heard = [r["text"] for r in said if r["onset_s"] is not None]
    assert height_m or not any(any(c.isdigit() for c in text) for text in heard)
