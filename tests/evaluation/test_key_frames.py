"""Truth in the pictures of the page stands where the thing is to be seen."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from followme.drawing.palette import WHITE
from followme.evaluation.key_frames import KeyFrames, draw_truth
from followme.pipeline import Step
from followme.settings import CorridorSettings
from followme.stages.names import Names
from followme.values.frame import Frame
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.label_map import LabelMap
from followme.values.obstacle import Kind
from followme.values.truth import TruthObject
from tests.drawing.scenes import STAMP_NS, a_camera, a_status, pixels_of, seen


def ring_at(nearest_m, sight_yaw_deg: float = 0.0) -> tuple[float, float] | None:
    """Return column and row of the middle of the ring; None where there is none."""
    thing = TruthObject(1, Kind.OBJECT, "box", nearest_m)
    bgr = np.full((480, 640, 3), 110, np.uint8)
    frame = Frame(STAMP_NS, bgr, a_camera(), truth=(thing,))
    picture = bgr.copy()
    draw_truth(picture, frame, a_status(), math.radians(sight_yaw_deg))
    rows, columns = pixels_of(picture, WHITE)
    return (float(columns.mean()), float(rows.mean())) if len(rows) else None


def test_what_stands_ahead_is_marked_in_the_middle():
    column, row = ring_at((3.0, 0.0, 0.0))
    assert column == pytest.approx(320, abs=2) and row > 240


@pytest.mark.parametrize(("y_m", "left"), [(0.8, True), (-0.8, False)])
def test_left_is_left(y_m, left):
    assert (ring_at((3.0, y_m, 0.0))[0] < 320) is left


@pytest.mark.parametrize(("yaw_deg", "right"), [(6.0, True), (-6.0, False)])
def test_a_sight_that_is_turned_sees_it_on_the_other_side(yaw_deg, right):
    assert (ring_at((3.0, 0.0, 0.0), yaw_deg)[0] > 320) is right


def test_what_is_below_the_picture_is_marked_at_its_edge():
    column, row = ring_at((0.8, 0.0, 0.0))
    assert column == pytest.approx(320, abs=2) and row > 465


@pytest.mark.parametrize("nearest_m", [(-2.0, 0.0, 0.0), (1.0, 3.0, 0.0), (math.nan, 0.0, 0.0)])
def test_what_is_behind_beside_or_unknown_is_not_marked(nearest_m):
    assert ring_at(nearest_m) is None


def an_announcement(stamp_ns: int) -> Announcement:
    return Announcement(stamp_ns, "Box", "warn", Priority.WARN, outcome=Outcome.STARTED)


def kept(pictures: KeyFrames, time_s: float, labels: LabelMap | None) -> float:
    """Offer a frame; return how much the floor in its picture differs from the grey image."""
    stamp_ns = round(time_s * 1e9)
    bgr = np.full((480, 640, 3), 110, np.uint8)
    step = Step(a_status(), seen(), (), Names(labels=labels))
    pictures.take(Frame(stamp_ns, bgr, a_camera()), step, [an_announcement(stamp_ns)])
    jpeg = list(pictures.pictures.values())[-1]
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return float(np.abs(picture[60:120, 20:200].astype(int) - 110).mean())


def test_labels_are_painted_and_hold_for_half_a_second():
    pictures = KeyFrames(10, CorridorSettings())
    floor = np.zeros((240, 320), np.uint8)
    labels = LabelMap(1_100_000_000, floor, floor, ("floor",))
    assert kept(pictures, 1.0, None) < 3
    assert kept(pictures, 1.1, labels) > 10
    assert kept(pictures, 1.6, None) > 10
    assert kept(pictures, 1.7, None) < 3
