"""What a network is told of a box, by hand, and that it comes back."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from followme_training.detection.coding import (
    MOST_TIMES,
    decode_boxes,
    decode_points,
    encode_boxes,
    encode_points,
)

place = st.floats(-200, 500, width=32)
side = st.floats(1, 400, width=32)
ANCHOR = torch.tensor([[50.0, 40.0, 20.0, 10.0]])


def test_a_box_by_hand() -> None:
    # centre (54, 39), 40 wide, 10 high: 4 right is .2 anchor widths, twice as wide, as high
    codes = encode_boxes(torch.tensor([[34.0, 34.0, 74.0, 44.0]]), ANCHOR)
    expected = torch.tensor([[0.2 / 0.1, -0.1 / 0.1, 0.6931472 / 0.2, 0.0]])
    assert torch.allclose(codes, expected, atol=1e-5)


def test_points_by_hand() -> None:
    points = torch.tensor([[[50.0, 40.0], [60.0, 35.0], [float("nan"), 1.0]]])
    codes = encode_points(points, ANCHOR)
    assert torch.allclose(codes[0, :2], torch.tensor([[0.0, 0.0], [5.0, -5.0]]))
    assert codes[0, 2].isnan().tolist() == [True, False]


@given(st.tuples(place, place, side, side), st.tuples(place, place, side, side))
def test_a_box_comes_back(box, anchor) -> None:
    x, y, w, h = box
    xyxy = torch.tensor([[x, y, x + w, y + h]], dtype=torch.float64)
    anchors = torch.tensor([anchor], dtype=torch.float64)
    back = decode_boxes(encode_boxes(xyxy, anchors), anchors)
    largest = MOST_TIMES * anchors[0, 2:]
    if bool((xyxy[0, 2:] - xyxy[0, :2] < largest).all()):
        assert torch.allclose(back, xyxy, atol=1e-6)


@given(
    st.lists(st.tuples(place, place), min_size=5, max_size=5), st.tuples(place, place, side, side)
)
def test_points_come_back(points, anchor) -> None:
    given_points = torch.tensor([points], dtype=torch.float64)
    anchors = torch.tensor([anchor], dtype=torch.float64)
    back = decode_points(encode_points(given_points, anchors), anchors)
    assert torch.allclose(back, given_points, atol=1e-6)


def test_no_output_becomes_infinite() -> None:
    box = decode_boxes(torch.tensor([[0.0, 0.0, 1e6, -1e6]]), ANCHOR)
    assert box.isfinite().all()
    assert torch.allclose(box[0, 2] - box[0, 0], torch.tensor(20.0 * MOST_TIMES))


def test_a_box_without_a_side_is_still_a_number() -> None:
    assert encode_boxes(torch.tensor([[5.0, 5.0, 5.0, 9.0]]), ANCHOR).isfinite().all()
