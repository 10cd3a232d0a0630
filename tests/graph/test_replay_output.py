"""``followme replay``: the files of ``--out`` from a bag of another robot; a sentence else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from followme.sources.synthetic import SyntheticSource
from tests.sources.build_recordings import MS, STORE, header, packed_msg, write_bag
from tests.sources.test_bag import a_walk, at

from .conftest import Processes, await_that

pytestmark = pytest.mark.graph

_FRAMES = 3
_FILES = {
    "announcements.jsonl",
    "announcements.txt",
    "contact_sheet.png",
    "latency.json",
    "obstacles.jsonl",
    "overlay.mp4",
    "summary.json",
}


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def another_robot(folder: Path) -> Path:
    """Write a bag with compressed images, depth in metres and no calibration."""
    messages = []
    source = SyntheticSource(160, 120, 10.0, seed=3, seconds=0.1 * _FRAMES)
    for n, frame in enumerate(source.frames()):
        t = at(100 * n)
        jpeg = cv2.imencode(".jpg", np.asarray(frame.bgr))[1].tobytes()
        assert frame.depth_m is not None
        depth = np.ascontiguousarray(frame.depth_m, "<f4")
        image = STORE.types["sensor_msgs/msg/Image"](
            header(t), 120, 160, "32FC1", 0, 4 * 160, depth.reshape(-1).view(np.uint8)
        )
        messages += [
            ("/front/color/compressed", t, packed_msg(t, "jpeg", jpeg)),
            ("/front/depth", t + 2 * MS, image),
            ("/front/other/compressed", t, packed_msg(t, "jpeg", jpeg)),
        ]
    source.close()
    return write_bag(folder, sorted(messages, key=lambda m: m[1]))


def test_a_bag_of_another_robot_gives_the_files_of_a_run(
    processes: Processes, tmp_path: Path
) -> None:
    bag, out, lens = another_robot(tmp_path / "theirs"), tmp_path / "out", tmp_path / "lens.yaml"
    lens.write_text("/**/bag_player:\n  ros__parameters: {field_of_view_deg: 70.0}\n")
    process = processes.followme(
        *("replay", str(bag), "--out", str(out), "--speech", "silent", "--every-frame"),
        *("--remap", "/front/color/compressed:=camera/image_raw"),
        *("--params-file", str(lens)),
    )
    await_that(lambda: process.poll() is not None, 120, "the replay ends")
    printed = processes.output(process)
    assert process.returncode == 0 and "Traceback" not in printed, printed
    assert {p.name for p in out.iterdir()} >= _FILES
    summary = json.loads((out / "summary.json").read_text())
    assert summary["frames_in"] == summary["frames_out"] == _FRAMES
    assert summary["dropped"]["bag_player"] == summary["dropped"]["depth_estimator"] == 0
    stamps = [at(100 * n) for n in range(_FRAMES)]
    seen = {r["stamp_ns"] for r in rows(out / "obstacles.jsonl")}
    assert set(stamps) <= seen and min(seen) >= at(0), "stamps of the bag, and no other time"
    latency = json.loads((out / "latency.json").read_text())
    assert latency["capture"]["n"] == _FRAMES
    assert latency["stamp_to_obstacles"]["max_ms"] < 60_000, "ages are on the time of the bag"


def test_a_wrong_remap_is_one_sentence_and_2(processes: Processes, tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "walk", a_walk())
    process = processes.followme("replay", str(bag), "--remap", "/camera/image:=camera/image_raw")
    await_that(lambda: process.poll() is not None, 60, "its end")
    assert process.returncode == 2
    (said,) = processes.output(process).splitlines()
    assert said.startswith(f"followme replay: {bag}: holds no messages on '/camera/image'")
    assert said.endswith("; did you mean '/camera/image_raw'?")
