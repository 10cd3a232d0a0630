from __future__ import annotations

import io
import time
import weakref
from typing import Any

import numpy as np
import pytest

from followme.cli.live import LiveLines
from followme.cli.observer import RunObserver
from followme.values.camera import Attitude, Camera
from followme.values.depth_map import DepthStatus, ImageHealth, Provenance
from followme.values.detections import Detections
from followme.values.frame import CameraInfo, ColourImage, GreyImage
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.label_map import LabelInfo
from followme.values.obstacle import Obstacles, Sight

from .test_live import CHAIR, ClosedPipe

CAMERA = Camera(4, 3, 5.0, 5.0, 1.5, 1.0)
STATUS = DepthStatus(
    1, Provenance.SENSOR, 1.0, True, 0.0, None, Attitude(1.3, 0.2), True, 1.0, ImageHealth()
)


def an_image(stamp_ns: int) -> ColourImage:
    return ColourImage(stamp_ns, np.zeros((3, 4, 3), np.uint8))


def seen(stamp_ns: int, *things: Any) -> Obstacles:
    return Obstacles(stamp_ns, things, Sight.SEEING)


def said(outcome: Outcome, text: str = "Chair ahead") -> Announcement:
    return Announcement(0, text, "warn.object", Priority.WARN, outcome=outcome, latency_s=0.2)


