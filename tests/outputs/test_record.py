from __future__ import annotations

import errno
import json
import math
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme.outputs import film as film_module
from followme.outputs.files import OutputError
from followme.outputs.latency import LatencyTable
from followme.outputs.record import RunRecord
from followme.settings import CorridorSettings
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.label_map import LabelMap
from followme.values.obstacle import Kind, Obstacle, Obstacles, Sight, Zone
from followme.values.truth import TruthObject

from .test_rows import ANNOUNCEMENT_KEYS, OBSTACLE_KEYS

FILES = {
    "overlay.mp4",
    "contact_sheet.png",
    "announcements.jsonl",
    "announcements.txt",
    "obstacles.jsonl",
    "latency.json",
    "summary.json",
}
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
STAGE_KEYS = ["n", "p50_ms", "p95_ms", "p99_ms", "max_ms"]
OBSTACLES_KEYS = ["stamp_ns", "sight", "reason", "obstacles"]
SUMMARY_KEYS = ["frames_in", "frames_out", "dropped", "seconds", "versions", "models"]
SUMMARY = {
    "frames_in": 20,
    "frames_out": 20,
    "dropped": {"camera": 0},
    "seconds": 2.0,
    "versions": {"followme": "0"},
    "models": {},
}


def a_record(folder, **facts):
    return RunRecord(folder, rate_hz=10.0, corridor=CorridorSettings(), **facts)


def an_image(i=0, size=(48, 64)):
    return ColourImage(i * 100_000_000, np.full((*size, 3), 10 * i % 250, np.uint8))


def some_obstacles(i=0, sight=Sight.SEEING):
    thing = Obstacle(
        1, Kind.OBJECT, "chair", 0.9, (2.0, 0.0, 0.4), 2.0, 0.1, 0.0, 0.2, 0.0, 0.9, -0.2, 0.2
    )
    return Obstacles(i * 100_000_000, (thing,), sight, distances_known=True)


def said(text="Chair ahead", outcome=Outcome.SPOKEN, onset_s=1.5, latency_s=0.3, stamp_ns=1):
    return Announcement(
        stamp_ns,
        text,
        "warn.object",
        Priority.WARN,
        1,
        Zone.WARN,
        onset_s=onset_s,
        outcome=outcome,
        latency_s=latency_s,
    )


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def frames_in(path):
    return int(cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FRAME_COUNT))


def breaches_of(folder):
    """Hold a folder against the contract of the files that `--out` leaves."""
    found = [name for name in FILES if not (folder / name).is_file()]
    latency = json.loads((folder / "latency.json").read_text())
    found += [stage for stage in STAGES if stage not in latency]
    found += [f"{s} {k}" for s in STAGES for k in STAGE_KEYS if k not in latency.get(s, {})]
    summary = json.loads((folder / "summary.json").read_text())
    found += [key for key in SUMMARY_KEYS if key not in summary]
    for row in rows_of(folder / "announcements.jsonl"):
        found += [key for key in ANNOUNCEMENT_KEYS if key not in row]
    for row in rows_of(folder / "obstacles.jsonl"):
        found += [key for key in OBSTACLES_KEYS if key not in row]
        found += [key for o in row["obstacles"] for key in OBSTACLE_KEYS if key not in o]
    return found


def test_a_run_without_any_frame_leaves_a_complete_folder(tmp_path):
    record = a_record(tmp_path / "new" / "out")
    record.close(LatencyTable(), {})
    folder = tmp_path / "new" / "out"
    assert {path.name for path in folder.iterdir()} == FILES
    assert not breaches_of(folder)
    assert frames_in(folder / "overlay.mp4") == 1
    assert cv2.imread(str(folder / "contact_sheet.png")).max() > 150
    assert (folder / "announcements.txt").read_text() == "Nothing was said.\n"
    assert json.loads((folder / "summary.json").read_text())["frames_in"] is None


def test_a_whole_run_keeps_the_contract(tmp_path):
    record, latency = a_record(tmp_path), LatencyTable()
    for i in range(20):
        record.frame(an_image(i), None, None, some_obstacles(i), "Chair" if i == 7 else "")
        record.obstacles(some_obstacles(i))
        record.truth(i, (TruthObject(1, Kind.OBJECT, "chair", (2.0, 0.0, 0.0)),))
        latency.add("stamp_to_obstacles", 40.0 + i)
    record.announcement(said(outcome=Outcome.STARTED))
    record.announcement(said())
    record.announcement(said(outcome=Outcome.DROPPED_STALE, onset_s=math.nan, stamp_ns=2))
    record.close(latency, SUMMARY)
    assert not breaches_of(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES | {"truth.jsonl"}
    assert frames_in(tmp_path / "overlay.mp4") == 20
    assert len(rows_of(tmp_path / "obstacles.jsonl")) == 20
    assert len(rows_of(tmp_path / "truth.jsonl")) == 20
    outcomes = [row["outcome"] for row in rows_of(tmp_path / "announcements.jsonl")]
    assert outcomes == ["spoken", "dropped_stale"]
    assert "00:01.5  Chair ahead" in (tmp_path / "announcements.txt").read_text()
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["pictures_dropped"] == 0
    assert summary["frames_out"] == 20


def test_closing_twice_changes_nothing(tmp_path):
    record = a_record(tmp_path)
    record.close(LatencyTable(), SUMMARY)
    before = (tmp_path / "summary.json").read_text()
    record.close(LatencyTable(), {})
    record.frame(an_image(), None, None, None, "")
    record.obstacles(some_obstacles())
    record.announcement(said())
    record.truth(0, ())
    assert (tmp_path / "summary.json").read_text() == before
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert not (tmp_path / "obstacles.jsonl").read_text()


@pytest.mark.parametrize(
    ("place", "mend"),
    [("file", "a file has that name: give --out a folder"), ("file/out", "is a file")],
)
def test_a_folder_that_cannot_be_made_is_one_sentence_with_the_mend(tmp_path, place, mend):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=mend):
        a_record(tmp_path / place)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_says_so(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="you may not write there"):
        a_record(tmp_path / "out")


