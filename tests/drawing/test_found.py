from __future__ import annotations

import numpy as np
import pytest

from followme.drawing.found import draw_found
from followme.drawing.palette import PALE
from followme.drawing.text import Scale
from followme.values.detections import Detections

from .scenes import an_image, drawn, pixels_of


def found(*boxes, name="chair", size=(640, 480)) -> Detections:
    n = len(boxes)
    return Detections(
        0,
        size,
        np.array(boxes, np.float32).reshape(n, 4),
        np.ones(n, np.float32),
        (name,) * n,
    )


def canvas(width=640, height=480) -> np.ndarray:
    return np.full((height, width, 3), 60, np.uint8)


def test_nothing_found_draws_nothing():
    bgr = canvas()
    draw_found(bgr, found(), Scale.of(640, 480))
    assert (bgr == 60).all()


def test_a_frame_stands_around_what_was_found_and_nowhere_else():
    bgr = canvas()
    draw_found(bgr, found((100, 50, 300, 200), name=""), Scale.of(640, 480))
    rows, columns = pixels_of(bgr, PALE)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (50, 200, 100, 300)
    assert (bgr[60:190, 110:290] == 60).all()


def test_boxes_of_another_size_are_scaled():
    bgr = canvas(320, 240)
    draw_found(bgr, found((100, 50, 300, 200), name=""), Scale.of(320, 240))
    rows, columns = pixels_of(bgr, PALE)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (25, 100, 50, 150)


def test_its_name_stands_inside_at_the_top():
    bgr = canvas()
    draw_found(bgr, found((100, 50, 300, 200)), Scale.of(640, 480))
    rows, _ = pixels_of(bgr, PALE, box=(104, 54, 200, 200))
    assert len(rows) and rows.max() < 80


@pytest.mark.parametrize(
    "box",
    [
        (-50, -50, 700, 600),
        (630, 470, 900, 900),
        (100, 100, 100, 100),
        (700, 500, 800, 600),
        (np.nan, 0, 10, 10),
    ],
)
def test_a_box_at_the_edge_or_without_area_does_no_harm(box):
    draw_found(canvas(), found(box), Scale.of(640, 480))


def test_the_overlay_shows_what_was_found_below_the_obstacles():
    image = an_image()
    plain = drawn(image=image)
    with_objects = drawn(image=image, objects=found((200, 100, 400, 300)))
    assert (plain != with_objects).any()
    assert (drawn(image=image, objects=found()) == plain).all()
