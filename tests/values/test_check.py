from __future__ import annotations

import math
import re

import numpy as np
import pytest

from followme.values.check import check_array, check_finite, check_range, freeze, frozen


@pytest.mark.parametrize(
    ("array", "shape", "dtype", "words"),
    [
        (None, (3,), None, "got NoneType"),
        ([1.0, 2.0], (2,), np.float32, "expected an array of shape (2) float32, got list"),
        (np.zeros(0), (3,), None, "got (0,) float64"),
        (np.zeros((2, 3)), (3, 2), None, "expected shape (3, 2), got (2, 3) float64"),
        (np.zeros((2, 3)), (None,), None, "expected shape (any), got (2, 3)"),
        (np.zeros((2, 3, 1)), (2, 3), None, "got (2, 3, 1)"),
        (np.zeros((2, 3)), (2, 3), np.float32, "(2, 3) float32, got (2, 3) float64"),
        (np.zeros(2, np.int8), (2,), np.uint8, "(2) uint8, got (2,) int8"),
    ],
)
def test_an_array_that_does_not_fit_is_named_with_what_was_expected_and_what_came(
    array, shape, dtype, words
):
    with pytest.raises(ValueError, match=rf"^thing: .*{re.escape(words)}"):
        check_array("thing", array, shape, dtype)


@pytest.mark.parametrize(
    ("array", "shape", "dtype"),
    [
        (np.zeros(0, np.float32), (0,), np.float32),
        (np.zeros((0, 4)), (None, 4), None),
        (np.zeros((5, 4), np.uint8), (None, 4), np.uint8),
        (np.zeros((2, 3)), (2, None), np.float64),
        (np.zeros(()), (), None),
    ],
)
def test_an_array_that_fits_passes(array, shape, dtype):
    check_array("thing", array, shape, dtype)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, -0.1, 1.1, None, "0.5", True, np.bool_(True), [0.5]]
)
def test_what_is_out_of_range_or_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^share: expected a number from 0 to 1, got "):
        check_range("share", value, 0.0, 1.0)


@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, 0.5, np.float32(0.5), np.int64(1)])
def test_both_bounds_are_inside(value):
    check_range("share", value, 0.0, 1.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "1", False, [1.0]])
def test_what_is_not_finite_or_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^centre: expected a finite number, got "):
        check_finite("centre", value)


@pytest.mark.parametrize("value", [0, -1e30, np.float64(2.0)])
def test_finite_numbers_pass(value):
    check_finite("centre", value)


def test_frozen_gives_a_view_and_leaves_the_callers_array_writable():
    mine = np.zeros(3)
    view = frozen(mine)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1.0
    mine[0] = 7.0
    assert view[0] == 7.0


def test_freeze_passes_over_what_is_none():
    class Thing:
        here = np.zeros(2)
        absent = None

    thing = Thing()
    freeze(thing, "here", "absent")
    assert not thing.here.flags.writeable
    assert thing.absent is None
