from __future__ import annotations

import numpy as np
import pytest

from followme.drawing.contact_sheet import contact_sheet, placeholder


def plain(colour, size=(480, 640)):
    return np.full((*size, 3), colour, np.uint8)


def test_no_picture_gives_a_page_that_says_so():
    page = contact_sheet([])
    assert page.shape[0] > 200
    assert (page > 180).any()


def test_columns_below_one_are_refused_with_the_value():
    with pytest.raises(ValueError, match="columns must be 1 or more, got 0"):
        contact_sheet([(plain(9), "a")], columns=0)


def test_pictures_lie_in_reading_order():
    shades = [50, 90, 130, 170, 210]
    page = contact_sheet([(plain(s), "") for s in shades], columns=2)
    height, width = page.shape[:2]
    for i, shade in enumerate(shades):
        row, column = divmod(i, 2)
        assert (page[row * height // 3 + 100, column * width // 2 + 100] == shade).all()
    assert not (page[2 * height // 3 + 100, width // 2 + 100] == 210).all()


def test_fewer_pictures_than_columns_leave_no_empty_column():
    assert contact_sheet([(plain(9), "a")], columns=4).shape[1] < 450


@pytest.mark.parametrize("size", [(1, 1), (720, 1280), (1280, 300), (7, 900)])
def test_a_picture_keeps_its_shape(size):
    page = contact_sheet([(plain(250, size), "")], columns=1)
    rows, columns = np.nonzero((page > 245).all(axis=-1))
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert wide / tall == pytest.approx(size[1] / size[0], rel=0.35 if min(size) < 10 else 0.02)


def test_a_long_caption_stays_in_its_column():
    page = contact_sheet([(plain(0), "word " * 100), (plain(0), "")], columns=2)
    width = page.shape[1]
    assert (page[320:330, : width // 2] > 150).any()
    assert not (page[320:330, width // 2 + 5 :] > 150).any()


def test_a_placeholder_shows_its_words():
    assert (placeholder("No picture came.") > 180).any()
