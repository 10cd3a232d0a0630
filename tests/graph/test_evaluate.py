"""``followme evaluate`` through the whole graph: a page of what was really said, and how late."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.walks.sample_walk import short_bag

from .conftest import Processes, await_that

pytestmark = pytest.mark.graph


def test_a_bag_through_the_graph_is_measured(processes: Processes, tmp_path: Path) -> None:
    bag, out = short_bag(tmp_path, seconds=3.0), tmp_path / "out"
    process = processes.followme("evaluate", str(bag), "--colour-only", "--out", str(out))
    await_that(lambda: process.poll() is not None, 180, "the evaluation ends")
    printed = processes.output(process)
    assert process.returncode in (0, 1) and "Traceback" not in printed, printed
    content = json.loads((out / "evaluation.json").read_text())
    assert content["clock"] == "bag" and not content["sensor_depth"]
    assert content["latency"]["depth_estimator"]["n"] > 0
    assert content["latency"]["stamp_to_obstacles"]["p50_ms"] > 0.0
    assert content["onsets"], "the greeting at least"
    assert all(row["onset_s"] >= row["stamp_s"] for row in content["onsets"])
    page = (out / "evaluation.html").read_text()
    assert "How long each stage took" in page
    assert {"overlay.mp4", "speech.wav", "summary.json"} <= {p.name for p in out.iterdir()}
