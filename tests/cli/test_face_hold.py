from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.cli.face_hold import FaceHold, RunPicture
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.obstacle import Obstacles, Sight


def a_picture(stamp_ns: int) -> RunPicture:
    image = ColourImage(stamp_ns, np.zeros((3, 4, 3), np.uint8))
    return RunPicture(image, None, None, Obstacles(stamp_ns, (), Sight.SEEING), "")


def faces(stamp_ns: int, left: float | None = None, size=(4, 3)) -> Detections:
    if left is None:
        return Detections.empty(stamp_ns, size)
    box = np.array([[left, 0, left + 1, 1]], np.float32)
    return Detections(stamp_ns, size, box, np.ones(1, np.float32), ("face",))


class Given:
    """Collects what is given on."""

    def __init__(self, looked_for: bool = True) -> None:
        self.looked_for = looked_for
        self.pictures: list[int] = []
        self.lefts: list[list[float] | None] = []
        self.hold = FaceHold(self._take, lambda: self.looked_for)

    def _take(self, picture: RunPicture, found: Detections | None) -> None:
        self.pictures.append(picture.image.stamp_ns)
        self.lefts.append(None if found is None else found.xyxy[:, 0].tolist())


def test_where_nobody_looks_for_faces_nothing_waits():
    made = Given(looked_for=False)
    made.hold.picture(a_picture(1))
    assert (made.pictures, made.lefts) == ([1], [None])


def test_a_picture_waits_for_its_own_faces():
    made = Given()
    made.hold.picture(a_picture(1))
    assert made.pictures == []
    made.hold.faces(faces(1, 2.0))
    assert (made.pictures, made.lefts) == ([1], [[2.0]])


def test_faces_that_came_first_are_taken():
    made = Given()
    made.hold.faces(faces(1, 2.0))
    made.hold.picture(a_picture(1))
    assert (made.pictures, made.lefts) == ([1], [[2.0]])


def test_that_an_image_has_no_face_is_an_answer():
    made = Given()
    made.hold.picture(a_picture(1))
    made.hold.faces(faces(1))
    assert made.lefts == [[]]


def test_a_picture_that_nobody_looked_at_has_the_faces_before_and_after_it():
    made = Given()
    made.hold.faces(faces(1, 1.0))
    made.hold.picture(a_picture(2))
    assert made.pictures == []
    made.hold.faces(faces(3, 3.0))
    assert (made.pictures, made.lefts) == ([2], [[1.0, 3.0]])


def test_faces_of_an_image_of_another_size_are_scaled():
    made = Given()
    made.hold.faces(faces(1, 1.0))
    made.hold.picture(a_picture(2))
    made.hold.faces(faces(3, 6.0, size=(8, 6)))
    assert made.lefts == [[1.0, 3.0]]


def test_a_detector_that_fell_silent_holds_nothing_up_for_long():
    made = Given()
    made.hold.faces(faces(0, 1.0))
    for stamp_ns in range(1, 20):
        made.hold.picture(a_picture(stamp_ns))
    assert made.pictures == list(range(1, 8))
    assert made.lefts == [[1.0]] * 7


def test_a_detector_that_was_switched_off_holds_nothing_up():
    made = Given()
    made.hold.picture(a_picture(1))
    made.looked_for = False
    made.hold.picture(a_picture(2))
    assert (made.pictures, made.lefts) == ([1, 2], [None, None])


def test_a_picture_is_left_out_rather_than_shown_without_a_look_at_it():
    made = Given()
    for stamp_ns in range(13):
        made.hold.picture(a_picture(stamp_ns))
    assert made.pictures == []
    assert made.hold.left_out == 1


@pytest.mark.parametrize(("known", "pictures"), [(True, [5, 6]), (False, [])])
def test_at_the_end_what_waits_is_given_with_the_faces_known(known, pictures):
    made = Given()
    if known:
        made.hold.faces(faces(4, 2.0))
    for stamp_ns in (5, 6):
        made.hold.picture(a_picture(stamp_ns))
    made.hold.close()
    assert made.pictures == pictures
    assert made.hold.left_out == 2 - len(pictures)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=60))
def test_pictures_keep_their_order_and_each_is_given_once_or_left_out(steps):
    made = Given()
    shown = 0
    looked: set[int] = set()
    for is_picture, stamp_ns in steps:
        if is_picture:
            made.hold.picture(a_picture(shown))
            shown += 1
        elif stamp_ns not in looked:
            looked.add(stamp_ns)
            made.hold.faces(faces(stamp_ns, 1.0))
    made.hold.close()
    assert made.pictures == sorted(set(made.pictures))
    assert len(made.pictures) + made.hold.left_out == shown
    assert None not in made.lefts
