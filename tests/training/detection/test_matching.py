"""Which anchor answers for which box: by hand, and what always holds."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from followme_training.detection.anchors import AnchorGrid, corners, make_anchors
from followme_training.detection.iou import pairwise_iou, pairwise_share
from followme_training.detection.matching import Matching, MatchingError, best_anchors, match

NONE = torch.zeros(0, 4)
#: Four anchors of 10 pixels side by side.
ROW = torch.tensor([[10.0 * i, 0.0, 10.0 * i + 10, 10.0] for i in range(4)])
LIMITS = Matching(positive_iou=0.5, negative_iou=0.3)

number = st.floats(0, 90, width=32)
size = st.floats(1, 80, width=32)
some_boxes = st.lists(st.tuples(number, number, size, size), max_size=12).map(
    lambda rows: torch.tensor([[x, y, x + w, y + h] for x, y, w, h in rows]).reshape(-1, 4)
)


def test_positive_nothing_and_background_by_hand() -> None:
    # 8 of 10 pixels on the second anchor (IoU .8), 3.5 on the first (IoU .35 / 1.65 < .3)
    box = torch.tensor([[12.0, 0.0, 20.0, 10.0]])
    found = match(ROW, box, NONE, LIMITS)
    assert found.box.tolist() == [-1, 0, -1, -1]
    assert found.counts.tolist() == [True] * 4
    # half on each of two: IoU 5 / 15 is between the limits; the earlier one is as good, so it is
    # the box's own, and the other one is nothing
    between = match(ROW, torch.tensor([[5.0, 0.0, 15.0, 10.0]]), NONE, LIMITS)
    assert between.box.tolist() == [0, -1, -1, -1]
    assert between.counts.tolist() == [True, False, True, True]


def test_a_box_that_fits_no_anchor_gets_its_best() -> None:
    tiny = torch.tensor([[34.0, 4.0, 35.0, 5.0]])
    assert match(ROW, tiny, NONE, LIMITS).box.tolist() == [-1, -1, -1, 0]


def test_a_box_apart_from_all_anchors_gets_the_nearest() -> None:
    beyond = torch.tensor([[100.0, 0.0, 101.0, 1.0]])
    assert match(ROW, beyond, NONE, LIMITS).box.tolist() == [-1, -1, -1, 0]


def test_two_boxes_with_one_best_anchor_both_get_one() -> None:
    better, worse = [0.0, 0.0, 10.0, 9.0], [2.0, 0.0, 10.0, 9.0]
    for boxes, expected in (([better, worse], [0, 1]), ([worse, better], [1, 0])):
        found = match(ROW, torch.tensor(boxes), NONE, LIMITS)
        assert found.box.tolist()[:2] == expected


def test_a_forced_anchor_is_not_taken_back_by_its_own_best_box() -> None:
    # both overlap the first anchor by half and more; the second box is left with a neighbour
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [0.0, 0.0, 10.0, 10.0]])
    found = match(ROW, boxes, NONE, LIMITS)
    assert sorted(found.box.tolist()) == [-1, -1, 0, 1]


def test_anchors_inside_an_ignore_area_are_nothing_unless_they_have_a_box() -> None:
    area = torch.tensor([[0.0, 0.0, 25.0, 10.0]])
    found = match(ROW, ROW[:1], area, LIMITS)
    assert found.box.tolist() == [0, -1, -1, -1]
    # the third has half of its area inside, which is the limit
    assert found.counts.tolist() == [True, False, False, True]


def test_without_boxes_all_is_background() -> None:
    found = match(ROW, NONE, NONE, LIMITS)
    assert found.box.tolist() == [-1] * 4
    assert found.counts.all()


def test_more_boxes_than_anchors() -> None:
    found = match(ROW[:1], ROW[:3], NONE, LIMITS)
    assert found.box.tolist() == [0]


@settings(deadline=None)
@given(some_boxes, some_boxes)
def test_what_always_holds(boxes, ignored) -> None:
    anchors = corners(make_anchors(AnchorGrid(((8.0, 16.0), (32.0,), (64.0,))), (64, 96)))
    found = match(anchors, boxes, ignored, LIMITS)
    # each box has an anchor
    assert set(found.box.tolist()) - {-1} == set(range(len(boxes)))
    # every match but the guaranteed ones is the best overlap and above the limit
    assert found.counts[found.box >= 0].all()
    if len(boxes):
        iou = pairwise_iou(anchors, boxes)
        own = best_anchors(anchors, boxes, iou.T)
        assert len(set(own.tolist())) == len(boxes)
        free = torch.ones(len(anchors), dtype=torch.bool)
        free[own] = False
        positive = free & (found.box >= 0)
        assert (iou.amax(1)[positive] >= LIMITS.positive_iou).all()
        assert (iou.amax(1)[free & found.counts & (found.box < 0)] < LIMITS.negative_iou).all()
    if len(ignored):
        inside = pairwise_share(anchors, ignored).amax(1) >= LIMITS.ignore_share
        assert not found.counts[inside & (found.box < 0)].any()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"positive_iou": 0.3, "negative_iou": 0.4}, "negative_iou 0.4"),
        ({"positive_iou": 1.2}, "positive_iou 1.2"),
        ({"negative_iou": 0.0}, "negative_iou 0"),
        ({"ignore_share": 0.0}, "ignore_share is 0"),
    ],
)
def test_limits_that_contradict_each_other_are_refused(limits, words) -> None:
    with pytest.raises(MatchingError, match=words):
        Matching(**limits)
