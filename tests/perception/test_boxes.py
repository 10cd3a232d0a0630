from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from followme.perception.boxes import clip_boxes, has_area, surest

NAN, INF = float("nan"), float("inf")


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def kept(xyxy: np.ndarray, score: list[float], group: list[int], iou: float = 0.5) -> list[int]:
    chosen = surest(xyxy, np.array(score, np.float32), np.array(group, np.intp), iou)
    return [int(i) for i in chosen]


def iou_of(a: np.ndarray, b: np.ndarray) -> float:
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    common = np.prod(np.maximum(high - low, 0.0))
    return float(common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common))


@st.composite
def candidates(draw: st.DrawFn) -> tuple[np.ndarray, list[float], list[int]]:
    n = draw(st.integers(0, 12))
    low = draw(hnp.arrays(np.float32, (n, 2), elements=st.floats(-0.5, 80, width=32)))
    size = draw(hnp.arrays(np.float32, (n, 2), elements=st.floats(1, 40, width=32)))
    # no two alike, so that their order says which one wins
    score = draw(st.lists(st.integers(1, 999), min_size=n, max_size=n, unique=True))
    group = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    return np.concatenate([low, low + size], axis=1), [s / 1000 for s in score], group


def test_nothing_gives_nothing():
    assert kept(boxes(), [], []) == []
    assert clip_boxes(boxes(), 10, 10).shape == (0, 4)
    assert has_area(boxes()).shape == (0,)


@pytest.mark.parametrize(
    ("box", "usable"),
    [
        ((0, 0, 1, 1), True),
        ((0, 0, 0, 1), False),
        ((0, 0, 1, 0), False),
        ((2, 0, 1, 1), False),
        ((0, 2, 1, 1), False),
        ((NAN, 0, 1, 1), False),
        ((0, 0, 1, INF), False),
        ((-INF, 0, 1, 1), False),
    ],
)
def test_a_box_without_area_or_number_is_none(box, usable):
    assert bool(has_area(boxes(box))[0]) is usable


def test_boxes_end_at_the_outer_edges_of_the_image():
    clipped = clip_boxes(boxes((-5, -6, 50, 60), (2, 3, 4, 5)), 10, 8)
    assert clipped.tolist() == [[-0.5, -0.5, 9.5, 7.5], [2, 3, 4, 5]]
    assert clipped.dtype == np.float32


def test_of_two_that_overlap_the_surer_remains():
    two = boxes((0, 0, 10, 10), (1, 0, 11, 10))
    assert kept(two, [0.6, 0.7], [0, 0]) == [1]
    assert kept(two, [0.7, 0.6], [0, 0]) == [0]


def test_boxes_of_two_classes_do_not_compete():
    two = boxes((0, 0, 10, 10), (0, 0, 10, 10))
    assert kept(two, [0.6, 0.7], [0, 1]) == [1, 0]


def test_boxes_at_the_edge_of_the_image_do_not_meet_those_of_another_class():
    """Classes are moved apart by the largest coordinate: a box that begins at -0.5 has to fit."""
    two = boxes((-0.5, -0.5, 9.5, 9.5), (-0.5, -0.5, 9.5, 9.5), (-0.5, -0.5, 9.0, 9.5))
    assert kept(two, [0.9, 0.8, 0.7], [0, 1, 1]) == [0, 1]


@pytest.mark.parametrize(("iou", "left"), [(0.3, [0]), (0.4, [0, 1])])
def test_how_much_may_overlap_is_told(iou, left):
    # a third of their union in common
    assert kept(boxes((0, 0, 10, 10), (5, 0, 15, 10)), [0.9, 0.8], [0, 0], iou) == left


def test_only_the_surest_of_very_many_compete():
    left = 20 * np.arange(1000)
    many = np.stack([left, left, left + 10, left + 10], axis=1)
    score = np.linspace(0.1, 0.9, 1000)
    chosen = kept(many.astype(np.float32), list(score), [0] * 1000)
    assert chosen == list(range(999, 599, -1))


@given(candidates())
def test_what_remains_is_in_falling_order_and_does_not_overlap(made):
    xyxy, score, group = made
    chosen = kept(xyxy, score, group)
    assert [score[i] for i in chosen] == sorted((score[i] for i in chosen), reverse=True)
    for n, i in enumerate(chosen):
        for j in chosen[:n]:
            assert group[i] != group[j] or iou_of(xyxy[i], xyxy[j]) <= 0.5 + 1e-4


@given(candidates())
def test_what_went_away_overlaps_a_surer_one_of_its_class(made):
    xyxy, score, group = made
    chosen = kept(xyxy, score, group)
    for i in set(range(len(score))) - set(chosen):
        assert any(
            group[i] == group[j] and score[j] > score[i] and iou_of(xyxy[i], xyxy[j]) > 0.5 - 1e-4
            for j in chosen
        )


@given(candidates(), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(made, random):
    xyxy, score, group = made
    order = list(range(len(score)))
    random.shuffle(order)
    again = kept(xyxy[order], [score[i] for i in order], [group[i] for i in order])
    assert [order[i] for i in again] == kept(xyxy, score, group)
