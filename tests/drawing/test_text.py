from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.drawing.text import Scale, fitted, text_size, wrapped, write


def test_a_text_that_fits_is_left_alone():
    assert fitted("chair 2.1 m", 500, 0.5) == "chair 2.1 m"


def test_line_breaks_and_tabs_become_spaces():
    assert fitted("chair\n2.1\tm", 500, 0.5) == "chair 2.1 m"


@pytest.mark.parametrize("width", [-5, 0, 3])
def test_a_text_without_room_is_empty(width):
    assert fitted("chair", width, 0.5) == ""


def test_an_empty_text_has_no_lines():
    assert wrapped("  ", 100, 0.5, 2) == []


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80), width=st.integers(0, 300), font=st.floats(0.2, 2.0))
def test_a_fitted_text_is_never_wider_than_its_room(text, width, font):
    line = fitted(text, width, font)
    assert not line or text_size(line, font)[0] <= width


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=80), width=st.integers(20, 300), lines=st.integers(1, 3))
def test_wrapped_lines_are_few_and_narrow(text, width, lines):
    rows = wrapped(text, width, 0.5, lines)
    assert len(rows) <= lines
    assert all(text_size(row, 0.5)[0] <= width for row in rows)


def test_wrapping_keeps_all_words_where_there_is_room():
    text = "Chair ahead left, two metres"
    assert " ".join(wrapped(text, 150, 0.5, 4)) == text


def test_a_text_below_the_picture_is_left_out():
    bgr = np.zeros((20, 100, 3), np.uint8)
    assert write(bgr, "chair", 0, 15, 0.5, (255, 255, 255)) == 0
    assert not bgr.any()


def test_letters_stay_readable_in_a_small_picture():
    assert text_size("A", Scale.of(320, 240).font(0.48))[1] >= 9
    assert Scale.of(1280, 960).font(0.48) == pytest.approx(0.96)
