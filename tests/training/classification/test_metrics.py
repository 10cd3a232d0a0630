"""Accuracy, confusion and calibration, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.classification.evaluation import answers, check_classes, figures_of
from followme_training.classification.labelled_images import ClassNames, LabelledImages
from followme_training.classification.metrics import (
    Confused,
    Scores,
    class_accuracy,
    confusion,
    group_accuracy,
    most_confused,
    probabilities,
    reliability,
    summary,
)
from followme_training.datasets.errors import DataError

CLASSES = ClassNames(("ant", "bee", "cat", "dog"), (0, 0, 1, 1), ("insects", "mammals"))
LABELS = np.array([0, 0, 1, 2, 2, 2])
GUESSES = np.array([0, 1, 1, 2, 0, 3])
COUNTS = np.array([[1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 1, 1], [0, 0, 0, 0]])


def logits_of(guesses: np.ndarray, classes: int, sure: float = 0.9) -> np.ndarray:
    """Return logits whose likeliest class has so much probability, the others the rest evenly."""
    p = np.full((len(guesses), classes), (1 - sure) / (classes - 1))
    p[np.arange(len(guesses)), guesses] = sure
    return np.log(p)


def test_confusion_by_hand() -> None:
    counts = confusion(LABELS, GUESSES, 4)
    assert counts.tolist() == COUNTS.tolist()
    assert class_accuracy(counts)[:3].tolist() == pytest.approx([1 / 2, 1, 1 / 3])
    assert math.isnan(class_accuracy(counts)[3])
    # insects: 3 of 3 are named insects; mammals: 2 of 3
    assert group_accuracy(counts, CLASSES).tolist() == pytest.approx([1.0, 2 / 3])
    assert most_confused(counts, 2) == [Confused(0, 1, 1), Confused(0, 2, 1)]
    assert len(most_confused(counts, 9)) == 3


def test_summary_by_hand() -> None:
    found = summary(logits_of(GUESSES, 4), LABELS)
    assert found["accuracy"] == pytest.approx(0.5)
    assert found["error"] == pytest.approx(0.5)
    assert found["mean_class_accuracy"] == pytest.approx((1 / 2 + 1 + 1 / 3) / 3)
    assert found["loss"] == pytest.approx(-(math.log(0.9) + math.log(0.1 / 3)) / 2)
    # always .9 sure, half of the time right
    assert found["ece"] == pytest.approx(0.4)
    assert "top5_accuracy" not in found


def test_the_true_class_may_be_among_five() -> None:
    logits = np.tile(np.arange(8.0), (4, 1))
    found = summary(logits, np.array([7, 3, 2, 0]))
    assert found["top5_accuracy"] == pytest.approx(0.5)
    assert found["accuracy"] == pytest.approx(0.25)


def test_reliability_by_hand() -> None:
    p = np.array([[0.55, 0.45], [0.6, 0.4], [0.05, 0.95], [0.0, 1.0]])
    found = reliability(p, np.array([0, 1, 1, 1]), bins=10)
    assert found.counts.tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 0, 2]
    assert found.accuracy[5] == pytest.approx(0.5)
    assert found.confidence[5] == pytest.approx(0.575)
    assert found.accuracy[9] == pytest.approx(1.0)
    assert found.expected_error == pytest.approx((2 * 0.075 + 2 * 0.025) / 4)


@given(st.integers(0, 10**6), st.integers(1, 20))
def test_figures_do_not_depend_on_batches_or_constants(seed: int, cut: int) -> None:
    random = np.random.default_rng(seed)
    logits, labels = random.normal(0, 3, (20, 6)), random.integers(0, 6, 20)
    scores = Scores(6)
    for part in (slice(None, cut), slice(cut, None)):
        if len(labels[part]):
            scores.update(logits[part] + 1e3, labels[part])
    whole = summary(logits, labels)
    assert scores.summary() == pytest.approx(whole, rel=1e-6)
    assert 0.0 <= whole["ece"] <= 1.0
    assert whole["top5_accuracy"] >= whole["accuracy"]


def test_what_was_not_seen_has_no_figures() -> None:
    assert Scores(3).summary() == {}


def test_extreme_logits_have_probabilities() -> None:
    p = probabilities(np.array([[1e30, -1e30, 0.0]], np.float32))
    assert p.tolist() == [[1.0, 0.0, 0.0]]
    assert math.isfinite(summary(np.array([[1e30, -1e30]]), np.array([1]))["loss"])


def test_figures_have_the_names_of_classes_and_superclasses() -> None:
    images = LabelledImages("test", np.zeros((6, 2, 2, 1), np.uint8), LABELS, CLASSES)
    found = figures_of(logits_of(GUESSES, 4).astype(np.float32), images)
    assert found["images"] == 6
    assert found["superclass_accuracy"] == pytest.approx(5 / 6)
    assert found["superclass/mammals"] == pytest.approx(2 / 3)
    assert found["class/bee"] == 1.0
    assert math.isnan(found["class/dog"])


def test_a_network_of_other_classes_is_refused() -> None:
    images = LabelledImages("test", np.zeros((6, 2, 2, 1), np.uint8), LABELS, CLASSES)
    with pytest.raises(DataError, match="the network knows 3 classes, test has 4"):
        answers(images, lambda some: np.zeros((len(some), 3), np.float32))


def test_images_of_other_class_names_are_refused() -> None:
    images = LabelledImages("test", np.zeros((6, 2, 2, 1), np.uint8), LABELS, CLASSES)
    names = list(CLASSES.names)
    check_classes(names, images)
    check_classes((), images)  # nobody knows
    with pytest.raises(DataError, match="the network knows 3 classes, test has 4"):
        check_classes(names[:3], images)
    with pytest.raises(DataError, match=f"class 2 of the network is 'tree', .* {names[2]!r}"):
        check_classes([*names[:2], "tree", names[3]], images)
