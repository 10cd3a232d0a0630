"""The log of a run: whole or refused."""

from __future__ import annotations

import math

import pytest

from followme.evaluation.evidence import Evidence
from followme.evaluation.onset_log import VERSION, LogError, RunResult, read_log, rows_of, write_log
from tests.evaluation.records import heard

RESULT = RunResult(
    run={"walk": "02_box", "seed": 0},
    shortfalls=("STOP was never said",),
    evidence=Evidence({"missed": [1, 2]}, {"stale": [0.0, 0.5]}, {"lead": [2.5, 2.75]}),
    onsets=rows_of([heard(2.6, distance_m=3.4), heard(3.0, thing=None)], [3.45, math.nan]),
)


def test_a_log_is_read_as_it_was_written(tmp_path):
    write_log(tmp_path / "run.jsonl", RESULT)
    assert read_log(tmp_path / "run.jsonl") == RESULT
    assert [p.name for p in tmp_path.iterdir()] == ["run.jsonl"]


def test_a_message_has_all_that_is_needed_to_score_it(tmp_path):
    row = RESULT.onsets[0]
    assert row["onset_s"] == 2.6 and row["stamp_s"] == 2.45 and row["latency_s"] == 0.15
    assert row["distance_m"] == 3.4 and row["true_distance_m"] == 3.45
    assert (row["zone"], row["priority"], row["track_id"]) == ("WARN", 4, 7)
    assert RESULT.onsets[1]["true_distance_m"] is None


def written(tmp_path, change) -> str:
    path = tmp_path / "run.jsonl"
    write_log(path, RESULT)
    path.write_text(change(path.read_text()))
    with pytest.raises(LogError) as caught:
        read_log(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: "", "it is none"),
        (lambda t: "[]\n", "it is none"),
        (lambda t: '{"a": 1}\n', "it is none"),
        (lambda t: t.replace(f'"followme_onset_log": {VERSION}', '"followme_onset_log": 99'), "99"),
        (lambda t: t[: len(t) // 2], "remove it and run the walk again"),
        (lambda t: "\n".join(t.splitlines()[:-1]) + "\n", "its end is missing"),
        (lambda t: "no json", "damaged"),
    ],
)
def test_a_log_that_is_not_whole_is_refused(tmp_path, change, sentence):
    text = written(tmp_path, change)
    assert sentence in text and "\n" not in text


def test_a_missing_log_is_refused(tmp_path):
    with pytest.raises(LogError, match="cannot be read"):
        read_log(tmp_path / "none.jsonl")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "run.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LogError, match="damaged"):
        read_log(tmp_path / "run.jsonl")
