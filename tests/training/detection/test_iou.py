"""Overlaps by hand, and what holds for all of them."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from followme_training.detection.iou import (
    complete_iou,
    generalised_iou,
    pairwise_iou,
    pairwise_share,
)

ONE = torch.tensor([[0.0, 0.0, 10.0, 10.0]])
HALF_OUT = torch.tensor([[5.0, 0.0, 15.0, 10.0]])
FAR = torch.tensor([[20.0, 0.0, 30.0, 10.0]])

number = st.floats(-50, 50, width=32)
size = st.floats(0.5, 60, width=32)
boxes = st.lists(st.tuples(number, number, size, size), min_size=1, max_size=8).map(
    lambda rows: torch.tensor([[x, y, x + w, y + h] for x, y, w, h in rows], dtype=torch.float64)
)


def test_by_hand() -> None:
    together = torch.cat((ONE, HALF_OUT, FAR))
    assert pairwise_iou(ONE, together)[0].tolist() == pytest.approx([1.0, 50 / 150, 0.0])
    assert pairwise_share(ONE, torch.tensor([[0.0, 0.0, 4.0, 100.0]])).item() == pytest.approx(0.4)


def test_boxes_without_area_overlap_nothing() -> None:
    empty = torch.tensor([[3.0, 3.0, 3.0, 3.0], [5.0, 5.0, 2.0, 2.0]])
    assert pairwise_iou(empty, torch.cat((ONE, empty))).tolist() == [[0.0] * 3] * 2


def test_generalised_by_hand() -> None:
    # no overlap; the enclosing box is 30 by 10 and a third of it is covered by neither
    assert generalised_iou(ONE, FAR).item() == pytest.approx(-1 / 3)
    assert generalised_iou(ONE, HALF_OUT).item() == pytest.approx(1 / 3)
    assert generalised_iou(ONE, ONE).item() == pytest.approx(1.0)


def test_complete_by_hand() -> None:
    # centres 20 apart, enclosing 30 by 10; aspects are equal
    assert complete_iou(ONE, FAR).item() == pytest.approx(-400 / 1000)
    # one inside the other about the same centre, twice as wide: IoU 1/2 and the aspect counts
    wide = torch.tensor([[-5.0, 0.0, 15.0, 10.0]])
    v = 4 / math.pi**2 * (math.atan(2) - math.atan(1)) ** 2
    assert complete_iou(ONE, wide).item() == pytest.approx(0.5 - v * v / (0.5 + v), rel=1e-4)


@given(boxes, boxes)
def test_symmetric_and_within_bounds(one, other) -> None:
    iou = pairwise_iou(one, other)
    assert torch.allclose(iou, pairwise_iou(other, one).T)
    assert bool(((iou >= 0) & (iou <= 1 + 1e-9)).all())
    assert torch.allclose(pairwise_iou(one, one).diagonal(), torch.ones(len(one)).double())
    pairs = min(len(one), len(other))
    general = generalised_iou(one[:pairs], other[:pairs])
    same = iou[:pairs, :pairs].diagonal()
    assert bool((general <= same + 1e-6).all()) and bool((general >= -1 - 1e-6).all())
    assert bool((complete_iou(one[:pairs], other[:pairs]) <= same + 1e-6).all())


@pytest.mark.parametrize("measure", [generalised_iou, complete_iou])
def test_boxes_that_do_not_meet_are_drawn_together(measure) -> None:
    box = FAR.clone().requires_grad_()
    measure(box, ONE).sum().backward()
    # a larger value lies to the left, and neither above nor below
    assert box.grad[0, 0] + box.grad[0, 2] < 0
    assert float(box.grad[0, 1] + box.grad[0, 3]) == pytest.approx(0.0, abs=1e-6)


def test_gradients_are_right() -> None:
    box = torch.tensor([[1.0, 2.0, 9.0, 15.0]], dtype=torch.float64, requires_grad=True)
    other = torch.tensor([[3.0, 1.0, 14.0, 11.0]], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda b: generalised_iou(b, other), (box,))
