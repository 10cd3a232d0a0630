"""Losses and their targets by hand, and what may not teach anything."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from followme_training.detection.anchors import AnchorGrid, make_anchors
from followme_training.detection.coding import encode_boxes, encode_points
from followme_training.detection.loss import (
    LossError,
    LossSettings,
    box_loss,
    focal,
    hard_negatives,
    loss_parts,
    point_loss,
)
from followme_training.detection.matching import Matching
from followme_training.detection.network import Raw
from followme_training.detection.sample import Boxes
from followme_training.detection.targets import truth_of

ANCHORS = make_anchors(AnchorGrid(((10.0,),), strides_px=(10,)), (10, 40))  # four in a row
LIMITS = Matching(0.5, 0.4)


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_hard_negatives_by_hand() -> None:
    """One positive, and of four backgrounds the two that look most like something."""
    logits = torch.tensor([[[1.0], [0.5], [-2.0], [3.0], [-1.0]]])
    targets = torch.zeros_like(logits)
    targets[0, 0] = 1
    positive = targets[..., 0] > 0
    value = hard_negatives(logits, targets, torch.ones_like(logits), positive, 2)
    assert value.item() == pytest.approx(softplus(-1.0) + softplus(3.0) + softplus(0.5))


def test_background_alone_teaches_as_much_as_for_one_positive() -> None:
    logits = torch.tensor([[[1.0], [0.5], [-2.0]]])
    none = torch.zeros(1, 3, dtype=torch.bool)
    value = hard_negatives(logits, torch.zeros(1, 3, 1), torch.ones(1, 3, 1), none, 2)
    assert value.item() == pytest.approx(softplus(1.0) + softplus(0.5))


def test_hard_negatives_are_those_of_each_image() -> None:
    logits = torch.tensor([[[0.0], [5.0]], [[0.0], [-5.0]]])
    targets = torch.tensor([[[1.0], [0.0]], [[1.0], [0.0]]])
    value = hard_negatives(logits, targets, torch.ones_like(targets), targets[..., 0] > 0, 1)
    expected = (2 * softplus(0.0) + softplus(5.0) + softplus(-5.0)) / 2
    assert value.item() == pytest.approx(expected)


def test_focal_by_hand_and_without_focus_as_cross_entropy() -> None:
    logits = torch.tensor([[[0.0], [2.0]]])
    targets = torch.tensor([[[1.0], [0.0]]])
    ones, positive = torch.ones_like(targets), targets[..., 0] > 0
    p = 1 / (1 + math.exp(-2.0))
    expected = 0.25 * 0.5**2 * math.log(2) + 0.75 * p**2 * softplus(2.0)
    assert focal(logits, targets, ones, positive, 0.25, 2.0).item() == pytest.approx(expected)
    plain = functional.binary_cross_entropy_with_logits(logits, targets, reduction="sum")
    assert focal(logits, targets, ones, positive, 0.5, 0.0).item() == pytest.approx(plain / 2)


def test_boxes_by_hand() -> None:
    anchors = ANCHORS[:1]
    # 2 px right of the anchor's 10: code .2 / .1 = 2, so smooth L1 is 1.5
    boxes = torch.tensor([[2.0, 0.0, 12.0, 10.0]])
    assert box_loss(torch.zeros(1, 4), boxes, anchors, "smooth_l1").item() == pytest.approx(1.5)
    # IoU 80 / 120; the enclosing box is all covered
    assert box_loss(torch.zeros(1, 4), boxes, anchors, "giou").item() == pytest.approx(1 / 3)
    # and centres 2 apart, diagonal of 12 by 10
    ciou = 1 / 3 + 4 / (144 + 100)
    assert box_loss(torch.zeros(1, 4), boxes, anchors, "ciou").item() == pytest.approx(ciou)
    for kind in ("smooth_l1", "giou", "ciou"):
        right = box_loss(encode_boxes(boxes, anchors), boxes, anchors, kind)
        assert right.item() == pytest.approx(0.0, abs=1e-5)
        empty = torch.zeros(0, 4)
        assert box_loss(empty, empty, empty, kind).item() == 0.0


def test_landmarks_count_only_where_they_are_known() -> None:
    points = torch.full((2, 5, 2), float("nan"))
    points[0, 0] = torch.tensor([5.0, 5.0])
    anchors = ANCHORS[:2]
    codes = torch.zeros(2, 5, 2, requires_grad=True)
    # the anchor's centre is (5, 5): this landmark is right
    assert point_loss(codes, points, anchors).item() == 0.0
    points[0, 1] = torch.tensor([8.0, 5.0])
    value = point_loss(codes, points, anchors)
    # 3 of 10 px over .1 is 3, so 2.5; of the two faces one has landmarks
    assert value.item() == pytest.approx(2.5)
    # from half a code on by its length alone
    assert point_loss(codes, points, anchors, 0.5).item() == pytest.approx(3.0 - 0.5 / 2)
    value.backward()
    assert codes.grad is not None
    assert torch.nonzero(codes.grad).tolist() == [[0, 1, 0]]
    assert point_loss(codes, torch.full_like(points, float("nan")), anchors).item() == 0.0


def test_targets_by_hand() -> None:
    points = np.full((1, 5, 2), 12.0)
    boxes = Boxes.of([[10, 0, 20, 10]], [1], points, [[30, 0, 40, 10]], [False, True, True])
    truth = truth_of([boxes], ANCHORS, LIMITS)
    assert truth.positive[0].tolist() == [False, True, False, False]
    assert truth.classes[0].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]]
    # class 0 is not labelled here; the last anchor lies in an ignore area
    assert truth.counts[0].tolist() == [[0, 1, 1], [0, 1, 1], [0, 1, 1], [0, 0, 0]]
    assert truth.boxes[0, 1].tolist() == [10, 0, 20, 10]
    assert truth.points[0, 1].tolist() == [[12, 12]] * 5
    assert truth.points[0, 0].isnan().all()


def test_a_box_of_a_class_that_is_not_complete_is_still_a_box() -> None:
    boxes = Boxes.of([[10, 0, 20, 10]], [0], labelled=[False, True])
    truth = truth_of([boxes], ANCHORS, LIMITS)
    assert truth.counts[0].tolist() == [[0, 1], [1, 1], [0, 1], [0, 1]]


@pytest.mark.parametrize("kind", ["hard_negatives", "focal"])
def test_what_is_not_labelled_moves_nothing(kind) -> None:
    g = torch.Generator().manual_seed(2)
    logits = torch.randn(1, 4, 3, generator=g, requires_grad=True)
    area = [[30, 0, 40, 10]]
    boxes = Boxes.of([[10, 0, 20, 10]], [1], ignored=area, labelled=[False, True, True])
    truth = truth_of([boxes], ANCHORS, LIMITS)
    parts = loss_parts(
        Raw(logits, torch.zeros(1, 4, 4), None), truth, ANCHORS, LossSettings(classes=kind)
    )
    parts["classes"].backward()
    assert logits.grad is not None
    taught = logits.grad[0] != 0
    assert taught.tolist() == [[False, True, True]] * 3 + [[False] * 3]


def test_factors_and_parts() -> None:
    boxes = Boxes.of([[11, 0, 21, 10]], [0], np.full((1, 5, 2), 14.0))
    truth = truth_of([boxes, Boxes.of()], ANCHORS, LIMITS)
    raw = Raw(torch.zeros(2, 4, 1), torch.zeros(2, 4, 4), torch.zeros(2, 4, 5, 2))
    one = loss_parts(raw, truth, ANCHORS, LossSettings(box_weight=1.0))
    twice = LossSettings(class_weight=2.0, box_weight=2.0, point_weight=2.0)
    other = loss_parts(raw, truth, ANCHORS, twice)
    assert set(one) == {"classes", "boxes", "points"}
    assert all(other[k].item() == pytest.approx(2 * one[k].item()) and one[k] > 0 for k in one)
    assert set(loss_parts(raw._replace(points=None), truth, ANCHORS, twice)) == {"classes", "boxes"}


def test_extreme_outputs_and_empty_images_give_numbers() -> None:
    truth = truth_of([Boxes.of(labelled=[False])], ANCHORS, LIMITS)
    raw = Raw(torch.full((1, 4, 1), 1e4), torch.full((1, 4, 4), 1e4), torch.zeros(1, 4, 5, 2))
    for settings in (LossSettings(), LossSettings(classes="focal", boxes="giou")):
        parts = loss_parts(raw, truth, ANCHORS, settings)
        assert all(value.item() == 0.0 for value in parts.values())
    wrong = truth_of([Boxes.of([[10, 0, 20, 10]], [0])], ANCHORS, LIMITS)
    for settings in (LossSettings(), LossSettings(classes="focal", boxes="ciou")):
        parts = loss_parts(raw, wrong, ANCHORS, settings)
        assert all(torch.isfinite(value) for value in parts.values())


def test_a_perfect_network_loses_nothing() -> None:
    points = np.array([[[11, 2], [18, 2], [15, 5], [12, 8], [18, 8]]], np.float32)
    truth = truth_of([Boxes.of([[11, 0, 21, 10]], [0], points)], ANCHORS, LIMITS)
    logits = torch.where(truth.classes > 0, 40.0, -40.0)
    codes = encode_boxes(truth.boxes, ANCHORS)
    said = encode_points(truth.points.nan_to_num(), ANCHORS)
    for settings in (LossSettings(), LossSettings(classes="focal", boxes="ciou")):
        parts = loss_parts(Raw(logits, codes, said), truth, ANCHORS, settings)
        assert sum(parts.values()).item() == pytest.approx(0.0, abs=1e-5)


def test_losses_that_do_not_exist_are_refused() -> None:
    with pytest.raises(LossError, match=r"loss\.boxes is 'l2'; give one of smooth_l1"):
        LossSettings(boxes="l2")
    with pytest.raises(LossError, match=r"loss\.classes is 'hinge'"):
        LossSettings(classes="hinge")
