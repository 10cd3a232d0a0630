from __future__ import annotations

import json
import math
import threading

import numpy as np
import pytest

from followme.outputs.latency import LatencyTable

STAGES = [
    "capture",
    "face_detector",
    "object_detector",
    "segmenter",
    "depth_estimator",
    "obstacle_fusion",
    "stamp_to_obstacles",
    "stamp_to_announcement",
]
KEYS = ["n", "p50_ms", "p95_ms", "p99_ms", "max_ms"]


def test_a_stage_that_did_not_run_has_no_samples_and_nulls():
    rows = LatencyTable().rows()
    assert list(rows) == STAGES
    for row in rows.values():
        assert list(row) == KEYS
        assert row["n"] == 0
        assert [row[key] for key in KEYS[1:]] == [None] * 4
    json.dumps(rows, allow_nan=False)


def test_an_unknown_stage_is_refused_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"'depth'.*depth_estimator"):
        LatencyTable().add("depth", 1.0)


@pytest.mark.parametrize("ms", [math.nan, math.inf, -math.inf])
def test_a_duration_that_is_no_number_is_refused(ms):
    with pytest.raises(ValueError, match="latency of capture"):
        LatencyTable().add("capture", ms)


def test_percentiles_are_those_of_numpy():
    table = LatencyTable()
    samples = np.random.default_rng(0).permutation(1000) * 0.25
    for ms in samples:
        table.add("capture", ms)
    row = table.rows()["capture"]
    assert row["n"] == 1000
    for key, share in (("p50_ms", 50), ("p95_ms", 95), ("p99_ms", 99), ("max_ms", 100)):
        assert row[key] == pytest.approx(np.percentile(samples, share), abs=1e-3)


def test_one_sample_is_every_percentile():
    table = LatencyTable()
    table.add("segmenter", 12.5)
    assert table.rows()["segmenter"] == dict(zip(KEYS, [1, 12.5, 12.5, 12.5, 12.5], strict=True))


def test_the_text_has_a_line_a_stage_and_dashes_where_nothing_ran():
    table = LatencyTable()
    table.add("capture", 3.14)
    lines = table.text().splitlines()
    assert [line.split()[0] for line in lines] == ["stage", *STAGES]
    assert lines[1].split() == ["capture", "1", "3.1", "3.1", "3.1", "3.1"]
    assert lines[2].split() == ["face_detector", "0", "-", "-", "-", "-"]
    assert len({len(line) for line in lines}) == 1


def test_samples_of_many_threads_all_count_while_others_read():
    table = LatencyTable()

    def work():
        for i in range(500):
            table.add("capture", i)
            if i % 100 == 0:
                table.rows()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table.rows()["capture"]["n"] == 2000
