from __future__ import annotations

import math

import pytest

from followme.drawing.banner import REASON_WORDS, age_text
from followme.values.obstacle import REASONS


def test_every_reason_has_words():
    assert set(REASON_WORDS) == set(REASONS)


@pytest.mark.parametrize(
    ("age_s", "text"),
    [
        (math.nan, ""),
        (math.inf, ""),
        (0.0, "0 ms"),
        (0.045, "45 ms"),
        (0.9996, "1.0 s"),
        (7.26, "7.3 s"),
    ],
)
def test_an_age_is_told_in_the_unit_that_suits_it(age_s, text):
    assert age_text(age_s) == text
