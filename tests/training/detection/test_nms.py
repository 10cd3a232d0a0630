"""Suppression against a plain reference, box by box."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from followme_training.detection.iou import pairwise_iou
from followme_training.detection.nms import nms


def plain(xyxy, scores, iou_above, groups) -> list[int]:
    """Go through the boxes, the surest first, and keep those that no kept one overlaps."""
    kept: list[int] = []
    for i in sorted(range(len(scores)), key=lambda i: (-scores[i].item(), i)):
        rivals = [k for k in kept if groups[k] == groups[i]]
        if all(pairwise_iou(xyxy[i : i + 1], xyxy[k : k + 1]) <= iou_above for k in rivals):
            kept.append(i)
    return kept


def random_boxes(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    place, size = torch.rand(count, 2, generator=g) * 60, 5 + torch.rand(count, 2, generator=g) * 40
    # few different scores, so that some are equal
    scores = torch.randint(0, 30, (count,), generator=g) / 30
    return torch.cat((place, place + size), 1), scores, torch.randint(0, 3, (count,), generator=g)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 40), st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 0.5, 0.9]))
def test_equal_to_the_plain_reference(count, seed, iou_above) -> None:
    xyxy, scores, groups = random_boxes(count, seed)
    one = torch.zeros(count, dtype=torch.int64)
    assert nms(xyxy, scores, iou_above).tolist() == plain(xyxy, scores, iou_above, one)
    assert nms(xyxy, scores, iou_above, groups).tolist() == plain(xyxy, scores, iou_above, groups)


def test_a_dropped_box_drops_nothing() -> None:
    # each overlaps the next by a third: the second falls, so the third remains
    chain = torch.tensor([[0.0, 0.0, 10.0, 1.0], [5.0, 0.0, 15.0, 1.0], [10.0, 0.0, 20.0, 1.0]])
    assert nms(chain, torch.tensor([0.9, 0.8, 0.7]), 0.3).tolist() == [0, 2]
    assert nms(chain, torch.tensor([0.7, 0.9, 0.8]), 0.3).tolist() == [1]


def test_what_remains_remains() -> None:
    xyxy, scores, _ = random_boxes(60, 4)
    kept = nms(xyxy, scores, 0.4)
    assert 1 < len(kept) < 60
    assert nms(xyxy[kept], scores[kept], 0.4).tolist() == list(range(len(kept)))


def test_equal_to_torchvision_where_its_operators_load() -> None:
    ops = pytest.importorskip("torchvision.ops")
    xyxy, scores, groups = random_boxes(80, 9)
    scores = scores + torch.arange(80) * 1e-4
    try:
        theirs = ops.batched_nms(xyxy, scores, groups, 0.4)
    except RuntimeError as error:
        if "custom C++ ops" not in str(error):
            raise
        pytest.skip("torchvision's operators do not fit this torch")
    assert nms(xyxy, scores, 0.4, groups).tolist() == theirs.tolist()