class Record:
    """Notes what it is given in place of the files."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.labels: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        def note(*values: Any, **named: Any) -> None:
            self.calls.append((name, *values))
            self.labels += [named["labels"]] if "labels" in named else []

        return note

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [values for called, *values in self.calls if called == name]


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def observer(record) -> RunObserver:
    return RunObserver(LiveLines(io.StringIO()), record, time.monotonic())


def test_at_first_nothing_was_seen(observer):
    assert (observer.images_in, observer.frames_out, observer.first_obstacles_s) == (0, 0, None)


def test_without_files_it_only_counts_and_prints():
    out = io.StringIO()
    observer = RunObserver(LiveLines(out), None, time.monotonic())
    observer.image(an_image(1))
    observer.obstacles(seen(1, CHAIR))
    observer.announcement(said(Outcome.STARTED))
    observer.truth((1, ()))
    observer.close({"seconds": 1.0})
    assert (observer.images_in, observer.frames_out) == (1, 1)
    assert len(out.getvalue().splitlines()) == 2


def test_the_picture_is_that_of_the_stamp(observer, record):
    images = [an_image(n) for n in range(3)]
    for image in images:
        observer.image(image)
    observer.info(CameraInfo(1, CAMERA))
    observer.status(STATUS)
    observer.obstacles(seen(1))
    ((image, camera, status, obstacles, saying, faces),) = record.of("frame")
    assert image is images[1]
    assert (camera, status, saying, faces) == (CAMERA, STATUS, "", None)
    assert obstacles.stamp_ns == 1


class TestLabels:
    NAMES = LabelInfo(0, ("floor", "chair"), ((), ()), "m.onnx", "")

    def shown(self, observer: RunObserver, record: Record, stamp_ns: int) -> Any:
        observer.image(an_image(stamp_ns))
        observer.obstacles(seen(stamp_ns))
        return record.labels[-1]

    def test_a_picture_gets_the_newest(self, observer, record):
        observer.label_info(self.NAMES)
        assert self.shown(observer, record, 1) is None
        for stamp_ns in (1, 2):
            observer.labels(GreyImage(stamp_ns, np.full((3, 4), 1, np.uint8)))
        labels = self.shown(observer, record, 2)
        assert (labels.stamp_ns, labels.names) == (2, ("floor", "chair"))
        assert (labels.labels == 1).all()

    def test_numbers_without_a_name_end_no_run(self, observer, record):
        observer.label_info(self.NAMES)
        observer.labels(GreyImage(1, np.full((3, 4), 2, np.uint8)))
        assert self.shown(observer, record, 1) is None

    def test_nobody_keeps_them_where_nothing_is_written(self):
        observer = RunObserver(LiveLines(io.StringIO()), None, time.monotonic())
        observer.label_info(self.NAMES)
        observer.labels(GreyImage(1, np.full((3, 4), 2, np.uint8)))
        assert observer._labels is None


def test_an_image_whose_obstacles_never_come_does_not_stay(observer):
    lost = weakref.ref(image := an_image(1))
    observer.image(image)
    observer.image(an_image(2))
    del image
    assert lost() is not None
    observer.obstacles(seen(2))
    assert lost() is None
    assert (observer.images_in, observer.frames_out) == (2, 1)


def test_obstacles_without_a_picture_are_recorded_without_one(observer, record):
    observer.obstacles(seen(7))
    assert record.of("frame") == []
    assert len(record.of("obstacles")) == 1
    assert observer.frames_out == 0


def test_a_picture_goes_through_once(observer, record):
    observer.image(an_image(1))
    observer.obstacles(seen(1))
    observer.obstacles(seen(1))  # as the clock of fusion says it again
    assert observer.frames_out == 1
    assert (len(record.of("frame")), len(record.of("obstacles"))) == (1, 2)


def test_pictures_whose_obstacles_never_come_give_way(observer, record):
    for n in range(40):
        observer.image(an_image(n))
    observer.obstacles(seen(0))
    observer.obstacles(seen(39))
    assert [image.stamp_ns for image, *_ in record.of("frame")] == [39]
    assert observer.images_in == 40


def test_the_first_obstacle_is_timed_from_the_start_of_the_process(record):
    observer = RunObserver(LiveLines(io.StringIO()), record, time.monotonic() - 5.0)
    observer.obstacles(seen(1))
    assert observer.first_obstacles_s is None
    observer.obstacles(seen(2, CHAIR))
    first_s = observer.first_obstacles_s
    assert first_s is not None and first_s >= 5.0
    observer.obstacles(seen(3, CHAIR))
    assert observer.first_obstacles_s == first_s


def test_words_stand_in_the_picture_while_they_sound(observer, record):
    def shown() -> str:
        observer.image(an_image(1))
        observer.obstacles(seen(1))
        return str(record.of("frame")[-1][4])

    assert shown() == ""
    observer.announcement(said(Outcome.STARTED))
    assert shown() == "Chair ahead"
    observer.announcement(said(Outcome.DROPPED_STALE, "Door left"))
    assert shown() == "Chair ahead"
    observer.announcement(said(Outcome.SPOKEN))
    assert shown() == ""
    assert len(record.of("announcement")) == 3


@pytest.mark.parametrize(
    ("node", "stage"),
    [
        ("camera", "capture"),
        ("depth_estimator", "depth_estimator"),
        ("obstacle_fusion", "obstacle_fusion"),
        ("stamp_to_obstacles", "stamp_to_obstacles"),
    ],
)
def test_work_is_timed_under_the_name_of_its_stage(observer, node, stage):
    observer.timed(node, 3.0)
    rows = observer.latency.rows()
    assert rows[stage]["max_ms"] == 3.0
    assert sum(row["n"] for row in rows.values()) == 1


@pytest.mark.parametrize("node", ["speech", "overlay"])
def test_work_that_is_no_stage_is_not_timed(observer, node):
    observer.timed(node, 3.0)
    assert all(row["n"] == 0 for row in observer.latency.rows().values())


def test_the_way_to_the_ear_is_timed_when_it_begins_to_sound(observer):
    observer.announcement(said(Outcome.STARTED))
    observer.announcement(said(Outcome.SPOKEN))
    row = observer.latency.rows()["stamp_to_announcement"]
    assert (row["n"], row["max_ms"]) == (1, 200.0)


def test_truth_is_recorded_with_its_stamp(observer, record):
    observer.truth((5, ()))
    assert record.of("truth") == [[5, ()]]


def test_at_the_end_the_files_get_counts_and_facts(observer, record):
    observer.image(an_image(1))
    observer.obstacles(seen(1, CHAIR))
    observer.close({"seconds": 2.0, "dropped": {"speech": 0}})
    ((latency, facts),) = record.of("close")
    assert latency is observer.latency
    assert facts == {
        "frames_in": 1,
        "frames_out": 1,
        "first_obstacles_s": observer.first_obstacles_s,
        "pictures_left_out_unsearched": 0,
        "seconds": 2.0,
        "dropped": {"speech": 0},
    }


def test_a_reader_who_went_away_does_not_disturb_the_record(record):
    observer = RunObserver(LiveLines(ClosedPipe()), record, time.monotonic())
    observer.image(an_image(1))
    observer.obstacles(seen(1, CHAIR))
    observer.announcement(said(Outcome.STARTED))
    assert [name for name, *_ in record.calls] == ["obstacles", "frame", "announcement"]


def test_a_picture_waits_for_its_faces_while_somebody_looks_for_them(observer, record):
    observer.faces_looked_for = lambda: True
    observer.image(an_image(1))
    observer.obstacles(seen(1))
    assert record.of("frame") == []
    faces = Detections.empty(1, (4, 3))
    observer.faces(faces)
    ((image, *_, found),) = record.of("frame")
    assert (image.stamp_ns, found) == (1, faces)


def test_a_picture_that_nobody_looked_at_is_left_out_and_counted(observer, record):
    observer.faces_looked_for = lambda: True
    observer.image(an_image(1))
    observer.obstacles(seen(1))
    observer.close({})
    assert record.of("frame") == []
    ((_, facts),) = record.of("close")
    assert facts["pictures_left_out_unsearched"] == 1


@pytest.mark.parametrize("node", ["face_detector", "object_detector", "segmenter"])
def test_each_network_has_a_row_in_the_table(observer, node):
    observer.timed(node, 12.5)
    row = observer.latency.rows()[node]
    assert (row["n"], row["p50_ms"]) == (1, 12.5)
