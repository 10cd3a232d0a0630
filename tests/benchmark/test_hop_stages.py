"""Stages of a hop from moments that two processes noted, by hand."""

from __future__ import annotations

import pytest

from followme.benchmark.hop_stages import STAGES, by_stage

_MS = 1_000_000


def moments(*at_ms: float) -> list[int]:
    return [round(ms * _MS) for ms in at_ms]


def test_each_stage_is_from_the_end_of_the_one_before():
    given = [moments(0.0, 0.2, 1.2), moments(33.0, 33.4, 34.0)]
    taken = {"0": moments(1.5, 3.5, 3.6), "1": moments(34.1, 36.1, 36.3)}
    found = by_stage(given, taken)
    assert list(found) == list(STAGES) and {row["n"] for row in found.values()} == {2}
    means = {stage: row["mean_ms"] for stage, row in found.items()}
    assert means == {
        "packing": pytest.approx(0.3),
        "publish": pytest.approx(0.8),
        "on_the_way": pytest.approx(0.2),
        "take": pytest.approx(2.0),
        "unpacking": pytest.approx(0.15),
    }
    # from the first moment to the last: 3.6 and 3.3
    assert sum(means.values()) == pytest.approx(3.45)


def test_an_image_that_was_lost_has_no_part_in_it_and_order_is_that_of_numbers():
    given = [moments(n, n + 0.1 * (1 + n % 11), n + 2) for n in range(11)]
    taken = {str(n): moments(n + 3, n + 4, n + 5) for n in (10, 2)}
    packing = by_stage(given, taken)["packing"]
    assert packing["n"] == 2
    assert packing["mean_ms"] == pytest.approx((0.3 + 1.1) / 2)


def test_a_reader_that_has_it_before_publish_is_back_is_below_zero():
    row = by_stage([moments(0.0, 0.1, 1.0)], {"0": moments(0.8, 1.4, 1.5)})["on_the_way"]
    assert row["p50_ms"] == pytest.approx(-0.2)


def test_where_nothing_came_no_stage_has_a_figure():
    found = by_stage([moments(0.0, 0.1, 1.0)], {})
    assert {row["n"] for row in found.values()} == {0}
    assert {row["p50_ms"] for row in found.values()} == {None}