def test_files_of_an_earlier_run_are_not_taken_for_this_ones(tmp_path):
    (tmp_path / "truth.jsonl").write_text("{}\n")
    (tmp_path / "overlay.part.mp4").write_text("")
    (tmp_path / "speech.wav").write_text("of somebody else")
    a_record(tmp_path).close(LatencyTable(), SUMMARY)
    assert {path.name for path in tmp_path.iterdir()} == FILES | {"speech.wav"}


def test_lines_can_be_read_while_the_run_goes_on(tmp_path):
    record = a_record(tmp_path)
    record.obstacles(some_obstacles())
    record.announcement(said())
    assert rows_of(tmp_path / "obstacles.jsonl")[0]["obstacles"][0]["label"] == "chair"
    assert rows_of(tmp_path / "announcements.jsonl")[0]["latency_s"] == 0.3
    record.close(LatencyTable(), SUMMARY)


def test_a_killed_process_has_lost_no_line(tmp_path):
    code = (
        "import sys, time, pathlib\n"
        "from followme.outputs.record import RunRecord\n"
        "from followme.settings import CorridorSettings\n"
        "from followme.values.obstacle import Obstacles, Sight\n"
        "r = RunRecord(pathlib.Path(sys.argv[1]), rate_hz=10.0, corridor=CorridorSettings())\n"
        "for i in range(50): r.obstacles(Obstacles(i, (), Sight.SEEING))\n"
        "print('written', flush=True)\n"
        "sys.stdin.read()\n"
    )
    source = str(Path(film_module.__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    )
    try:
        assert process.stdout.readline() == b"written\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    stamps = [row["stamp_ns"] for row in rows_of(tmp_path / "obstacles.jsonl")]
    assert stamps == list(range(50))


def test_the_onset_of_the_start_is_in_the_final_row_even_if_the_end_forgot_it(tmp_path):
    record = a_record(tmp_path)
    record.announcement(said(outcome=Outcome.STARTED))
    record.announcement(said(outcome=Outcome.CUT, onset_s=math.nan, latency_s=math.nan))
    record.close(LatencyTable(), SUMMARY)
    (row,) = rows_of(tmp_path / "announcements.jsonl")
    assert (row["outcome"], row["onset_s"], row["latency_s"]) == ("cut", 1.5, 0.3)


def test_what_sounds_when_the_run_ends_is_recorded_as_cut(tmp_path):
    record = a_record(tmp_path)
    record.announcement(said(outcome=Outcome.STARTED))
    record.close(LatencyTable(), SUMMARY)
    (row,) = rows_of(tmp_path / "announcements.jsonl")
    assert (row["outcome"], row["onset_s"]) == ("cut", 1.5)
    assert "cut" in (tmp_path / "announcements.txt").read_text()


def test_when_drawing_cannot_keep_up_the_oldest_pictures_give_way(tmp_path, monkeypatch):
    busy, go_on, drawn = threading.Event(), threading.Event(), []
    original = film_module.draw_overlay

    def slow(image, **facts):
        busy.set()
        assert go_on.wait(10)
        drawn.append(image.stamp_ns // 100_000_000)
        return original(image, **facts)

    monkeypatch.setattr(film_module, "draw_overlay", slow)
    record = a_record(tmp_path)
    record.frame(an_image(0), None, None, None, "")
    assert busy.wait(10)
    for i in range(1, 41):  # nobody waits here although nothing is drawn
        record.frame(an_image(i), None, None, None, "")
    go_on.set()
    record.close(LatencyTable(), SUMMARY)
    assert drawn == [0, *range(11, 41)]
    assert json.loads((tmp_path / "summary.json").read_text())["pictures_dropped"] == 10
    # the film keeps time: the first picture stayed on where the dropped ones were
    assert frames_in(tmp_path / "overlay.mp4") == 41


def test_a_picture_can_be_shown_again_later_with_its_age(tmp_path, monkeypatch):
    ages = []
    original = film_module.draw_overlay

    def note(image, **facts):
        ages.append(facts["now_ns"] - image.stamp_ns)
        return original(image, **facts)

    monkeypatch.setattr(film_module, "draw_overlay", note)
    record = a_record(tmp_path)
    for i in range(5):
        record.frame(an_image(), None, None, None, "", now_ns=i * 100_000_000)
    record.close(LatencyTable(), SUMMARY)
    assert ages == [i * 100_000_000 for i in range(5)]
    assert frames_in(tmp_path / "overlay.mp4") == 5


def test_labels_are_painted_into_the_film(tmp_path):
    labels = np.full((240, 320), 255, np.uint8)
    labels[:, :160] = 0
    record = a_record(tmp_path)
    image = ColourImage(0, np.full((240, 320, 3), 110, np.uint8))
    seen = LabelMap(0, labels, labels, ("floor",))
    record.frame(image, None, None, None, "", labels=seen)
    record.close(LatencyTable(), SUMMARY)
    _, written = cv2.VideoCapture(str(tmp_path / "overlay.mp4")).read()
    assert np.abs(written[150:220, 20:140].astype(int) - 110).max(axis=-1).min() > 15
    assert np.abs(written[150:220, 180:300].astype(int) - 110).max() < 12


@pytest.mark.parametrize("keep", [True, False])
def test_faces_are_blurred_in_what_is_written_unless_they_are_kept(tmp_path, keep):
    checks = np.kron(np.indices((30, 40)).sum(axis=0) % 2, np.ones((8, 8)))
    bgr = np.repeat((checks * 255).astype(np.uint8)[..., None], 3, axis=-1)
    box = np.array([[60, 80, 180, 200]], np.float32)
    faces = Detections(0, (320, 240), box, np.ones(1, np.float32), ("face",))
    record = a_record(tmp_path, keep_faces=keep)
    record.frame(ColourImage(0, bgr), None, None, None, "", faces)
    record.close(LatencyTable(), SUMMARY)
    _, written = cv2.VideoCapture(str(tmp_path / "overlay.mp4")).read()
    assert (written[90:190, 70:170].std() > 90) == keep
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["faces"] == ("kept" if keep else "blurred")
    assert summary["pictures_without_face_search"] == 0


def test_pictures_in_which_nobody_looked_for_faces_are_counted(tmp_path):
    record = a_record(tmp_path)
    record.frame(an_image(), None, None, None, "")
    record.close(LatencyTable(), SUMMARY)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["pictures_without_face_search"] == 1
    assert summary["faces"] == "not looked for"


def test_a_full_disk_during_the_run_silences_nobody_and_is_told_at_the_end(tmp_path, monkeypatch):
    record = a_record(tmp_path)

    def full(_line):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(record._obstacles, "_append", full)
    record.obstacles(some_obstacles())
    record.announcement(said())
    assert "the disk is full" in str(record.fault)
    with pytest.raises(OutputError, match=r"obstacles\.jsonl cannot be written, the disk is full"):
        record.close(LatencyTable(), SUMMARY)
    assert not breaches_of(tmp_path)
    assert len(rows_of(tmp_path / "announcements.jsonl")) == 1


def test_a_film_that_cannot_be_made_is_told_at_the_end_and_the_rest_is_complete(tmp_path):
    record = a_record(tmp_path)
    (tmp_path / "overlay.part.mp4").mkdir()
    record.frame(an_image(), None, None, None, "")
    with pytest.raises(OutputError, match=r"overlay\.mp4 cannot be written, a folder has that"):
        record.close(LatencyTable(), SUMMARY)
    assert (tmp_path / "summary.json").is_file()
    assert (tmp_path / "contact_sheet.png").is_file()


def test_threads_may_write_at_once(tmp_path):
    record = a_record(tmp_path)

    def work(first):
        for i in range(first, first + 50):
            record.obstacles(some_obstacles(i))
            record.announcement(said(stamp_ns=i))

    threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record.close(LatencyTable(), SUMMARY)
    assert len(rows_of(tmp_path / "obstacles.jsonl")) == 200
    assert len(rows_of(tmp_path / "announcements.jsonl")) == 200


def test_the_sheet_shows_the_moments_at_which_something_was_said(tmp_path):
    record = a_record(tmp_path)
    for i in range(20):  # few enough to wait in the queue; one moment of each pair stays
        words = "Stop! Chair" if i in (6, 7, 8) else ""
        record.frame(an_image(i), None, None, some_obstacles(i), words)
    record.close(LatencyTable(), SUMMARY)
    captions = [h.caption for h in record._film._highlights.chosen()]
    assert 9 <= len(captions) <= 12
    assert "00:00.6  Stop! Chair" in captions


def test_blindness_makes_a_moment_worth_keeping(tmp_path):
    record = a_record(tmp_path)
    for i in range(24):
        sight = Sight.BLIND if i == 13 else Sight.SEEING
        record.frame(an_image(i), None, None, replace(some_obstacles(i), sight=sight), "")
    record.close(LatencyTable(), SUMMARY)
    assert "00:01.3" in [h.caption for h in record._film._highlights.chosen()]
