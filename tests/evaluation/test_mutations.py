"""Faults put in on purpose change what they say they change, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from followme.evaluation.mutations import MUTATIONS
from followme.values.frame import Frame
from followme.values.label_map import LabelMap
from tests.evaluation.records import heard

BY_NAME = {m.name: m for m in MUTATIONS}


def a_frame(n: int = 0) -> Frame:
    labels = np.zeros((2, 3), np.uint8)
    labels[:, 0] = n % 2
    depth_m = np.array([[1.0, 2.0, 7.0], [np.nan, 4.0, 5.0]], np.float32)
    return Frame(
        n,
        np.arange(18, dtype=np.uint8).reshape(2, 3, 3),
        depth_m=depth_m,
        labels=LabelMap(n, labels, np.full((2, 3), 255, np.uint8), ("a", "b")),
    )


def changed(name: str, frames: int = 1) -> list[Frame]:
    make = BY_NAME[name].frames
    assert make is not None
    change = make()
    return [change(a_frame(n)) for n in range(frames)]


def test_the_issue_names_seven():
    assert len(BY_NAME) == 7


def test_left_and_right_are_swapped_in_all_that_is_seen():
    (frame,) = changed("swap_sides")
    assert np.array_equal(frame.bgr, a_frame().bgr[:, ::-1])
    assert frame.depth_m[0].tolist() == [7.0, 2.0, 1.0]
    assert frame.truth == a_frame().truth


def test_near_and_far_are_swapped():
    (frame,) = changed("swap_depth")
    assert frame.depth_m[0].tolist() == [5.0, 4.0, 7.0]
    assert np.isnan(frame.depth_m[1, 0])


def test_depth_is_doubled():
    assert changed("double_scale")[0].depth_m[0].tolist() == [2.0, 4.0, 14.0]


def test_every_third_depth_is_lost():
    assert [f.depth_m is None for f in changed("drop_depth", 6)] == [False, False, True] * 2


def test_labels_stay_as_they_were_first_with_new_stamps():
    frames = changed("freeze_labels", 3)
    assert [f.labels.labels[0, 0] for f in frames] == [0, 0, 0]
    assert [f.labels.stamp_ns for f in frames] == [0, 1, 2]


def test_each_walk_begins_anew():
    make = BY_NAME["drop_depth"].frames
    first, second = make(), make()
    first(a_frame())
    first(a_frame())
    assert second(a_frame()).depth_m is not None


def test_the_first_alarm_is_suppressed():
    said = [heard(1.0, "reply.ready", "Ready", None), heard(2.0), heard(3.0)]
    left = BY_NAME["suppress"].heard(said)
    assert [h.onset_s for h in left] == [1.0, 3.0]
    assert BY_NAME["suppress"].heard([]) == []


def test_speech_is_late_by_a_second():
    (late,) = BY_NAME["delay_speech"].heard([heard(2.0)])
    assert late.onset_s == pytest.approx(3.0)
    assert late.latency_s == pytest.approx(1.15)


def test_a_frame_without_depth_or_labels_is_left_alone():
    bare = Frame(0, np.zeros((2, 3, 3), np.uint8))
    for mutation in MUTATIONS:
        if mutation.frames is not None:
            assert mutation.frames()(bare).depth_m is None
