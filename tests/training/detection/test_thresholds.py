"""The score of the best F1, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.detection.detections import Found
from followme_training.detection.figures import Figures
from followme_training.detection.sample import Boxes
from followme_training.detection.thresholds import thresholds

BOXES = [[i * 20, 0, i * 20 + 10, 10] for i in range(10)]


def figures_of(right: list[bool], scores: list[float], truths: int) -> Figures:
    """Return figures of one class of which so many boxes are there."""
    figures = Figures(("a",), landmarks=False)
    wrong = [[0, 500 + 20 * i, 10, 510 + 20 * i] for i in range(len(right))]
    boxes = []
    own = iter(BOXES)
    for i, is_right in enumerate(right):
        boxes.append(next(own) if is_right else wrong[i])
    found = Found(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.zeros(len(right), np.int64),
        None,
    )
    figures.add(found, Boxes.of(BOXES[:truths], [0] * truths), (900, 900), (900, 900))
    return figures


def test_the_best_f1_by_hand() -> None:
    """Of 4: right, right, wrong, right, wrong, wrong at .9, .8, .7, .6, .5, .4.

    F1 is 2 tp / (found + 4): 2/5, 4/6, 4/7, 6/8, 6/9, 6/10.
    """
    right = [True, True, False, True, False, False]
    best = thresholds(figures_of(right, [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], 4))["a"]
    assert best.score == pytest.approx(0.6, abs=2e-3) and best.score <= np.float32(0.6)
    assert (best.precision, best.recall) == pytest.approx((0.75, 0.75))


def test_of_equal_ones_the_highest_score() -> None:
    """2 tp / (found + 2): 2/3 at .9, 2/4 at .8 and .7, 4/6 at .6."""
    best = thresholds(figures_of([True, False, False, True], [0.9, 0.8, 0.7, 0.6], 2))["a"]
    assert best.score == pytest.approx(0.9, abs=2e-3)


def test_things_of_one_score_are_said_together() -> None:
    """At .5 there are one right and two wrong ones; without the wrong ones nothing is right."""
    best = thresholds(figures_of([True, False, False], [0.5] * 3, 1))["a"]
    assert (best.precision, best.recall) == pytest.approx((1 / 3, 1.0))


def test_what_is_mostly_wrong_is_not_said_for_the_few_times_it_is_right() -> None:
    """Of 6: one right at .9, the others at .2 among wrong ones; the best F1 has them all."""
    right = [True, *[False] * 11, *[True] * 5]
    scores = [0.9, *[0.3] * 11, *[0.2] * 5]
    best = thresholds(figures_of(right, scores, 6))["a"]
    # 6 of 17 are right at .2, one of 12 at .3
    assert best.score == pytest.approx(0.2, abs=2e-3)
    fewer = thresholds(
        figures_of([True, *[False] * 13, *[True] * 5], [0.9, *[0.3] * 13, *[0.2] * 5], 6)
    )
    # 6 of 19: now the one at .9 alone
    assert fewer["a"].score == pytest.approx(0.9, abs=2e-3) and fewer["a"].precision == 1.0
    assert thresholds(figures_of([True, False, False, False], [0.5] * 4, 1))["a"] == (0.9, 0.0, 0.0)


def test_the_score_reaches_itself_after_rounding() -> None:
    best = thresholds(figures_of([True], [0.47664], 1))["a"]
    assert best.score == 0.476


@pytest.mark.parametrize(("right", "scores"), [([], []), ([False], [0.99])])
def test_what_is_never_right_has_to_be_very_sure(right, scores) -> None:
    assert thresholds(figures_of(right, scores, 2))["a"] == (0.9, 0.0, 0.0)


def test_without_truth_nobody_knows() -> None:
    best = thresholds(figures_of([False], [0.8], 0))["a"]
    assert best.score == 0.5 and math.isnan(best.precision) and math.isnan(best.recall)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 99)), min_size=1, max_size=9))
def test_no_other_score_has_a_better_f1(made) -> None:
    made = sorted(made, key=lambda m: -m[1])
    right, scores = [m[0] for m in made], [m[1] / 100 for m in made]
    best = thresholds(figures_of(right, scores, 10))["a"]

    def f1(least: float) -> float:
        said = [r for r, s in zip(right, scores, strict=True) if np.float32(s) >= least]
        return 2 * sum(said) / (len(said) + 10)

    def precision(least: float) -> float:
        said = [r for r, s in zip(right, scores, strict=True) if np.float32(s) >= least]
        return sum(said) / len(said)

    worth = [f1(s - 1e-4) for s in scores if precision(s - 1e-4) >= 1 / 3]
    if worth:
        assert f1(best.score) == pytest.approx(max(worth))
    else:
        assert best.score == 0.9
